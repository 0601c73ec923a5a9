#pragma once
// The verbs of irisctl: their names, and what --help says of each. Pure.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sup {

enum class Verb : std::uint8_t {
  help,
  status,
  probe,
  wait,
  freeze,
  thaw,
  with_freeze,
  hold,
  release,
  restart,
  stop,
  merge,
  version
};

struct VerbText {
  Verb verb = Verb::help;
  std::string_view name;
  std::string_view usage;    ///< after "irisctl "
  std::string_view summary;  ///< one line
  std::string_view help;     ///< the rest of its --help
};

const VerbText& text_of(Verb verb);
/// nullptr when there is none of that name.
const VerbText* find_verb(std::string_view name);
std::vector<std::string_view> verb_names();

/// What `irisctl --help` prints.
std::string general_help();
/// What `irisctl VERB --help` prints.
std::string help_of(Verb verb);

}  // namespace sup
