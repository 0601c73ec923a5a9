#pragma once
// The two logs of iris-main: `[LEVEL] text` on standard output, and the same after a time in
// iris-main.log of the working directory.
#include <string>
#include <string_view>

#include "base/files.h"

namespace standin {

class MainLog {
 public:
  /// Throws std::runtime_error when the file cannot be opened, which nobody catches: iris-main dies
  /// of it.
  MainLog();

  void info(std::string_view text) { write("INFO", text); }
  void warning(std::string_view text) { write("WARNING", text); }
  void error(std::string_view text) { write("ERROR", text); }
  void fatal(std::string_view text) { write("FATAL", text); }

 private:
  void write(std::string_view level, std::string_view text);
  UniqueFd file_;
};

}  // namespace standin
