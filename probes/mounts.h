#pragma once
// The mount that a path lies on, from the text of /proc/self/mountinfo: known without touching the
// file system itself, which may be stuck.
#include <optional>
#include <string>
#include <string_view>

namespace probes {

struct Mount {
  std::string point;  ///< "/", "/external"
  std::string type;   ///< ext4, overlay, tmpfs …
  std::string source;
  bool read_only = false;  ///< mounted so, remounted so, or so after an error
  bool shut_down = false;  ///< the file system has given up: every access fails

  bool operator==(const Mount&) const = default;
};

/// The mount that holds `path`, an absolute path without `..`; links are not followed. Of mounts on
/// the same point the last one counts, as for the kernel. Lines that make no sense are ignored.
std::optional<Mount> mount_of(std::string_view mountinfo, std::string_view path);

/// Is it the container's own: its root, or memory? No volume then, and nothing that may get stuck
/// with a node's storage.
bool is_own(const Mount& mount);

}  // namespace probes
