#pragma once
// IrisMainOptions: the few of iris-main's own options that decide how we treat it. Pure, no heap.
// Source: InterSystems' documentation of iris-main's command line (long names with two hyphens,
// short ones with one; its examples also write long names with one hyphen, so both are read).
#include <string_view>

namespace sup {

struct IrisMainOptions {
  std::string_view instance;  ///< empty: not given
  bool up = true;             ///< --up false: IRIS is not started, and that is intended
  bool down = true;           ///< --down false: IRIS is not stopped by iris-main
  bool nostu = false;         ///< --nostu true: IRIS is started in single-user mode
  bool has_hooks = false;     ///< --before, --after or --key: only iris-main runs these
  bool only_tells = false;    ///< --help or --version: it says something and starts nothing
};

/// `argv` is iris-main's, program name first; ends in nullptr.
IrisMainOptions parse_iris_main_options(const char* const* argv);

/// "/x/iris-main" -> "iris-main"
std::string_view file_name_of(std::string_view path);

}  // namespace sup
