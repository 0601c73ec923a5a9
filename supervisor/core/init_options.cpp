#include "supervisor/core/init_options.h"

#include <algorithm>

#include "supervisor/base/units.h"
#include "supervisor/core/iris_main_options.h"
#include "supervisor/core/settings_table.h"
#include "supervisor/core/signal_names.h"

namespace sup {
namespace {

using Problem = FixedText<512>;

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

constexpr std::string_view allowed_options =
    "-s -g -w -v -l -h -p SIGNAL -e CODE --agent --instance --stop-timeout --drain-delay "
    "--stop-signal --run-dir --help --version; to run a program of that name, put -- before it";

const Flag* find_flag(std::string_view word) {
  for (const Flag& flag : flags) {
    if (word == flag.name || (word.starts_with(flag.name) && word[flag.name.size()] == '='))
      return &flag;
  }
  return nullptr;
}

/// The settings of PID 1 with their values; a flag's beats the environment's.
class Values {
 public:
  explicit Values(const char* const* environment) : environment_{environment} {}

  void set(const Flag& flag, std::string_view value) {
    given_[static_cast<std::size_t>(&flag - flags.data())] = value;
  }
  /// The value as text, checked; a bad one goes to `problem`.
  std::string_view take(const Setting& setting, Problem& problem) {
    std::string_view value = setting.fallback;
    set_by_ = FixedText<64>{};
    const auto name = environment_name(setting);
    if (const auto from = environment_value(environment_, name.view())) {
      value = *from;
      set_by_ = name;
    }
    for (std::size_t i = 0; i < flags.size(); ++i) {
      if (flags[i].setting != &setting || !given_[i]) continue;
      value = *given_[i];
      set_by_ = FixedText<64>{flags[i].name};
    }
    const auto trouble = problem_with(setting, value);
    if (!trouble.empty() && problem.empty())
      problem.append(set_by_.view()).append(": ").append(trouble.view());
    return value;
  }
  /// Whether the setting last taken came from a flag or the environment, and from which.
  [[nodiscard]] bool was_set() const { return !set_by_.empty(); }
  [[nodiscard]] FixedText<64> set_by() const {
    return was_set() ? set_by_ : FixedText<64>{"default"};
  }

 private:
  const char* const* environment_;
  std::array<std::optional<std::string_view>, flags.size()> given_{};
  FixedText<64> set_by_;
};

/// Takes the words in front of the program, one after the other.
class Words {
 public:
  Words(const char* const* first, Values& values, ParsedOptions& out)
      : word_{first}, values_{values}, options_{out.options}, problem_{out.problem} {}

  /// Where the program begins; also after a problem, or an option that asks for a text only.
  const char* const* take_options() {
    for (; *word_ != nullptr && **word_ == '-'; ++word_) {
      const std::string_view text{*word_};
      if (text == "--") return word_ + 1;
      if (text.starts_with("--") ? !take_long(text) : !take_short(text)) break;
    }
    return word_;
  }
  [[nodiscard]] int verbosity() const { return verbosity_; }

 private:
  bool take_long(std::string_view text) {
    if (text == "--help") return !(options_.help = true);
    if (text == "--version") return !(options_.version = true);
    const Flag* flag = find_flag(text);
    if (flag == nullptr) return refuse(text);
    if (text.size() > flag->name.size()) {
      values_.set(*flag, text.substr(flag->name.size() + 1));
      return true;
    }
    if (word_[1] == nullptr) {
      problem_.append("option '").append(text).append("' needs a value");
      const auto allowed = problem_with(*flag->setting, "");
      if (!allowed.empty()) problem_.append(": ").append(allowed.view());
      return false;
    }
    values_.set(*flag, *++word_);
    return true;
  }

  /// tini's: letters may stand together, a value in the same word or in the next one.
  bool take_short(std::string_view text) {
    if (text == "-") return refuse(text);
    for (std::size_t i = 1; i < text.size(); ++i) {
      switch (text[i]) {
        case 's':
          options_.subreaper = true;
          break;
        case 'g':
          options_.signal_group = true;
          break;
        case 'w':
          options_.warn_of_zombies = true;
          break;
        case 'v':
          ++verbosity_;
          break;
        case 'l':
          return !(options_.licence = true);
        case 'h':
          return !(options_.help = true);
        case 'p':
        case 'e':
          return take_value(text[i], text.substr(i + 1));
        default:
          return refuse(text);
      }
    }
    return true;
  }

  bool take_value(char letter, std::string_view value) {
    if (value.empty() && word_[1] != nullptr) value = *++word_;
    const auto number = parse_number(value);
    if (letter == 'p') {
      options_.parent_death_signal = parse_signal(value).value_or(0);
      if (options_.parent_death_signal != 0) return true;
    } else if (number && *number <= 255) {
      options_.remapped.add(static_cast<unsigned>(*number));
      return true;
    }
    problem_.append('-').append(letter).append(": '").append(value.substr(0, 80));
    problem_.append(letter == 'p' ? "' is not a signal; allowed: a name such as SIGTERM or a "
                                    "number from 1 to 64"
                                  : "' is not an exit code; allowed: 0 to 255");
    return false;
  }

  bool refuse(std::string_view text) {
    problem_.append("unknown option '").append(text.substr(0, 80));
    problem_.append("'; allowed: ").append(allowed_options);
    return false;
  }

  const char* const* word_;
  Values& values_;
  InitOptions& options_;
  Problem& problem_;
  int verbosity_ = 0;
};

std::string_view instance_of(std::string_view from_setting, std::string_view from_main,
                             const char* const* environment) {
  if (!from_setting.empty()) return from_setting;
  if (!from_main.empty()) return from_main;
  return environment_value(environment, "ISC_PACKAGE_INSTANCENAME").value_or("IRIS");
}

constexpr std::array levels{Level::error, Level::warning, Level::info, Level::debug};

Level level_of(std::string_view name) {
  for (const Level level : levels) {
    if (name_of(level) == name) return level;
  }
  return Level::info;
}

/// tini's: 0 fatal, 1 warnings, 2 what happens, 3 and more everything. Its variable is read as it
/// reads it: what is no number is 0.
Level level_of(std::optional<std::string_view> variable, int more) {
  const std::int64_t base = variable ? parse_number(*variable).value_or(0) : 1;
  const std::int64_t last = levels.size() - 1;
  return levels[static_cast<std::size_t>(std::min(std::min(base, last) + more, last))];
}

void take_settings(Values& values, const char* const* environment, ParsedOptions& parsed) {
  InitOptions& options = parsed.options;
  Problem& problem = parsed.problem;
  const std::string_view agent = values.take(setting::init_agent, problem);
  const IrisMainOptions main = parse_iris_main_options(options.program);
  options.iris = agent == "on" || (agent == "auto" && !main.only_tells &&
                                   file_name_of(options.program[0]) == "iris-main");
  options.ladder = options.iris;
  options.stops_iris = main.down;
  options.nostu = main.nostu;
  options.instance =
      instance_of(values.take(setting::init_instance, problem), main.instance, environment);
  options.run_dir = values.take(setting::paths_run_dir, problem);
  if (options.run_dir.empty()) options.run_dir = setting::paths_run_dir.fallback;

  options.drain_delay = parse_duration(values.take(setting::stop_drain_delay, problem)).value_or(0);
  options.ladder |= values.was_set();
  options.drain_delay_set_by = values.set_by();
  options.stop_signal = parse_signal(values.take(setting::stop_signal, problem)).value_or(0);
  options.ladder |= values.was_set();
  options.stop_timeout = parse_duration(values.take(setting::stop_timeout, problem)).value_or(0);
  options.ladder |= values.was_set();
  options.stop_timeout_set_by = values.set_by();

  options.remove_leftovers = values.take(setting::merge_ipc_cleanup, problem) == "on";
  const std::string_view log = values.take(setting::log_format, problem);
  if (log == "text") options.log = InitOptions::Log::text;
  if (log == "json") options.log = InitOptions::Log::json;
}

void take_log_level(Values& values, const char* const* environment, int verbosity,
                    ParsedOptions& parsed) {
  InitOptions& options = parsed.options;
  const auto variable = environment_value(environment, "TINI_VERBOSITY");
  options.log_level = level_of(values.take(setting::log_level, parsed.problem));
  const bool quiet_as_tini = !options.ladder || variable;
  if (verbosity > 0 || (quiet_as_tini && !values.was_set()))
    options.log_level = level_of(variable, verbosity);
}

}  // namespace

ParsedOptions parse_init_options(const char* const* argv, const char* const* environment) {
  ParsedOptions parsed;
  InitOptions& options = parsed.options;
  if (*argv == nullptr) {
    parsed.problem.append("called without a name of its own");
    return parsed;
  }
  Values values{environment};
  Words words{argv + 1, values, parsed};
  options.program = words.take_options();
  if (options.help || options.version || options.licence || !parsed.problem.empty()) return parsed;
  if (*options.program == nullptr) {
    parsed.problem.append("no program to run; usage: iris-init [OPTION…] -- PROGRAM [ARG…]");
    return parsed;
  }
  options.subreaper |= environment_value(environment, "TINI_SUBREAPER").has_value();
  options.signal_group |= environment_value(environment, "TINI_KILL_PROCESS_GROUP").has_value();
  take_settings(values, environment, parsed);
  take_log_level(values, environment, words.verbosity(), parsed);
  if (options.run_dir.size() > 80 && parsed.problem.empty())
    parsed.problem.append(
        "PATHS RUN_DIR: a socket's path holds at most 107 bytes; use a directory "
        "of at most 80");
  return parsed;
}

}  // namespace sup
