#include "supervisor/core/init_options.h"

#include "supervisor/base/units.h"
#include "supervisor/core/iris_main_options.h"
#include "supervisor/core/settings_table.h"

namespace sup {
namespace {

struct Flag {
  std::string_view name;
  const Setting* setting;
};

constexpr std::array<Flag, 6> flags{{{"--agent", &setting::init_agent},
                                     {"--instance", &setting::init_instance},
                                     {"--stop-timeout", &setting::stop_timeout},
                                     {"--drain-delay", &setting::stop_drain_delay},
                                     {"--stop-signal", &setting::stop_signal},
                                     {"--run-dir", &setting::paths_run_dir}}};

/// The settings of PID 1 with their values; a flag's beats the environment's.
class Values {
 public:
  explicit Values(const char* const* environment) : environment_{environment} {}

  void set(const Flag& flag, std::string_view value) {
    for (std::size_t i = 0; i < flags.size(); ++i) {
      if (flags[i].setting == flag.setting) given_[i] = value;
    }
  }
  /// The value as text, checked; a bad one goes to `problem`.
  std::string_view take(const Setting& setting, FixedText<512>& problem) {
    std::string_view value = setting.fallback;
    FixedText<80> source;
    if (const auto from = environment_value(environment_, environment_name(setting).view())) {
      value = *from;
      source.append(environment_name(setting).view());
    }
    for (std::size_t i = 0; i < flags.size(); ++i) {
      if (flags[i].setting != &setting || !given_[i]) continue;
      value = *given_[i];
      source = FixedText<80>{flags[i].name};
    }
    was_set_ = !source.empty();
    const auto trouble = problem_with(setting, value);
    if (!trouble.empty() && problem.empty())
      problem.append(source.view()).append(": ").append(trouble.view());
    return value;
  }
  /// Whether the setting last taken came from a flag or the environment.
  [[nodiscard]] bool was_set() const { return was_set_; }

 private:
  const char* const* environment_;
  std::array<std::optional<std::string_view>, flags.size()> given_{};
  bool was_set_ = false;
};

const Flag* find_flag(std::string_view word) {
  for (const Flag& flag : flags) {
    if (word == flag.name || (word.starts_with(flag.name) && word[flag.name.size()] == '='))
      return &flag;
  }
  return nullptr;
}

std::string_view instance_of(std::string_view from_setting, const char* const* program,
                             const char* const* environment) {
  if (!from_setting.empty()) return from_setting;
  const auto from_main = parse_iris_main_options(program).instance;
  if (!from_main.empty()) return from_main;
  return environment_value(environment, "ISC_PACKAGE_INSTANCENAME").value_or("IRIS");
}

Level level_of(std::string_view name) {
  for (const Level level : {Level::debug, Level::info, Level::warning, Level::error}) {
    if (name_of(level) == name) return level;
  }
  return Level::info;
}

}  // namespace

ParsedOptions parse_init_options(const char* const* argv, const char* const* environment) {
  ParsedOptions parsed;
  InitOptions& options = parsed.options;
  Values values{environment};
  const char* const* word = argv + 1;
  for (; *word != nullptr && **word == '-'; ++word) {
    const std::string_view text{*word};
    if (text == "--") {
      ++word;
      break;
    }
    if (text == "--help" || text == "-h") {
      options.help = true;
      return parsed;
    }
    if (text == "--version") {
      options.version = true;
      return parsed;
    }
    const Flag* flag = find_flag(text);
    if (flag == nullptr) {
      parsed.problem.append("unknown option '").append(text).append("'; see --help");
      return parsed;
    }
    if (text.size() > flag->name.size()) {
      values.set(*flag, text.substr(flag->name.size() + 1));
    } else if (word[1] != nullptr) {
      values.set(*flag, *++word);
    } else {
      parsed.problem.append("option '").append(text).append("' needs a value; see --help");
      return parsed;
    }
  }
  if (*word == nullptr) {
    parsed.problem.append("no program to run; usage: iris-init [OPTION…] -- PROGRAM [ARG…]");
    return parsed;
  }
  options.program = word;

  const std::string_view agent = values.take(setting::init_agent, parsed.problem);
  options.iris = agent == "on" || (agent == "auto" && file_name_of(*word) == "iris-main");
  options.instance =
      instance_of(values.take(setting::init_instance, parsed.problem), word, environment);
  options.run_dir = values.take(setting::paths_run_dir, parsed.problem);
  if (options.run_dir.empty()) options.run_dir = setting::paths_run_dir.fallback;
  options.drain_delay =
      parse_duration(values.take(setting::stop_drain_delay, parsed.problem)).value_or(0);
  options.stop_signal = parse_signal(values.take(setting::stop_signal, parsed.problem)).value_or(0);
  options.stop_timeout =
      parse_duration(values.take(setting::stop_timeout, parsed.problem)).value_or(0);
  options.ladder = options.iris || values.was_set();
  options.remove_leftovers = values.take(setting::merge_ipc_cleanup, parsed.problem) == "on";
  const std::string_view log = values.take(setting::log_format, parsed.problem);
  if (log == "text") options.log = InitOptions::Log::text;
  if (log == "json") options.log = InitOptions::Log::json;
  options.log_level = level_of(values.take(setting::log_level, parsed.problem));
  if (options.run_dir.size() > 80 && parsed.problem.empty())
    parsed.problem.append(
        "PATHS RUN_DIR: a socket's path holds at most 107 bytes; use a directory "
        "of at most 80");
  return parsed;
}

std::string_view init_help() {
  return "Usage: iris-init [OPTION…] [--] PROGRAM [ARG…]\n"
         "\n"
         "PID 1 for InterSystems IRIS in a container. Starts PROGRAM, forwards signals, reaps\n"
         "orphans and ends with PROGRAM's exit code. When PROGRAM is named iris-main it also runs\n"
         "the configuration merge first, keeps iris-agent (probes, irisctl) alive and stops IRIS\n"
         "in stages within one time budget.\n"
         "\n"
         "  --agent auto|on|off     the IRIS parts: auto = when PROGRAM is named iris-main\n"
         "  --instance NAME         IRIS instance (default: iris-main's --instance, the variable\n"
         "                          ISC_PACKAGE_INSTANCENAME, else IRIS)\n"
         "  --stop-timeout TIME     budget of a whole stop (default 360s; without the IRIS parts "
         "a\n"
         "                          staged stop happens only if this is given)\n"
         "  --drain-delay TIME      readyz answers 503 for so long before IRIS is asked to stop\n"
         "                          (default 0s)\n"
         "  --stop-signal SIGNAL    signal that asks PROGRAM to stop (default SIGTERM)\n"
         "  --run-dir DIR           control.sock, state and merge.cpf (default /run/iris-init)\n"
         "  -h, --help              this text\n"
         "      --version           version\n"
         "\n"
         "TIME is written as 500ms, 5s, 2m or 1h. Each option is also an environment variable:\n"
         "IRIS_INIT_INIT_AGENT, IRIS_INIT_INIT_INSTANCE, IRIS_INIT_STOP_TIMEOUT,\n"
         "IRIS_INIT_STOP_DRAIN_DELAY, IRIS_INIT_STOP_SIGNAL, IRIS_INIT_PATHS_RUN_DIR. The log is "
         "set\n"
         "by IRIS_INIT_LOG_FORMAT (auto, text, json) and IRIS_INIT_LOG_LEVEL; shared memory that "
         "IRIS left\n"
         "behind is removed at the end unless IRIS_INIT_MERGE_IPC_CLEANUP is 'report'.\n"
         "\n"
         "Exit code: PROGRAM's, or 128 + the signal that ended it; 0 a stop left IRIS down "
         "cleanly;\n"
         "1 wrong usage; 75 given up (restarts used up, or the data directory stayed in use);\n"
         "78 configuration or preflight refused; 124 IRIS had to be forced or killed;\n"
         "126 PROGRAM cannot be executed; 127 PROGRAM not found.\n";
}

}  // namespace sup
