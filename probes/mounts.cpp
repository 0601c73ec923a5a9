#include "probes/mounts.h"

#include <algorithm>
#include <vector>

#include "supervisor/base/text.h"

namespace probes {
namespace {

bool is_octal(char c) {
  return c >= '0' && c <= '7';
}

/// Blanks and the like stand as \040 in mountinfo.
std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '\\' && i + 3 < text.size() && is_octal(text[i + 1]) &&
                        is_octal(text[i + 2]) && is_octal(text[i + 3]);
    if (!escape) {
      out += text[i];
      continue;
    }
    const int code = (text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0');
    out += static_cast<char>(code);
    i += 3;
  }
  return out;
}

bool holds(std::string_view point, std::string_view path) {
  if (point == "/") return path.starts_with('/');
  return path.starts_with(point) && (path.size() == point.size() || path[point.size()] == '/');
}

bool has_option(std::string_view options, std::string_view option) {
  const auto all = sup::split(options, ',');
  return std::find(all.begin(), all.end(), option) != all.end();
}

/// `36 35 98:0 /root /point rw,noatime master:1 - ext3 /dev/root rw,errors=continue`
std::optional<Mount> parse_line(std::string_view line) {
  const auto fields = sup::split(line, ' ');
  const auto dash = std::find(fields.begin(), fields.end(), std::string_view{"-"});
  if (fields.size() < 9 || dash - fields.begin() < 6 || fields.end() - dash < 4)
    return std::nullopt;
  const std::string_view options = fields[5];
  const std::string_view super_options = dash[3];
  Mount mount{unescaped(fields[4]), unescaped(dash[1]), unescaped(dash[2])};
  // Newer kernels leave ext4 "rw" after an error and say emergency_ro beside it.
  mount.read_only = has_option(options, "ro") || has_option(super_options, "ro") ||
                    has_option(super_options, "emergency_ro");
  mount.shut_down = has_option(super_options, "shutdown");
  return mount;
}

}  // namespace

std::optional<Mount> mount_of(std::string_view mountinfo, std::string_view path) {
  std::optional<Mount> best;
  for (const std::string_view line : sup::lines_of(mountinfo)) {
    auto mount = parse_line(line);
    if (!mount || !holds(mount->point, path)) continue;
    if (!best || mount->point.size() >= best->point.size()) best = std::move(mount);
  }
  return best;
}

bool is_own(const Mount& mount) {
  return mount.point == "/" || mount.type == "tmpfs" || mount.type == "ramfs";
}

}  // namespace probes
