#include "supervisor/agent/options.h"

#include "supervisor/base/units.h"

namespace sup {

Result<AgentOptions> parse_agent_options(const char* const* argv) {
  AgentOptions options;
  for (const char* const* word = argv + 1; *word != nullptr; ++word) {
    const std::string_view name{*word};
    if (name == "--") {
      for (++word; *word != nullptr; ++word)
        options.main_argv.emplace_back(*word);
      break;
    }
    if (name == "--help" || name == "-h") {
      options.help = true;
      return options;
    }
    if (name == "--version") {
      options.version = true;
      return options;
    }
    if (name == "--print-config") {
      options.print_config = true;
      continue;
    }
    if (name == "--safe") {
      options.safe = true;
      continue;
    }
    const bool is_fd = name == "--link-fd" || name == "--listen-fd";
    if (!is_fd && name != "--instance" && name != "--run-dir")
      return Error{"unknown option '" + std::string{name} + "'; see --help"};
    if (word[1] == nullptr) return Error{"option '" + std::string{name} + "' needs a value"};
    const std::string value{*++word};
    if (name == "--instance") options.instance = value;
    if (name == "--run-dir") options.run_dir = value;
    if (is_fd) {
      const auto fd = parse_number(value);
      if (!fd || *fd > 1'000'000)
        return Error{std::string{name} + ": '" + value + "' is no descriptor"};
      (name == "--link-fd" ? options.link_fd : options.listen_fd) = static_cast<int>(*fd);
    }
  }
  return options;
}

std::string_view agent_help() {
  return "Usage: iris-agent --link-fd N [--listen-fd N] [--instance NAME] [--run-dir DIR] "
         "[--safe]\n"
         "                  [-- PROGRAM …]\n"
         "       iris-agent --print-config | --help | --version\n"
         "\n"
         "Started by iris-init, not by people: polls 'iris qlist', watches IRIS's processes, "
         "serves\n"
         "the HTTP probes and the control socket of irisctl, and coordinates freeze and thaw.\n"
         "\n"
         "  --print-config   every setting with its value, where it comes from and what it means\n";
}

}  // namespace sup
