#include "tests/integration/harness/temp_dir.h"

#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <system_error>

namespace testing_support {

namespace fs = std::filesystem;

TempDir::TempDir() {
  std::string name = (fs::temp_directory_path() / "iris-init-test.XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) std::abort();
  path_ = name;
}

TempDir::~TempDir() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string TempDir::write(std::string_view name, std::string_view text, int mode) const {
  const fs::path file = path_ / name;
  fs::create_directories(file.parent_path());
  std::ofstream{file, std::ios::binary} << text;
  ::chmod(file.c_str(), static_cast<mode_t>(mode));
  return file.string();
}

std::string TempDir::script(std::string_view name, std::string_view body) const {
  return write(name, "#!/bin/sh\n" + std::string{body}, 0755);
}

std::string TempDir::copy(const std::string& program, std::string_view name) const {
  const fs::path target = path_ / name;
  fs::create_directories(target.parent_path());
  fs::copy_file(program, target, fs::copy_options::overwrite_existing);
  return target.string();
}

std::string TempDir::read(std::string_view name) const {
  std::ifstream file{path_ / name, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace testing_support
