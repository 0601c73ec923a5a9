// cpfmerge helper: what only a short-lived child may do with the data volume. Whoever started us
// has a deadline: a stuck volume makes us unkillable, not them.
#include <dirent.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <set>
#include <string>

#include "cpfmerge/cli/commands.h"
#include "cpfmerge/cli/say.h"
#include "cpfmerge/cli/volume_helpers.h"
#include "supervisor/base/result.h"
#include "supervisor/base/unique_fd.h"

namespace cpf::cli {
namespace {

constexpr int deepest = 6;

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

sup::Status sync_file_system(const std::string& path) {
  const sup::UniqueFd fd{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!fd) return sup::errno_error(fmt::format("cannot open '{}'", path));
  if (::syncfs(fd.get()) != 0)
    return sup::errno_error(fmt::format("cannot sync the file system of '{}'", path));
  return sup::ok;
}

bool is_witness(std::string_view name) {
  return name == "IRIS.DAT" || name == "IRIS.WIJ";
}

/// Adds one line for each database and write image journal below `path`.
sup::Status collect(const std::string& path, int depth, std::set<std::string>& lines) {
  const Directory directory{::opendir(path.c_str())};
  if (!directory) {
    if (depth > 0 && errno == ENOENT) return sup::ok;  // gone while we looked
    return sup::errno_error(fmt::format("cannot open '{}'", path));
  }
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(directory.get());
    if (entry == nullptr) {
      if (errno != 0) return sup::errno_error(fmt::format("cannot read '{}'", path));
      return sup::ok;
    }
    const std::string_view name{entry->d_name};
    if (name == "." || name == "..") continue;
    const std::string below = fmt::format("{}{}{}", path, path.ends_with('/') ? "" : "/", name);
    struct stat info {};
    if (::fstatat(::dirfd(directory.get()), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0) {
      if (errno == ENOENT) continue;
      return sup::errno_error(fmt::format("cannot look at '{}'", below));
    }
    if (S_ISDIR(info.st_mode) && depth < deepest) {
      if (auto found = collect(below, depth + 1, lines); !found) return found;
    } else if (S_ISREG(info.st_mode) && is_witness(name)) {
      const long long mtime = info.st_mtim.tv_sec * 1'000'000'000LL + info.st_mtim.tv_nsec;
      lines.insert(fmt::format("{} {} {}\n", below, info.st_size, mtime));
    }
  }
}

}  // namespace

int helper_command(Words arguments) {
  if (arguments.size() < 2)
    return usage_error(
        "helper: expected 'sync DIR…', 'witness DIR…', 'disk DIR' or 'tail FILE FROM'");
  const std::string_view what{arguments[0]};
  if (what == "disk") return disk_helper(arguments.subspan(1));
  if (what == "tail") return tail_helper(arguments.subspan(1));
  if (what != "sync" && what != "witness") return usage_error("helper: unknown helper '{}'", what);
  std::set<std::string> lines;
  for (const char* const directory : arguments.subspan(1)) {
    const auto done = what == "sync" ? sync_file_system(directory) : collect(directory, 0, lines);
    if (!done) {
      complain("{}", done.error().what);
      return Exit::errors;
    }
  }
  for (const std::string& line : lines)
    print(line);
  return flush_output() ? Exit::fine : Exit::errors;
}

}  // namespace cpf::cli
