#pragma once
// Files: whole ones in and out, lines appended in one piece, and a descriptor that closes itself.
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace standin {

namespace fs = std::filesystem;

class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_{fd} {}
  UniqueFd(UniqueFd&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;
  ~UniqueFd() { close(); }

  [[nodiscard]] int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  int fd_ = -1;
};

std::optional<std::string> read_file(const fs::path& path);
/// In place of what was there, by rename. False with errno.
bool write_file(const fs::path& path, std::string_view text);
enum class Append { existing, create, create_and_sync };
/// At the end, in one write(2). False with errno.
bool append_file(const fs::path& path, std::string_view text, Append how);
/// All of it, or false.
bool write_all(int fd, std::string_view text);

}  // namespace standin
