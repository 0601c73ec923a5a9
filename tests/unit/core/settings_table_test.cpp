#include "supervisor/core/settings_table.h"

#include <gtest/gtest.h>

#include <csignal>
#include <set>
#include <string>

#include "supervisor/base/units.h"

namespace sup {
namespace {

std::string problem(const Setting& setting, std::string_view value) {
  return std::string{problem_with(setting, value).view()};
}

TEST(SettingsTable, EveryDefaultPassesItsOwnCheck) {
  for (const Setting* setting : setting::all) {
    EXPECT_EQ(problem(*setting, setting->fallback), "") << environment_name(*setting).view();
  }
}

TEST(SettingsTable, EveryNameIsThereOnceAndIsUpperCase) {
  std::set<std::string> names;
  for (const Setting* setting : setting::all) {
    const SettingName name = environment_name(*setting);
    EXPECT_FALSE(name.cut()) << name.view();
    EXPECT_TRUE(names.emplace(name.view()).second) << name.view();
    EXPECT_EQ(name.view().find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"),
              std::string_view::npos)
        << name.view();
    EXPECT_EQ(find_setting(setting->section, setting->key), setting);
  }
}

TEST(SettingsTable, SectionsAreTheAgreedOnes) {
  const std::set<std::string_view> agreed{"INIT",   "STOP", "HEALTH", "RESTART", "MERGE",
                                          "FREEZE", "HTTP", "LOG",    "PATHS"};
  for (const Setting* setting : setting::all)
    EXPECT_EQ(agreed.count(setting->section), 1U);
}

TEST(SettingsTable, HelpIsOneLineAndChoicesSayWhatIsAllowed) {
  for (const Setting* setting : setting::all) {
    const std::string_view name = setting->key;
    EXPECT_FALSE(setting->help.empty()) << name;
    EXPECT_EQ(setting->help.find('\n'), std::string_view::npos) << name;
    const bool chooses =
        setting->type == SettingType::choice || setting->type == SettingType::choices;
    EXPECT_EQ(setting->allowed.empty(), !chooses) << name;
    EXPECT_LE(setting->min, setting->max) << name;
  }
}

TEST(SettingsTable, DefaultsAreTheContracts) {
  EXPECT_EQ(environment_name(setting::stop_timeout).view(), "IRIS_INIT_STOP_TIMEOUT");
  EXPECT_EQ(parse_duration(setting::stop_timeout.fallback), seconds(360));
  EXPECT_EQ(parse_duration(setting::health_poll.fallback), seconds(10));
  EXPECT_EQ(parse_duration(setting::health_poll_starting.fallback), milliseconds(500));
  EXPECT_EQ(parse_duration(setting::freeze_lease.fallback), seconds(120));
  EXPECT_EQ(setting::freeze_lease.max, seconds(540));
  EXPECT_EQ(setting::restart_limit.fallback, "3");
  EXPECT_EQ(parse_duration(setting::restart_window.fallback), minutes(10));
  EXPECT_EQ(parse_duration(setting::restart_delay.fallback), seconds(10));
  EXPECT_EQ(parse_duration(setting::merge_data_wait.fallback), minutes(10));
  EXPECT_EQ(parse_duration(setting::health_hung_after.fallback), 0);
  EXPECT_EQ(parse_duration(setting::health_stale_after.fallback), 0);
  EXPECT_EQ(setting::http_listen.fallback, "[::]:8008");
}

TEST(SettingsTable, Pid1ReadsWhatTheDesignSaysAndNoMore) {
  const std::set<const Setting*> expected{
      &setting::init_agent,        &setting::init_instance, &setting::stop_timeout,
      &setting::stop_drain_delay,  &setting::stop_signal,   &setting::paths_run_dir,
      &setting::merge_ipc_cleanup, &setting::log_format,    &setting::log_level};
  std::set<const Setting*> found;
  for (const Setting* setting : setting::all) {
    if (setting->pid1) found.insert(setting);
  }
  EXPECT_EQ(found, expected);
}

TEST(FindSetting, KnowsOnlyTheExactName) {
  EXPECT_EQ(find_setting("STOP", "TIMEOUT"), &setting::stop_timeout);
  EXPECT_EQ(find_setting("stop", "TIMEOUT"), nullptr);
  EXPECT_EQ(find_setting("STOP", "TIMEOUTS"), nullptr);
  EXPECT_EQ(find_setting("", ""), nullptr);
}

TEST(ProblemWith, SaysWhatIsAllowed) {
  EXPECT_EQ(problem(setting::stop_timeout, "fast"),
            "'fast' is not a duration that is allowed: 1s to 1d, written as 500ms, 5s, 2m or 1h");
  EXPECT_EQ(problem(setting::health_hung_after, "x"),
            "'x' is not a duration that is allowed: 0s or more, written as 500ms, 5s, 2m or 1h");
  EXPECT_EQ(problem(setting::restart_limit, "1001"),
            "'1001' is not a number that is allowed: 0 to 1000");
  EXPECT_EQ(problem(setting::paths_config, "etc"),
            "'etc' is not an absolute path; it must begin with '/'");
  EXPECT_EQ(problem(setting::restart_policy, "never"),
            "'never' is not allowed; one of: auto|restart|exit");
  EXPECT_EQ(problem(setting::health_ready, "ok,fine"),
            "'ok,fine' is not allowed; one or more, separated by commas, of: ok|warn|alert");
  EXPECT_EQ(problem(setting::stop_signal, "65"),
            "'65' is not a signal; allowed: a name such as SIGTERM or a number from 1 to 64");
}

TEST(ProblemWith, KeepsTheBoundsThemselves) {
  EXPECT_EQ(problem(setting::stop_timeout, "1s"), "");
  EXPECT_EQ(problem(setting::stop_timeout, "24h"), "");
  EXPECT_NE(problem(setting::stop_timeout, "999ms"), "");
  EXPECT_NE(problem(setting::stop_timeout, "86401s"), "");
  EXPECT_EQ(problem(setting::freeze_lease, "540s"), "");
  EXPECT_NE(problem(setting::freeze_lease, "541s"), "");
  EXPECT_EQ(problem(setting::restart_limit, "0"), "");
}

TEST(ProblemWith, ChoicesAreWholeWords) {
  EXPECT_EQ(problem(setting::health_ready, "alert"), "");
  EXPECT_EQ(problem(setting::health_ready, "alert,ok"), "");
  for (const std::string_view bad :
       {"", "o", "okwarn", "ok|warn", "ok,,warn", ",ok", "ok,", "ok ,warn"})
    EXPECT_NE(problem(setting::health_ready, bad), "") << bad;
  for (const std::string_view bad : {"", "au", "auto|restart", "AUTO", "auto "})
    EXPECT_NE(problem(setting::restart_policy, bad), "") << bad;
}

TEST(ProblemWith, AMonstrousValueMakesAShortProblem) {
  const std::string monster(100'000, 'x');
  for (const Setting* setting : setting::all)
    EXPECT_LE(problem(*setting, monster).size(), 250U);
}

TEST(EnvironmentValue, FindsTheWholeNameOnly) {
  const std::array<const char*, 5> environment{"ABC=1", "AB=two=2", "A=", "B", nullptr};
  EXPECT_EQ(environment_value(environment.data(), "AB"), "two=2");
  EXPECT_EQ(environment_value(environment.data(), "A"), "");
  EXPECT_EQ(environment_value(environment.data(), "B"), std::nullopt);
  EXPECT_EQ(environment_value(environment.data(), "C"), std::nullopt);
  EXPECT_EQ(environment_value(nullptr, "A"), std::nullopt);
}

}  // namespace
}  // namespace sup
