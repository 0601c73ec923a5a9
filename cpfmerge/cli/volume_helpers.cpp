#include "cpfmerge/cli/volume_helpers.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>

#include "cpfmerge/cli/say.h"
#include "supervisor/base/result.h"
#include "supervisor/base/unique_fd.h"
#include "supervisor/base/units.h"

namespace cpf::cli {
namespace {

constexpr std::size_t most_of_a_tail = 64UL * 1024;

std::string_view word_for(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return "full";
    case EROFS:
      return "read_only";
    case EIO:
    case ESTALE:
    case EUCLEAN:
    case ESHUTDOWN:
    case ENODEV:
    case ENXIO:
      return "failed";
    default:
      return "untried";  // no permission, or no such files here: that says nothing of the disk
  }
}

/// Through the whole stack to the disk and back: a write that only reaches memory proves nothing.
std::string_view try_write(const char* directory) {
  const sup::UniqueFd file{::open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600)};
  if (!file) return word_for(errno);
  const std::array<char, 4096> block{};
  const ssize_t written = ::pwrite(file.get(), block.data(), block.size(), 0);
  if (written < 0) return word_for(errno);
  if (static_cast<std::size_t>(written) < block.size()) return "full";
  return ::fdatasync(file.get()) == 0 ? "done" : word_for(errno);
}

}  // namespace

int disk_helper(Words arguments) {
  if (arguments.size() != 1) return usage_error("helper disk: expected one directory");
  const char* const directory = arguments[0];
  struct statvfs info {};
  if (::statvfs(directory, &info) != 0) {
    const sup::Error error = sup::errno_error(fmt::format("cannot look at '{}'", directory));
    if (word_for(error.code) == "failed") print("free=0 size=0 write=failed\n");
    complain("{}", error.what);
    return flush_output() && word_for(error.code) == "failed" ? Exit::fine : Exit::errors;
  }
  const std::uint64_t block = info.f_frsize;
  const std::string_view write = try_write(directory);
  print(fmt::format("free={} size={} write={}\n", info.f_bavail * block, info.f_blocks * block,
                    write));
  return flush_output() ? Exit::fine : Exit::errors;
}

int tail_helper(Words arguments) {
  if (arguments.size() != 2) return usage_error("helper tail: expected a file and a number");
  const auto from = sup::parse_number(arguments[1]);
  if (!from) return usage_error("helper tail: '{}' is no number", arguments[1]);
  const sup::UniqueFd file{::open(arguments[0], O_RDONLY | O_NONBLOCK | O_CLOEXEC)};
  struct stat info {};
  if (!file || ::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
    complain("cannot read '{}'", arguments[0]);
    return Exit::errors;
  }
  std::string text(
      static_cast<std::size_t>(std::clamp<std::int64_t>(info.st_size - *from, 0, most_of_a_tail)),
      '\0');
  const ssize_t n = ::pread(file.get(), text.data(), text.size(), *from);
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
  print(fmt::format("{}\n", info.st_size));
  print(text);
  return flush_output() ? Exit::fine : Exit::errors;
}

}  // namespace cpf::cli
