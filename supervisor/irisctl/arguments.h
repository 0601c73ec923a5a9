#pragma once
// Arguments: irisctl's words sorted into verb, options, operands and COMMAND, before anybody asks
// what the values mean. Pure.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "supervisor/irisctl/verbs.h"

namespace sup {

enum class Flag : std::uint8_t {
  help,
  version,
  run_dir,
  output,
  what,
  timeout,
  lease,
  owner,
  token,
  force,
  foreign,
  iris_status,
  now
};

struct GivenFlag {
  Flag flag = Flag::help;
  std::string_view name = {};  ///< as written: -o or --output
  std::string value = {};
};

struct Arguments {
  const VerbText* verb = nullptr;  ///< nullptr: none given
  std::vector<GivenFlag> flags;    ///< only those that are for the verb
  std::vector<std::string> operands;
  std::vector<std::string> command;  ///< with-freeze
  std::string problem;               ///< not empty: what is wrong, one line

  [[nodiscard]] bool has(Flag flag) const;
};

/// `words` without the program's name.
Arguments sort_arguments(const std::vector<std::string>& words);

/// "; did you mean 'x'?" or nothing.
std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& known);
/// "see 'irisctl VERB --help'"
std::string see_help(const VerbText* verb);
/// "a, b, c"
std::string listed(const std::vector<std::string_view>& words);

}  // namespace sup
