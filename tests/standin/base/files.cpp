// Whole files in and out.
#include "base/files.h"

#include <fcntl.h>

#include <array>
#include <cerrno>

namespace standin {

std::optional<std::string> read_file(const fs::path& path) {
  const UniqueFd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!fd) return std::nullopt;
  std::string text;
  std::array<char, 16384> piece{};
  for (;;) {
    const ssize_t n = ::read(fd.get(), piece.data(), piece.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return std::nullopt;
    if (n == 0) return text;
    text.append(piece.data(), static_cast<std::size_t>(n));
  }
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

bool write_file(const fs::path& path, std::string_view text) {
  const fs::path fresh = path.string() + ".new";
  UniqueFd fd{::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0660)};
  if (!fd || !write_all(fd.get(), text) || ::fsync(fd.get()) != 0) return false;
  fd.close();
  std::error_code error;
  fs::rename(fresh, path, error);
  errno = error.value();
  return !error;
}

bool append_file(const fs::path& path, std::string_view text, Append how) {
  const int create = how == Append::existing ? 0 : O_CREAT;
  const UniqueFd fd{::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | create, 0660)};
  if (!fd || !write_all(fd.get(), text)) return false;
  return how != Append::create_and_sync || ::fdatasync(fd.get()) == 0;
}

}  // namespace standin
