#pragma once
// What a command says: results on standard output, one clear line per problem on standard error.
#include <fmt/core.h>

#include <cstdio>
#include <string_view>
#include <utility>

#include "cpfmerge/cli/commands.h"

namespace cpf::cli {

inline void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

template <class... Args>
void complain(fmt::format_string<Args...> format, Args&&... args) {
  const std::string line = "cpfmerge: " + fmt::format(format, std::forward<Args>(args)...) + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
}

template <class... Args>
int usage_error(fmt::format_string<Args...> format, Args&&... args) {
  complain("{}; see 'cpfmerge --help'", fmt::format(format, std::forward<Args>(args)...));
  return Exit::usage;
}

/// False, with a line that says so, when not all of the output could be written.
inline bool flush_output() {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return true;
  complain("cannot write to standard output");
  return false;
}

}  // namespace cpf::cli
