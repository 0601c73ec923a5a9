// Every fact of the table of switches with each of its values, as the commands show it: here, or in
// the test that `elsewhere` names. And faults that no other test has.
#include <algorithm>
#include <array>
#include <cctype>
#include <sstream>

#include "suite/facts_looks.h"

namespace standin_test {
namespace {

struct Case {
  const char* name;
  const char* value;
  std::string (Looks::*look)();
  const char* seen;

  friend std::ostream& operator<<(std::ostream& out, const Case& one) {
    return out << one.name << "=" << one.value;
  }
};

constexpr auto facts = std::to_array<Case>({
    {"already_up_status", "0", &Looks::second_start, "0"},
    {"already_up_status", "1", &Looks::second_start, "1"},
    {"unknown_instance_status", "1", &Looks::qlist_of_another, "1"},
    {"unknown_instance_status", "0", &Looks::qlist_of_another, "0"},
    {"down_session_status", "1", &Looks::session_when_down, "1"},
    {"down_session_status", "239", &Looks::session_when_down, "239"},
    {"inhibited_status", "239", &Looks::session_while_starting, "239"},
    {"inhibited_status", "1", &Looks::session_while_starting, "1"},
    {"session_error_status", "3", &Looks::session_with_an_error, "3"},
    {"session_error_status", "1", &Looks::session_with_an_error, "1"},
    {"main_exit_status", "0", &Looks::main_after_an_orderly_stop, "0"},
    {"main_exit_status", "143", &Looks::main_after_an_orderly_stop, "143"},
    {"main_exit_status", "7", &Looks::main_after_an_orderly_stop, "7"},
    {"starting_text", "starting", &Looks::text_while_starting, "starting or stopping"},
    {"starting_text", "inhibited", &Looks::text_while_starting, "sign-on inhibited"},
    {"starting_text", "incomplete", &Looks::text_while_starting,
     "incomplete start or stop, logins disabled"},
    {"recovery_work", "busy", &Looks::recovery_at_work, "computes"},
    {"recovery_work", "waiting", &Looks::recovery_at_work, "waits"},
    {"dirty_health", "warn", &Looks::health_after_a_death, "warn"},
    {"dirty_health", "alert", &Looks::health_after_a_death, "alert"},
    {"dirty_health", "ok", &Looks::health_after_a_death, "ok"},
    {"failover_health", "warn", &Looks::health_with_the_identity_of_another_host, "warn"},
    {"failover_health", "ok", &Looks::health_with_the_identity_of_another_host, "ok"},
    {"stop_while_frozen", "hang", &Looks::stop_while_frozen_until_the_timeout,
     "1 Forcing IRIS down"},
    {"stop_while_frozen", "thaw", &Looks::stop_while_frozen, "0 Shutdown of IRIS complete"},
    {"forced_stop_status", "1", &Looks::stop_while_frozen_until_the_timeout, "1 Forcing IRIS down"},
    {"forced_stop_status", "0", &Looks::stop_while_frozen_until_the_timeout, "0 Forcing IRIS down"},
    {"daemons_ignore_term", "1", &Looks::sigterm_to_the_write_daemon, "ignored"},
    {"daemons_ignore_term", "0", &Looks::sigterm_to_the_write_daemon, "ends it"},
    {"merge_unchanged", "merge", &Looks::start_with_an_unchanged_merge_file, "merged"},
    {"merge_unchanged", "skip", &Looks::start_with_an_unchanged_merge_file, "skipped"},
    {"main_outlives_iris", "stays", &Looks::main_whose_iris_is_gone, "goes on"},
    {"main_outlives_iris", "ends", &Looks::main_whose_iris_is_gone, "ends with 1"},
    {"after_failure", "stop", &Looks::main_whose_after_command_fails, "down"},
    {"after_failure", "leave", &Looks::main_whose_after_command_fails, "running"},
    {"after_stderr", "ignore", &Looks::main_whose_after_command_says_an_error, "goes on"},
    {"after_stderr", "fail", &Looks::main_whose_after_command_says_an_error, "ends with 1"},
    {"health_script", "old", &Looks::health_script_at_warn_and_alert, "1 1 "},
    {"health_script", "new", &Looks::health_script_at_warn_and_alert, "0 1 "},
    {"session_comm", "iris", &Looks::name_of_a_session, "iris"},
    {"session_comm", "irisdb", &Looks::name_of_a_session, "irisdb"},
    {"down_qlist_status", "0", &Looks::listings_when_down, "0 0"},
    {"down_qlist_status", "1", &Looks::listings_when_down, "1 1"},
    {"qlist_directory", "data", &Looks::directory_in_qlist, "data"},
    {"qlist_directory", "install", &Looks::directory_in_qlist, "usr"},
    {"stat_thaw_status", "0", &Looks::resuming_with_stat, "0"},
    {"stat_thaw_status", "1", &Looks::resuming_with_stat, "1"},
    {"refreeze_status", "3", &Looks::freezing_twice, "3"},
    {"refreeze_status", "5", &Looks::freezing_twice, "5"},
    {"down_force_status", "0", &Looks::force_when_down, "0 IRIS is already down"},
    {"down_force_status", "1", &Looks::force_when_down, "1 IRIS is already down"},
    {"running_when", "end", &Looks::text_at_the_end_of_a_start, "starting or stopping"},
    {"running_when", "early", &Looks::text_at_the_end_of_a_start, "running"},
    {"forward_log", "0", &Looks::main_and_a_line_of_messages_log, "not copied"},
    {"forward_log", "1", &Looks::main_and_a_line_of_messages_log, "copied"},
});

constexpr auto other_switches = std::to_array<Case>({
    {"qlist_fault", "garbage", &Looks::qlist, "0 Segmentation fault (core du"},
    {"start_fault", "license", &Looks::failing_start, "1 ** Startup aborted **"},
    {"die_at", "start_end", &Looks::start_that_dies, "recovery"},
    {"die_at", "stop", &Looks::stop_that_dies, "recovery"},
    {"qlist_cpu_ms", "60", &Looks::processor_time_of_qlist, "60 or more"},
    {"shm_bytes", "8388608", &Looks::size_of_the_segment, "8388608"},
    {"force_fault", "hang", &Looks::force, "hangs"},
    {"force_fault", "exit:4", &Looks::force, "4"},
    {"session_fault", "hang", &Looks::sign_on, "hangs"},
    {"session_fault", "exit:4", &Looks::sign_on, "4"},
    {"stat_fault", "hang", &Looks::stat, "hangs"},
    {"stat_fault", "exit:4", &Looks::stat, "4"},
});

/// The other facts, and which test tries their values.
struct Elsewhere {
  const char* name;
  const char* file;
};
constexpr auto elsewhere = std::to_array<Elsewhere>({
    {"profile", "golden/golden_test.cpp"},
    {"image", "main/iris_main_switch_test.cpp"},
    {"journal_sync", "suite/store_test.cpp"},
    {"frozen_updates", "suite/store_test.cpp"},
    {"suspended_sign_on", "suite/standin_test.cpp"},
    {"freeze_tells_journal", "suite/store_test.cpp"},
    {"torn_database", "suite/store_test.cpp"},
    {"frozen_health", "suite/standin_test.cpp"},
    {"wd_suspend_limit", "suite/standin_test.cpp"},
    {"repeated_key", "config/merge_test.cpp"},
    {"merge_failure_at_start", "config/merge_test.cpp"},
    {"comment_after_value", "config/merge_test.cpp"},
    {"single_hyphen", "main/iris_main_test.cpp"},
    {"merge_file_swap", "main/iris_main_switch_test.cpp"},
    {"merge_after_restart", "main/iris_main_switch_test.cpp"},
    {"term_during_start", "main/iris_main_switch_test.cpp"},
    {"second_term", "main/iris_main_switch_test.cpp"},
    {"agent_at_stop", "main/iris_main_switch_test.cpp"},
    {"foreign_registry", "main/iris_main_switch_test.cpp"},
    {"stale_shm", "suite/half_dead_test.cpp"},
    {"control_death", "suite/half_dead_test.cpp"},
    {"control_death_health", "suite/half_dead_test.cpp"},
    {"daemon_death", "suite/half_dead_test.cpp"},
    {"user_death_health", "suite/half_dead_test.cpp"},
    {"half_dead_start", "suite/half_dead_test.cpp"},
    {"half_dead_stop", "suite/half_dead_test.cpp"},
    {"force_status", "suite/half_dead_test.cpp"},
    {"down_stop_status", "suite/half_dead_test.cpp"},
    {"busy", "suite/half_dead_test.cpp"},
    {"lock_kind", "suite/half_dead_test.cpp"},
    {"daemon_tree", "suite/half_dead_test.cpp"},
});

class Facts : public Looks, public testing::WithParamInterface<Case> {};

TEST_P(Facts, AreSeen) {
  const Case& one = GetParam();
  fault(one.name, one.value);
  EXPECT_EQ((this->*one.look)(), one.seen);
}

std::string name_of(const testing::TestParamInfo<Case>& info) {
  std::string name = std::string{info.param.name} + "_" + info.param.value;
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Of, Facts, testing::ValuesIn(facts), name_of);
INSTANTIATE_TEST_SUITE_P(Faults, Facts, testing::ValuesIn(other_switches), name_of);

class EveryFact : public Standin {
 protected:
  /// Name and values of each fact: what has more than one value.
  [[nodiscard]] std::map<std::string, Words> known_facts() const {
    std::map<std::string, Words> known;
    for (const std::string& line : lines_of(run("iris-standin", {"--switches"}).output)) {
      const std::size_t at = line.find(" = ");
      if (line.starts_with(" ") || at == std::string::npos || !contains(line, "|")) continue;
      std::istringstream in{line.substr(at + 3)};
      for (std::string value; std::getline(in, value, '|');)
        known[line.substr(0, at)].push_back(value);
    }
    return known;
  }
  static bool is_tried_here(const std::string& name, const std::string& value) {
    return std::any_of(facts.begin(), facts.end(),
                       [&](const Case& one) { return one.name == name && one.value == value; });
  }
  /// The text of the test that is said to try it; empty when none is.
  static std::string other_test(const std::string& name) {
    const auto* const found = std::find_if(elsewhere.begin(), elsewhere.end(),
                                           [&](const Elsewhere& one) { return one.name == name; });
    return found == elsewhere.end() ? ""
                                    : read(fs::path{STANDIN_README}.parent_path() / found->file);
  }
};

TEST_F(EveryFact, IsTriedHereOrElsewhere) {
  const auto known = known_facts();
  ASSERT_GT(known.size(), 50U);
  for (const auto& [name, values] : known) {
    const std::string text = other_test(name);
    std::string variable = name;
    for (char& c : variable)
      c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    const bool named = contains(text, name) || contains(text, "IRIS_STANDIN_" + variable);
    for (const std::string& value : values) {
      // The default is what is seen when nothing is said.
      const bool tried = named && (value == values.front() || contains(text, value));
      EXPECT_TRUE(tried || is_tried_here(name, value)) << name << "=" << value;
    }
  }
}

TEST_F(EveryFact, ThatIsTriedIsOne) {
  const auto known = known_facts();
  for (const Case& one : facts)
    EXPECT_EQ(known.count(one.name), 1U) << one.name;
  for (const Elsewhere& one : elsewhere)
    EXPECT_EQ(known.count(one.name), 1U) << one.name;
}

}  // namespace
}  // namespace standin_test
