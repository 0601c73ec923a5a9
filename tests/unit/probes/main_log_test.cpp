#include "probes/main_log.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

namespace probes {
namespace {

using Kind = MainLogNews::Kind;

MainLogNews news(std::string_view line) {
  const auto found = parse_main_log_line(line);
  EXPECT_TRUE(found) << line;
  return found.value_or(MainLogNews{});
}

TEST(MainLogLine, TheStartIsOverWhenIrisMainSaysSo) {
  const MainLogNews expected{Kind::started, "...started InterSystems IRIS instance IRIS"};
  EXPECT_EQ(news("12:41:28 2026-06-30 [INFO] ...started InterSystems IRIS instance IRIS"),
            expected);
  EXPECT_EQ(news("[INFO] ...started InterSystems IRIS instance IRIS\r"), expected);
}

TEST(MainLogLine, AFatalErrorIsTold) {
  EXPECT_EQ(news("12:41:28 2026-06-30 [FATAL] Error starting InterSystems IRIS"),
            (MainLogNews{Kind::fatal, "Error starting InterSystems IRIS"}));
}

TEST(MainLogLine, TheNumberOfAFailedCommandIsAWaitStatus) {
  EXPECT_EQ(news("[ERROR] Command \"iris start IRIS quietly\" exited with status 256"),
            (MainLogNews{Kind::start_failed, "'iris start IRIS quietly' ended with exit code 1"}));
  EXPECT_EQ(news("[ERROR] Command \"/hook.sh\" exited with status 1792"),
            (MainLogNews{Kind::command_failed, "'/hook.sh' ended with exit code 7"}));
  EXPECT_EQ(news("[ERROR] Command \"/hook.sh\" exited with status 9"),
            (MainLogNews{Kind::command_failed, "'/hook.sh' was ended by signal 9"}));
}

TEST(MainLogLine, WhatNoRestartCanHealIsKnownByItsPublishedWords) {
  EXPECT_EQ(
      news("Error: Invalid Community Edition license, may have exceeded core limit. - Shutting "
           "down the system : $zu(56,2)= 0Starting IRIS"),
      (MainLogNews{Kind::incurable,
                   "the licence is refused (too many cores, or expired): Error: Invalid "
                   "Community Edition license, may have exceeded core limit. - Shutting down "
                   "the system : $zu(56,2)= 0Starting IRIS"}));
  EXPECT_EQ(news("12:41:28 2026-06-30 [ERROR] Required Linux capability cap_setuid is missing."),
            (MainLogNews{Kind::incurable,
                         "a Linux capability is missing: Required Linux capability "
                         "cap_setuid is missing."}));
  for (const std::string_view line :
       {"[ERROR] irissession: invalid instance name 'X'",
        "Error while moving data directories ERROR #5001: Cannot create target: /dur/config/",
        "Error during Upgrade,ERROR #5001: Unable to find Registry entry for directory "
        "/usr/irissys",
        "[INFO] Invalid registry ownership"})
    EXPECT_EQ(news(line).kind, Kind::incurable) << line;
}

TEST(MainLogLine, TheListOfPossibleCausesNamesNone) {
  for (const std::string_view line :
       {"[ERROR] Possible causes:", "[ERROR]  - InterSystems IRIS was not installed successfully",
        "[ERROR]  - Invalid InterSystems IRIS instance name",
        "[ERROR]  - Insufficient privilege to start InterSystems IRIS (proc not in InterSystems "
        "IRIS "
        "group?)"})
    EXPECT_EQ(parse_main_log_line(line), std::nullopt) << line;
}

TEST(MainLogLine, ARecoveryIsTold) {
  EXPECT_EQ(news("Now attempting WIJ compare, /usr/irissys/mgr/IRIS.WIJ"),
            (MainLogNews{Kind::recovers, "Now attempting WIJ compare, /usr/irissys/mgr/IRIS.WIJ"}));
}

TEST(MainLogLine, ArgumentsOfOthersCommandsAreNotShown) {
  EXPECT_EQ(
      news("[ERROR] Command \"iris session IRIS 'set p=\"hunter2\"'\" exited with status 256").text,
      "'iris …' ended with exit code 1");
}

TEST(MainLogLine, TheRestIsNoNews) {
  for (const std::string_view line :
       {"", "[INFO] Starting InterSystems IRIS instance IRIS...", "[INFO] log: ...started well",
        "[INFO] a hook's [FATAL] words", "my hook: 12:41:28 2026-06-30 [FATAL] no",
        "Command \"x\" exited with status 0", "Command \"x\" exited with status",
        "exited with status 3", "Command \"\" exited",
        "[INFO] Command \"iris start\" exited with status 99999999999"}) {
    EXPECT_EQ(parse_main_log_line(line), std::nullopt) << line;
  }
}

TEST(MainLogLine, ControlCharactersAndLengthDoNotGetThrough) {
  EXPECT_EQ(news("[FATAL] a\x1b[31mb\x07").text, "a?[31mb?");
  EXPECT_LT(news("[FATAL] " + std::string(100'000, 'x')).text.size(), 300U);
  const std::string cut_within = "[FATAL] " + std::string(199, 'x') + "ä";
  EXPECT_EQ(news(cut_within).text, std::string(199, 'x') + "…");
}

TEST(MainLogLine, LogsThatPeopleHavePublishedAreUnderstood) {
  const std::filesystem::path logs = std::filesystem::path{IRIS_SAMPLES_DIR} / "logs";
  if (!std::filesystem::exists(logs)) GTEST_SKIP() << "no samples in " << logs;
  std::map<Kind, int> found;
  for (const auto& file : std::filesystem::directory_iterator{logs}) {
    std::ifstream in{file.path()};
    for (std::string line; std::getline(in, line);) {
      if (const auto one = parse_main_log_line(line)) ++found[one->kind];
    }
  }
  EXPECT_GE(found[Kind::started], 32);  // in the whole logs, counted by hand
  EXPECT_GT(found[Kind::fatal], 0);
  EXPECT_GT(found[Kind::start_failed] + found[Kind::command_failed], 0);
  EXPECT_GE(found[Kind::recovers], 4);
  EXPECT_GE(found[Kind::incurable], 7);  // failures_collected.log.txt
}

}  // namespace
}  // namespace probes
