#pragma once
// What a helper found out about the data file system, and whether that is trouble. The helper runs
// because the volume may be stuck; here its report is only read.
#include <cstdint>
#include <optional>
#include <string_view>

#include "probes/health.h"
#include "probes/mounts.h"

namespace probes {

/// How a small write to the volume went: into a file without a name, so that nothing of ours is
/// ever seen in the data directory.
enum class TriedWrite : std::uint8_t {
  done,       ///< written and on the disk
  full,       ///< ENOSPC, EDQUOT
  read_only,  ///< EROFS
  failed,     ///< EIO and the like
  untried     ///< not possible here: no permission, or a file system without such files
};
inline constexpr int tried_write_count = 5;
std::string_view name_of(TriedWrite write);

struct DiskReport {
  std::int64_t free_bytes = 0;  ///< for who is not root
  std::int64_t size_bytes = 0;
  TriedWrite write = TriedWrite::untried;

  bool operator==(const DiskReport&) const = default;
};

/// One line, as `cpfmerge helper disk` prints it: `free=N size=N write=done`; nullopt for others.
std::optional<DiskReport> parse_disk_report(std::string_view output);

/// A report that says nothing of an error may still be overtaken by what the mount table says.
std::optional<DataTrouble> trouble_of(const std::optional<DiskReport>& report,
                                      const std::optional<Mount>& mount, std::int64_t min_free);

}  // namespace probes
