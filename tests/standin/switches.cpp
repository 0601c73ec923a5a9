// The table of switches, and their values.
#include "switches.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "clock.h"
#include "files.h"
#include "text.h"

namespace standin {
namespace {

constexpr auto table = std::to_array<Switch>({
    // Times
    {"start_ms", "300", "how long a start takes"},
    {"stop_ms", "200", "how long a stop takes"},
    {"clone_ms", "0", "how long filling an empty data directory takes"},
    {"recovery_ms", "100", "how long recovery takes in a start after an unclean stop"},
    {"freeze_ms", "100", "how long ExternalFreeze takes"},
    {"thaw_ms", "100", "how long ExternalThaw takes"},
    {"merge_ms", "0", "how long iris merge takes"},
    {"qlist_ms", "0", "how long iris qlist takes"},
    {"session_ms", "0", "how long a sign-on takes"},
    {"wd_period_ms", "500", "pause between two passes of the write daemon"},
    {"merge_poll_ms", "1000", "how often iris-main looks at the merge file, key and log"},
    {"second_ms", "1000",
     "length of IRIS's second in its timeouts: 10 makes them 100 times shorter"},
    // Sizes
    {"shm_bytes", "4194304", "size of the shared memory segment, all of it touched"},
    {"user_processes", "2", "processes besides control, write and journal daemon, 0 to 48"},
    // Uncertain facts
    {"already_up_status", "0", "exit status of iris start when IRIS is up"},
    {"unknown_instance_status", "1", "exit status of qlist for an unknown instance"},
    {"down_session_status", "1", "exit status of a session when IRIS is down"},
    {"inhibited_status", "239", "exit status of a session while sign-on is inhibited"},
    {"session_error_status", "3", "exit status of a session that an ObjectScript error ended"},
    {"main_exit_status", "0", "exit status of iris-main after an orderly stop"},
    {"starting_text", "starting",
     "field 4 while starting or stopping: starting, inhibited, incomplete "
     "or a literal text"},
    {"frozen_health", "hung", "field 9 while the write daemon is suspended: hung or ok"},
    {"dirty_health", "warn", "field 9 after a start with recovery: ok, warn or alert"},
    {"wd_suspend_limit", "accept",
     "10th argument of ExternalFreeze: accept, or refuse (<PARAMETER>)"},
    {"stop_while_frozen", "hang", "iris stop with a suspended write daemon: hang or thaw"},
    {"forced_stop_status", "1", "exit status of iris stop that had to force after ShutdownTimeout"},
    {"daemons_ignore_term", "1", "control, write and journal daemon ignore SIGTERM: 1 or 0"},
    {"merge_unchanged", "merge", "iris start with an unchanged merge file: merge or skip"},
    {"single_hyphen", "refuse", "long options of iris-main with one hyphen: refuse or accept"},
    {"after_failure", "stop", "a failing --after: stop IRIS, or leave it running"},
    {"after_stderr", "ignore", "output of --after on standard error: ignore, or fail"},
    {"health_script", "old", "irisHealth.sh: old (only ok passes) or new (only alert fails)"},
    {"session_comm", "iris", "name of a session's process: iris or irisdb"},
    {"stale_shm", "keep", "a dead predecessor's segment at start: keep or remove"},
    {"forward_log", "0", "iris-main copies messages.log to standard output without --log: 1 or 0"},
    // Faults
    {"health", "", "field 9 whatever the state: ok, warn, alert or hung"},
    {"qlist_fault", "", "hang, empty, garbage or exit:N"},
    {"start_fault", "", "hang, fail, license or exit:N"},
    {"stop_fault", "", "hang or exit:N"},
    {"force_fault", "", "hang or exit:N"},
    {"session_fault", "", "hang or exit:N"},
    {"freeze_fault", "", "hang or exit:N, instead of ExternalFreeze"},
    {"thaw_fault", "", "hang or exit:N, instead of ExternalThaw"},
    {"stat_fault", "", "hang or exit:N"},
    {"merge_fault", "", "fail, hang or exit:N: iris merge"},
});

std::string environment(const std::string& name) {
  const char* const value = std::getenv(name.c_str());
  return value == nullptr ? std::string{} : std::string{value};
}

}  // namespace

std::span<const Switch> all_switches() {
  return table;
}

std::string switch_text(std::string_view name) {
  const auto* const known =
      std::find_if(table.begin(), table.end(), [&](const Switch& s) { return s.name == name; });
  if (known == table.end()) throw SwitchError{"no switch '" + std::string{name} + "'"};
  const std::string faults = environment("IRIS_STANDIN_FAULTS");
  if (!faults.empty())
    if (const auto text = read_file(fs::path{faults} / name)) return std::string{trim(*text)};
  const std::string from_environment = environment("IRIS_STANDIN_" + upper(name));
  return from_environment.empty() ? std::string{known->fallback} : from_environment;
}

std::int64_t switch_number(std::string_view name) {
  const std::string text = switch_text(name);
  const auto number = to_number(text);
  if (!number || *number < 0)
    throw SwitchError{"switch '" + std::string{name} + "' is '" + text + "', not a number"};
  return *number;
}

bool switch_is(std::string_view name, std::string_view text) {
  return switch_text(name) == text;
}

int fault_status(std::string_view name) {
  const std::string fault = switch_text(name);
  if (fault == "hang") hang();
  if (!fault.starts_with("exit:")) return -1;
  const auto status = to_number(std::string_view{fault}.substr(5));
  if (!status || *status < 0 || *status > 255)
    throw SwitchError{"switch '" + std::string{name} + "' is '" + fault + "'"};
  return static_cast<int>(*status);
}

std::int64_t seconds_as_ms(std::int64_t seconds) {
  return seconds * switch_number("second_ms");
}

}  // namespace standin
