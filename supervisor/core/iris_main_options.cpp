#include "supervisor/core/iris_main_options.h"

#include <array>

namespace sup {
namespace {

struct Name {
  std::string_view long_name;
  char short_name;
};

/// Every option takes a value, but for the last two.
constexpr std::array<Name, 16> names{{{"instance", 'i'},
                                      {"down", 'd'},
                                      {"up", 'u'},
                                      {"nostu", 's'},
                                      {"key", 'k'},
                                      {"log", 'l'},
                                      {"before", 'b'},
                                      {"after", 'a'},
                                      {"exit", 'e'},
                                      {"create", 'c'},
                                      {"terminate", 't'},
                                      {"password-file", 'p'},
                                      {"ISCAgent", '\0'},
                                      {"ISCAgentPort", '\0'},
                                      {"help", 'h'},
                                      {"version", '\0'}}};

struct Match {
  std::string_view name;   ///< long name; empty: not one of ours
  std::string_view value;  ///< after '='
  bool has_value = false;
};

Match match(std::string_view word) {
  if (word.size() < 2 || word[0] != '-') return {};
  std::string_view body = word.substr(word[1] == '-' ? 2 : 1);
  const std::size_t equals = body.find('=');
  Match found;
  if (equals != std::string_view::npos) {
    found.value = body.substr(equals + 1);
    found.has_value = true;
    body = body.substr(0, equals);
  }
  for (const Name& name : names) {
    const bool is_short = word[1] != '-' && body.size() == 1 && body[0] == name.short_name;
    if (is_short || body == name.long_name) found.name = name.long_name;
  }
  return found;
}

}  // namespace

std::string_view file_name_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

IrisMainOptions parse_iris_main_options(const char* const* argv) {
  IrisMainOptions options;
  if (argv == nullptr || *argv == nullptr) return options;
  for (const char* const* word = argv + 1; *word != nullptr; ++word) {
    Match found = match(*word);
    if (found.name.empty()) continue;
    if (found.name == "help" || found.name == "version") {
      options.only_tells = true;
      continue;
    }
    if (!found.has_value) {
      if (word[1] == nullptr) break;
      found.value = *++word;
    }
    if (found.name == "instance") options.instance = found.value;
    if (found.name == "up") options.up = found.value != "false";
    if (found.name == "down") options.down = found.value != "false";
    if (found.name == "nostu") options.nostu = found.value == "true";
    if (found.name == "before" || found.name == "after" || found.name == "key")
      options.has_hooks = true;
  }
  return options;
}

}  // namespace sup
