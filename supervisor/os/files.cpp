#include "supervisor/os/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

#include "supervisor/base/unique_fd.h"

namespace sup {

Result<std::string> read_file(const std::string& path, std::size_t limit) {
  const UniqueFd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY)};
  if (!fd) return errno_error("cannot open '" + path + "'");
  std::string contents;
  std::array<char, 16384> buffer{};
  for (;;) {
    const ssize_t n = ::read(fd.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno_error("cannot read '" + path + "'");
    if (n == 0) return contents;
    contents.append(buffer.data(), static_cast<std::size_t>(n));
    if (contents.size() > limit)
      return Error{"'" + path + "' is longer than " + std::to_string(limit) + " bytes", EFBIG};
  }
}

Status replace_file(const std::string& path, std::string_view contents, unsigned mode) {
  const std::string beside = path + ".new";
  {
    const UniqueFd fd{::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)};
    if (!fd) return errno_error("cannot create '" + beside + "'");
    ::fchmod(fd.get(), mode);
    while (!contents.empty()) {
      const ssize_t n = ::write(fd.get(), contents.data(), contents.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return errno_error("cannot write '" + beside + "'");
      contents.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  if (::rename(beside.c_str(), path.c_str()) != 0)
    return errno_error("cannot replace '" + path + "'");
  return ok;
}

Status make_directory(const std::string& path, unsigned mode) {
  if (::mkdir(path.c_str(), mode) == 0) {
    ::chmod(path.c_str(), mode);
    return ok;
  }
  const int error = errno;
  struct stat status {};
  if (error == EEXIST && ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) return ok;
  return errno_error("cannot make the directory '" + path + "'", error);
}

std::string beside_own_program(const std::string& name) {
  std::array<char, 4096> path{};
  const ssize_t n = ::readlink("/proc/self/exe", path.data(), path.size());
  if (n <= 0) return name;
  const std::string_view own{path.data(), static_cast<std::size_t>(n)};
  std::string beside{own.substr(0, own.rfind('/') + 1)};
  beside += name;
  return ::access(beside.c_str(), X_OK) == 0 ? beside : name;
}

}  // namespace sup
