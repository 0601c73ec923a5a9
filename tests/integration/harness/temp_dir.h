#pragma once
// TempDir: a directory for one test, removed with everything in it.
#include <filesystem>
#include <string>
#include <string_view>

namespace testing_support {

class TempDir {
 public:
  TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::string operator/(std::string_view name) const {
    return (path_ / name).string();
  }

  /// Writes a file, its directories too, and gives its path.
  std::string write(std::string_view name, std::string_view text, int mode = 0644) const;
  /// An executable shell script.
  std::string script(std::string_view name, std::string_view body) const;
  /// A copy of a program under another name; it may be executed.
  std::string copy(const std::string& program, std::string_view name) const;
  /// "" when there is no such file.
  [[nodiscard]] std::string read(std::string_view name) const;

 private:
  std::filesystem::path path_;
};

}  // namespace testing_support
