#include "supervisor/irisctl/options.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "supervisor/base/text.h"
#include "supervisor/base/units.h"
#include "supervisor/core/lifecycle.h"
#include "supervisor/core/settings_table.h"
#include "supervisor/irisctl/arguments.h"

namespace sup {
namespace {

constexpr std::array awaitable{Awaited::ready, Awaited::live, Awaited::started, Awaited::down};
constexpr std::size_t longest_name = 64;
/// sun_path holds 108 bytes with its NUL.
constexpr std::size_t longest_socket_path = 107;

/// A name travels through logs and messages: one line, no blanks around it.
bool is_name(std::string_view value, std::size_t longest = longest_name) {
  const bool plain = std::none_of(value.begin(), value.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
  return !value.empty() && value.size() <= longest && plain && trim(value) == value;
}

/// `word` as one of `known`, or what is wrong with it.
std::string not_one_of(std::string_view word, const std::vector<std::string_view>& known) {
  const std::string hint = did_you_mean(word, known);
  return fmt::format("'{}' is not allowed{} Allowed: {}", word, hint.empty() ? "." : hint,
                     listed(known));
}

/// Makes Options of Arguments; keeps the first problem.
class Reader {
 public:
  Reader(const Arguments& arguments, const Surroundings& around)
      : arguments_{arguments}, around_{around} {}

  ParsedCommandLine read() {
    out_.options.verb = arguments_.verb->verb;
    out_.options.command = arguments_.command;
    out_.options.request.verb = std::string{arguments_.verb->name};
    read_run_dir();
    for (const GivenFlag& given : arguments_.flags)
      take(given);
    take_operands();
    check_verb();
    return std::move(out_);
  }

 private:
  void complain(std::string problem) {
    if (out_.problem.empty()) out_.problem = std::move(problem);
  }

  void read_run_dir() {
    std::string dir{setting::paths_run_dir.fallback};
    std::string source = "the default";
    if (!around_.run_dir.empty()) {
      dir = around_.run_dir;
      source = std::string{environment_name(setting::paths_run_dir).view()};
    }
    for (const GivenFlag& given : arguments_.flags) {
      if (given.flag != Flag::run_dir) continue;
      dir = given.value;
      source = given.name;
    }
    const auto problem = problem_with(setting::paths_run_dir, dir);
    if (!problem.empty()) return complain(fmt::format("{}: {}", source, problem.view()));
    if (dir.empty()) return complain(fmt::format("{}: needs an absolute path", source));
    out_.options.socket = dir + (dir.ends_with('/') ? "control.sock" : "/control.sock");
    if (out_.options.socket.size() > longest_socket_path)
      complain(fmt::format("{}: '{}' is too long for a socket's path; allowed: {} bytes", source,
                           out_.options.socket, longest_socket_path));
  }

  void take(const GivenFlag& given) {
    Options& options = out_.options;
    switch (given.flag) {
      case Flag::help:
      case Flag::version:
      case Flag::run_dir:
        return;
      case Flag::output:
        options.json = given.value == "json";
        if (!options.json && given.value != "text")
          complain(fmt::format("{}: {}", given.name, not_one_of(given.value, {"text", "json"})));
        return;
      case Flag::what:
        return take_for(given);
      case Flag::timeout:
        return take_timeout(given);
      case Flag::lease:
        return take_lease(given);
      case Flag::owner:
        return take_name(given, options.request.owner);
      case Flag::token:
        return take_name(given, options.request.token);
      case Flag::force:
        options.request.force = true;
        return;
      case Flag::foreign:
        options.request.foreign = true;
        return;
      case Flag::iris_status:
        options.iris_status = true;
        return;
      case Flag::now:
        options.request.now = true;
        return;
    }
  }

  void take_name(const GivenFlag& given, std::string& out) {
    out = given.value;
    if (!is_name(given.value))
      complain(fmt::format("{}: needs 1 to {} printable characters without blanks around them",
                           given.name, longest_name));
  }

  /// `wait --for WHAT`, and `hold REASON --for TIME`.
  void take_for(const GivenFlag& given) {
    if (out_.options.verb != Verb::hold) return take_awaited(given);
    const auto length = parse_duration(given.value);
    if (!length || *length < seconds(1) || *length > longest_hold)
      return complain(
          fmt::format("{}: '{}' is not a time that IRIS can be held; allowed: 1s to {}h",
                      given.name, given.value, longest_hold / minutes(60)));
    out_.options.request.length = *length;
  }

  void take_awaited(const GivenFlag& given) {
    std::vector<std::string_view> names;
    for (const Awaited awaited : awaitable) {
      if (name_of(awaited) == given.value) out_.options.awaited = awaited;
      names.push_back(name_of(awaited));
    }
    if (std::find(names.begin(), names.end(), given.value) == names.end())
      complain(fmt::format("{}: {}", given.name, not_one_of(given.value, names)));
  }

  void take_timeout(const GivenFlag& given) {
    const auto timeout = parse_duration(given.value);
    if (!timeout)
      return complain(
          fmt::format("{}: '{}' is not a duration; allowed: 500ms, 5s, 2m or 1h; 0 for "
                      "no limit",
                      given.name, given.value));
    out_.options.timeout = *timeout;
    out_.options.request.timeout = *timeout;
  }

  void take_lease(const GivenFlag& given) {
    const Setting& rule = setting::freeze_lease;
    const auto lease = parse_duration(given.value);
    if (!lease || *lease < rule.min || *lease > rule.max)
      return complain(
          fmt::format("{}: '{}' is not a lease that is allowed: {}s to {}s, written as "
                      "90s or 2m (IRIS ends a longer freeze by itself)",
                      given.name, given.value, rule.min / seconds(1), rule.max / seconds(1)));
    out_.options.request.lease = *lease;
  }

  void take_operands() {
    const std::vector<std::string>& operands = arguments_.operands;
    const bool is_probe = out_.options.verb == Verb::probe;
    const bool is_hold = out_.options.verb == Verb::hold;
    const std::size_t wanted = is_probe || is_hold ? 1 : 0;
    if (operands.size() > wanted)
      return complain(fmt::format("unexpected word '{}'; usage: irisctl {}", operands[wanted],
                                  arguments_.verb->usage));
    if (is_hold) take_reason();
    if (!is_probe) return;
    const std::vector<std::string_view> probes{"live", "ready", "startup"};
    if (operands.empty()) return complain(fmt::format("probe: say which one: {}", listed(probes)));
    out_.options.request.probe = operands[0];
    if (std::find(probes.begin(), probes.end(), operands[0]) == probes.end())
      complain(fmt::format("probe: {}", not_one_of(operands[0], probes)));
  }

  void take_reason() {
    const std::vector<std::string>& operands = arguments_.operands;
    if (operands.empty() || !is_name(operands[0], control::longest_reason))
      return complain(fmt::format(
          "hold: say why, for those who look at it later: one word or a text in quotes, "
          "at most {} bytes on one line",
          control::longest_reason));
    out_.options.request.reason = operands[0];
  }

  void check_verb() {
    control::Request& request = out_.options.request;
    const Verb verb = out_.options.verb;
    if (verb == Verb::wait && !arguments_.has(Flag::what))
      complain("wait: say what for: --for ready, live, started or down");
    if (verb == Verb::with_freeze) {
      request.verb = std::string{text_of(Verb::freeze).name};
      if (out_.options.command.empty())
        complain("with-freeze: no COMMAND; usage: irisctl " + std::string{arguments_.verb->usage});
    }
    if ((verb == Verb::freeze || verb == Verb::with_freeze) && request.owner.empty()) {
      constexpr std::size_t room_for_process = 12;
      const bool usable = is_name(around_.default_owner, longest_name - room_for_process);
      request.owner = usable ? around_.default_owner : "irisctl";
      // Two at once are two owners: the second one is refused, and does not share the first one's.
      if (verb == Verb::with_freeze) request.owner += ":" + std::to_string(around_.process);
    }
    if (verb == Verb::thaw) {
      const int ways = (request.token.empty() ? 0 : 1) + (request.owner.empty() ? 0 : 1) +
                       (request.force ? 1 : 0) + (request.foreign ? 1 : 0);
      if (ways != 1)
        complain(
            "thaw: say whose freeze, in exactly one way: --token T, --owner NAME, --force or "
            "--foreign");
    }
  }

  const Arguments& arguments_;
  const Surroundings& around_;
  ParsedCommandLine out_;
};

/// `help`, --help and --version: the text to print; "" when none is asked for.
std::string text_wanted(Arguments& arguments) {
  const bool is_help = arguments.verb != nullptr && arguments.verb->verb == Verb::help;
  if (arguments.has(Flag::version)) return "irisctl " IRIS_INIT_VERSION "\n";
  if (!is_help && !arguments.has(Flag::help)) return {};
  if (!is_help) return help_of(arguments.verb == nullptr ? Verb::help : arguments.verb->verb);
  if (arguments.operands.empty()) return general_help();
  if (const VerbText* of = find_verb(arguments.operands[0])) return help_of(of->verb);
  arguments.problem = "help: " + not_one_of(arguments.operands[0], verb_names());
  return {};
}

}  // namespace

std::string_view name_of(Awaited awaited) {
  switch (awaited) {
    case Awaited::ready:
      return "ready";
    case Awaited::live:
      return "live";
    case Awaited::started:
      return "started";
    case Awaited::down:
      return "down";
  }
  return "unknown";
}

ParsedCommandLine parse_command_line(const std::vector<std::string>& words,
                                     const Surroundings& around) {
  Arguments arguments = sort_arguments(words);
  ParsedCommandLine out;
  if (arguments.problem.empty()) out.options.text = text_wanted(arguments);
  if (arguments.problem.empty() && out.options.text.empty()) {
    if (arguments.verb != nullptr) return Reader{arguments, around}.read();
    arguments.problem = fmt::format("no verb given. Verbs: {}", listed(verb_names()));
  }
  out.problem = std::move(arguments.problem);
  // A script that asked for IRIS's convention gets it also when something else is wrong.
  const auto ours_end = std::find(words.begin(), words.end(), "--");
  out.options.iris_status = std::find(words.begin(), ours_end, "--iris-status") != ours_end;
  return out;
}

int exit_status(int code, bool iris_status) {
  constexpr int iris_success = 5;
  constexpr int iris_failure = 3;
  if (iris_status) return code == control::done ? iris_success : iris_failure;
  constexpr std::array known{control::done,          control::failed,   control::usage,
                             control::refused,       control::not_held, control::no_agent,
                             control::not_permitted, control::timed_out};
  const bool is_known = std::find(known.begin(), known.end(), code) != known.end();
  return is_known ? code : control::failed;
}

}  // namespace sup
