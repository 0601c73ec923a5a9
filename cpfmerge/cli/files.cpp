#include "cpfmerge/cli/files.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "supervisor/base/unique_fd.h"

namespace cpf::cli {
namespace {

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

sup::Status sync_directory(const std::string& path) {
  const sup::UniqueFd fd{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!fd || ::fsync(fd.get()) != 0) return sup::errno_error(fmt::format("cannot sync '{}'", path));
  return sup::ok;
}

}  // namespace

std::string directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string version_of(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return {};
  return fmt::format("{}.{}.{}", info.st_ino, info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
}

sup::Status replace_file(const std::string& path, std::string_view text, mode_t mode,
                         Durable durable) {
  const std::string trial = fmt::format("{}.new.{}", path, ::getpid());
  ::unlink(trial.c_str());  // of a predecessor with our pid that was killed
  const sup::UniqueFd fd{::open(trial.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)};
  if (!fd) return sup::errno_error(fmt::format("cannot create '{}'", trial));
  const auto fail = [&](std::string what) {
    sup::Error error = sup::errno_error(std::move(what));
    ::unlink(trial.c_str());
    return error;
  };
  // The umask must not decide who may read it.
  if (::fchmod(fd.get(), mode) != 0 || !write_all(fd.get(), text))
    return fail(fmt::format("cannot write '{}'", trial));
  if (durable == Durable::yes && ::fsync(fd.get()) != 0)
    return fail(fmt::format("cannot sync '{}'", trial));
  if (::rename(trial.c_str(), path.c_str()) != 0)
    return fail(fmt::format("cannot replace '{}'", path));
  return durable == Durable::yes ? sync_directory(directory_of(path)) : sup::Status{sup::ok};
}

}  // namespace cpf::cli
