// Parsing the options of iris-main: `-x value`, `--x value`, `--x=value`.
#include "main/main_options.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <variant>

#include "base/switches.h"

namespace standin {
namespace {

using Member = std::variant<bool MainOptions::*, std::string MainOptions::*>;

struct Option {
  char letter;  // 0: none
  std::string_view name;
  Member member;
  std::string_view help;
};

constexpr auto options = std::to_array<Option>({
    {'i', "instance", &MainOptions::instance, "NAME        instance to start and stop"},
    {'d', "down", &MainOptions::down, "true|false  stop IRIS when the container stops"},
    {'u', "up", &MainOptions::up, "true|false  start IRIS when the container starts"},
    {'s', "nostu", &MainOptions::nostu, "true|false  start in single-user mode"},
    {'k', "key", &MainOptions::key, "FILE        licence key, copied to mgr and watched"},
    {'l', "log", &MainOptions::log, "FILE        log for standard output"},
    {'b', "before", &MainOptions::before, "COMMAND     run before IRIS starts"},
    {'a', "after", &MainOptions::after, "COMMAND     run after IRIS has started"},
    {'e', "exit", &MainOptions::exit, "COMMAND     run after IRIS has stopped"},
    {'c', "create", &MainOptions::create, "COMMAND     run before anything else"},
    {'t', "terminate", &MainOptions::terminate, "COMMAND     run after anything else"},
    {'p', "password-file", &MainOptions::password_file, "FILE        new password of all users"},
    {0, "ISCAgent", &MainOptions::agent, "true|false  start the ISCAgent"},
    {0, "ISCAgentPort", &MainOptions::agent_port, "NNNN        its port"},
    {0, "check-caps", &MainOptions::check_caps, "true|false  check Linux capabilities"},
});

const Option* find_option(std::string_view word) {
  const bool two_hyphens = word.starts_with("--");
  if (!two_hyphens && (!word.starts_with('-') || word.size() < 2)) return nullptr;
  const std::string_view name = word.substr(two_hyphens ? 2 : 1);
  const bool short_form = !two_hyphens && name.size() == 1;
  if (!two_hyphens && !short_form && switch_is("single_hyphen", "refuse")) return nullptr;
  const auto* const at = std::find_if(options.begin(), options.end(), [&](const Option& option) {
    return short_form ? option.letter == name.front() : option.name == name;
  });
  return at == options.end() ? nullptr : at;
}

bool assign(MainOptions& to, const Option& option, const std::string& value) {
  if (const auto* const text = std::get_if<std::string MainOptions::*>(&option.member)) {
    to.*(*text) = value;
    return true;
  }
  to.*(*std::get_if<bool MainOptions::*>(&option.member)) = value == "true";
  return value == "true" || value == "false";
}

}  // namespace

std::optional<MainOptions> parse_main_options(const std::vector<std::string>& arguments) {
  MainOptions result;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (word == "--version") {
      result.version = true;
      continue;
    }
    if (word == "--help" || word == "-h") {
      result.help = true;
      continue;
    }
    const std::size_t equals = word.starts_with("--") ? word.find('=') : std::string::npos;
    const Option* const option = find_option(std::string_view{word}.substr(0, equals));
    if (option == nullptr || (equals == std::string::npos && i + 1 == arguments.size()))
      return std::nullopt;
    const std::string value =
        equals == std::string::npos ? arguments[++i] : word.substr(equals + 1);
    if (!assign(result, *option, value)) return std::nullopt;
  }
  return result;
}

std::string main_usage() {
  std::string text = "usage: iris-main [options]\n";
  for (const Option& option : options) {
    const std::string letter =
        option.letter == 0 ? "    " : std::string{"-"} + option.letter + ", ";
    std::string name{option.name};
    name.resize(14, ' ');
    text.append("  ").append(letter).append("--").append(name).append(option.help).append("\n");
  }
  return text + "      --version\n  -h, --help\n";
}

}  // namespace standin
