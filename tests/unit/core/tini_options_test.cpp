// tini's command line, as a drop-in must take it.
#include <gtest/gtest.h>

#include <csignal>

#include "tests/unit/core/command_line.h"

namespace sup {
namespace {

using testing_support::CommandLine;
using testing_support::Words;

TEST(TinisOptions, EachIsTaken) {
  const CommandLine line{{"-s", "-g", "-w", "-p", "SIGKILL", "-e", "143", "-e", "0", "main", "-x"}};
  EXPECT_EQ(line.problem(), "");
  EXPECT_TRUE(line.options().subreaper);
  EXPECT_TRUE(line.options().signal_group);
  EXPECT_TRUE(line.options().warn_of_zombies);
  EXPECT_EQ(line.options().parent_death_signal, SIGKILL);
  EXPECT_EQ(line.options().remapped.apply(143), 0);
  EXPECT_EQ(line.options().remapped.apply(0), 0);
  EXPECT_EQ(line.options().remapped.apply(142), 142);
  EXPECT_EQ(line.program(), (Words{"main", "-x"}));
}

TEST(TinisOptions, LettersMayStandTogetherAndAValueInTheSameWord) {
  const CommandLine line{{"-sgvvpTERM", "-we255", "--", "-main"}};
  EXPECT_EQ(line.problem(), "");
  EXPECT_TRUE(line.options().subreaper);
  EXPECT_TRUE(line.options().signal_group);
  EXPECT_TRUE(line.options().warn_of_zombies);
  EXPECT_EQ(line.options().parent_death_signal, SIGTERM);
  EXPECT_EQ(line.options().remapped.apply(255), 0);
  EXPECT_EQ(line.options().log_level, Level::debug);
  EXPECT_EQ(line.program(), (Words{"-main"}));
}

TEST(TinisOptions, EveryExitCodeCanBeRemappedAlone) {
  for (int code = 0; code <= 255; ++code) {
    const CommandLine line{{"-e", std::to_string(code), "main"}};
    for (int other = 0; other <= 255; ++other)
      ASSERT_EQ(line.options().remapped.apply(other), other == code ? 0 : other);
  }
}

TEST(TinisOptions, LicenceAndHelpNeedNoProgram) {
  EXPECT_TRUE(CommandLine({"-l"}).options().licence);
  EXPECT_TRUE(CommandLine({"-sh"}).options().help);
  EXPECT_EQ(CommandLine({"-l"}).problem(), "");
}

TEST(TinisOptions, ItsVariablesCountWhenTheyArePresent) {
  for (const std::string value : {"", "0", "no"}) {
    const CommandLine line{{"main"},
                           {"TINI_SUBREAPER=" + value, "TINI_KILL_PROCESS_GROUP=" + value}};
    EXPECT_TRUE(line.options().subreaper);
    EXPECT_TRUE(line.options().signal_group);
  }
}

TEST(TinisOptions, VerbosityChoosesTheLevelOfTheLog) {
  const auto level = [](const Words& words, const Words& environment = {}) {
    return CommandLine{words, environment}.options().log_level;
  };
  EXPECT_EQ(level({"-v", "x"}), Level::info);
  EXPECT_EQ(level({"-vv", "x"}), Level::debug);
  EXPECT_EQ(level({"-vvvv", "x"}), Level::debug);
  EXPECT_EQ(level({"x"}, {"TINI_VERBOSITY=0"}), Level::error);
  EXPECT_EQ(level({"x"}, {"TINI_VERBOSITY=1"}), Level::warning);
  EXPECT_EQ(level({"x"}, {"TINI_VERBOSITY=3"}), Level::debug);
  EXPECT_EQ(level({"x"}, {"TINI_VERBOSITY=99999999999"}), Level::debug);
  EXPECT_EQ(level({"x"}, {"TINI_VERBOSITY=loud"}), Level::error);
  EXPECT_EQ(level({"-v", "x"}, {"TINI_VERBOSITY=2"}), Level::debug);
  EXPECT_EQ(level({"x"}, {"TINI_VERBOSITY=3", "IRIS_INIT_LOG_LEVEL=error"}), Level::error);
  EXPECT_EQ(level({"iris-main"}, {"TINI_VERBOSITY=1"}), Level::warning);
  EXPECT_EQ(level({"--stop-timeout=5s", "x"}), Level::info);
}

TEST(InitVersion, SaysTiniWhenCalledAsTini) {
  for (const std::string_view name : {"tini", "/sbin/tini", "tini-static", "docker-init"})
    EXPECT_TRUE(init_version(name).starts_with("tini version ")) << name;
  for (const std::string_view name : {"iris-init", "/tini/iris-init", "tini2"})
    EXPECT_TRUE(init_version(name).starts_with("iris-init ")) << name;
}

}  // namespace
}  // namespace sup
