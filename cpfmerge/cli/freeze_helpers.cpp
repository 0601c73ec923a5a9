#include "cpfmerge/cli/freeze_helpers.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cpfmerge/cli/files.h"
#include "cpfmerge/cli/say.h"
#include "cpfmerge/volumes.h"
#include "supervisor/base/result.h"
#include "supervisor/base/text.h"
#include "supervisor/base/unique_fd.h"
#include "supervisor/os/files.h"

namespace cpf::cli {
namespace {

constexpr int deepest = 6;
constexpr off_t most_of_a_log = 256L * 1024;

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

std::string cpf_of(const char* data_directory) {
  return fmt::format("{}{}iris.cpf", data_directory,
                     std::string_view{data_directory}.ends_with('/') ? "" : "/");
}

sup::Result<Document> read_cpf(const char* data_directory) {
  const auto text = sup::read_file(cpf_of(data_directory), largest_cpf);
  if (!text) return text.error();
  return Document::parse(*text);
}

sup::Error cannot_open(const VolumeDirectory& volume, const char* data_directory) {
  if (volume.path.starts_with('/') || volume.path == data_directory)
    return sup::errno_error(fmt::format("cannot open '{}' ({} in '{}')", volume.path, volume.what,
                                        cpf_of(data_directory)));
  return {fmt::format("'{}' is no absolute path ({} in '{}')", volume.path, volume.what,
                      cpf_of(data_directory))};
}

/// A relative path would be looked for in whatever directory we are in.
sup::UniqueFd open_directory(const VolumeDirectory& volume, const char* data_directory) {
  if (!volume.path.starts_with('/') && volume.path != data_directory) return {};
  return sup::UniqueFd{::open(volume.path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
}

bool is_witness(std::string_view name) {
  return name == "IRIS.DAT" || name == "IRIS.WIJ" ||
         (name.starts_with("IRIS-") && name.ends_with(".VOL"));
}

/// The witnesses in one directory, and in those below it down to `levels`.
class Witnesses {
 public:
  sup::Status collect(const std::string& path, int levels) {
    const Directory directory{::opendir(path.c_str())};
    if (!directory) {
      if (errno == ENOENT) return sup::ok;  // gone while we looked
      return sup::errno_error(fmt::format("cannot open '{}'", path));
    }
    for (;;) {
      errno = 0;
      const dirent* entry = ::readdir(directory.get());
      if (entry == nullptr) {
        if (errno != 0) return sup::errno_error(fmt::format("cannot read '{}'", path));
        return sup::ok;
      }
      if (auto seen = look_at(*entry, ::dirfd(directory.get()), path, levels); !seen) return seen;
    }
  }
  [[nodiscard]] const std::set<std::string>& lines() const { return lines_; }

 private:
  sup::Status look_at(const dirent& entry, int directory, const std::string& path, int levels) {
    const std::string_view name{entry.d_name};
    // Streams may be millions of files: what is neither a directory nor a witness costs no stat.
    const bool may_be_directory = entry.d_type == DT_DIR || entry.d_type == DT_UNKNOWN;
    if (name == "." || name == ".." || !(may_be_directory || is_witness(name))) return sup::ok;
    const std::string below = fmt::format("{}{}{}", path, path.ends_with('/') ? "" : "/", name);
    struct stat info {};
    if (::fstatat(directory, entry.d_name, &info, AT_SYMLINK_NOFOLLOW) != 0) {
      if (errno == ENOENT) return sup::ok;
      return sup::errno_error(fmt::format("cannot look at '{}'", below));
    }
    if (S_ISDIR(info.st_mode)) return levels > 0 ? collect(below, levels - 1) : sup::ok;
    if (!S_ISREG(info.st_mode) || !is_witness(name)) return sup::ok;
    const long long mtime = info.st_mtim.tv_sec * 1'000'000'000LL + info.st_mtim.tv_nsec;
    lines_.insert(fmt::format("{} {} {}\n", below, info.st_size, mtime));
    return sup::ok;
  }

  std::set<std::string> lines_;
};

int fail(const sup::Error& error) {
  complain("{}", error.what);
  return Exit::errors;
}

/// The first line after the last suspension that speaks of resuming.
std::string_view resuming_line(std::string_view log) {
  std::string_view found;
  for (const std::string_view line : sup::lines_of(log)) {
    const std::string text = sup::to_lower(line);
    if (text.find("system suspended") != std::string::npos)
      found = {};
    else if (found.empty() && text.find("resum") != std::string::npos)
      found = line;
  }
  return found;
}

}  // namespace

int sync_helper(Words arguments) {
  if (arguments.size() != 1) return usage_error("helper sync: expected the data directory");
  const auto cpf = read_cpf(arguments[0]);
  if (!cpf) return fail(cpf.error());
  std::set<dev_t> flushed;
  for (const VolumeDirectory& volume : volumes_of(*cpf, arguments[0])) {
    const sup::UniqueFd fd = open_directory(volume, arguments[0]);
    struct stat info {};
    if (!fd || ::fstat(fd.get(), &info) != 0) return fail(cannot_open(volume, arguments[0]));
    if (!flushed.insert(info.st_dev).second) continue;
    if (::syncfs(fd.get()) != 0)
      return fail(sup::errno_error(
          fmt::format("cannot sync the file system of '{}' ({})", volume.path, volume.what)));
  }
  return Exit::fine;
}

int witness_helper(Words arguments) {
  if (arguments.size() != 1) return usage_error("helper witness: expected the data directory");
  const auto cpf = read_cpf(arguments[0]);
  if (!cpf) return fail(cpf.error());
  Witnesses witnesses;
  bool is_first = true;
  for (const VolumeDirectory& volume : volumes_of(*cpf, arguments[0])) {
    const int levels = std::exchange(is_first, false) ? deepest : 0;
    if (!volume.is_witness) continue;
    if (!open_directory(volume, arguments[0])) return fail(cannot_open(volume, arguments[0]));
    if (const auto done = witnesses.collect(volume.path, levels); !done) return fail(done.error());
  }
  for (const std::string& line : witnesses.lines())
    print(line);
  return flush_output() ? Exit::fine : Exit::errors;
}

int resumed_helper(Words arguments) {
  if (arguments.size() != 1) return usage_error("helper resumed: expected the data directory");
  const auto cpf = read_cpf(arguments[0]);
  if (!cpf) return fail(cpf.error());
  const std::string path = console_file(*cpf, arguments[0]);
  const sup::UniqueFd file{::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)};
  struct stat info {};
  if (!file || ::fstat(file.get(), &info) != 0)
    return fail(sup::errno_error(fmt::format("cannot read '{}'", path)));
  const off_t from = std::max<off_t>(info.st_size - most_of_a_log, 0);
  std::string text(static_cast<std::size_t>(most_of_a_log), '\0');
  const ssize_t n = ::pread(file.get(), text.data(), text.size(), from);
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
  if (const std::string_view line = resuming_line(text); !line.empty())
    print(fmt::format("{}\n", line));
  return flush_output() ? Exit::fine : Exit::errors;
}

}  // namespace cpf::cli
