#include <gtest/gtest.h>

#include <csignal>

#include "tests/unit/core/command_line.h"

namespace sup {
namespace {

using testing_support::CommandLine;
using testing_support::Words;

TEST(InitOptions, HaveDefaultsForAPlainProgram) {
  const CommandLine line{{"sleep", "5"}};
  EXPECT_EQ(line.problem(), "");
  EXPECT_EQ(line.program(), (Words{"sleep", "5"}));
  EXPECT_FALSE(line.options().iris);
  EXPECT_FALSE(line.options().ladder);
  EXPECT_EQ(line.options().instance, "IRIS");
  EXPECT_EQ(line.options().run_dir, "/run/iris-init");
  EXPECT_EQ(line.options().stop_timeout, seconds(360));
  EXPECT_EQ(line.options().drain_delay, 0);
  EXPECT_EQ(line.options().stop_signal, SIGTERM);
  EXPECT_TRUE(line.options().remove_leftovers);
  EXPECT_EQ(line.options().log, InitOptions::Log::automatic);
  EXPECT_EQ(line.options().log_level, Level::warning);
  EXPECT_FALSE(line.options().subreaper);
  EXPECT_FALSE(line.options().signal_group);
  EXPECT_FALSE(line.options().warn_of_zombies);
  EXPECT_EQ(line.options().parent_death_signal, 0);
  for (int code = 0; code <= 255; ++code)
    EXPECT_EQ(line.options().remapped.apply(code), code);
}

TEST(InitOptions, HaveDefaultsForIrisMain) {
  const CommandLine line{{"--", "/iris-main", "--up", "true"}};
  EXPECT_EQ(line.problem(), "");
  EXPECT_EQ(line.program(), (Words{"/iris-main", "--up", "true"}));
  EXPECT_TRUE(line.options().iris);
  EXPECT_TRUE(line.options().ladder);
  EXPECT_EQ(line.options().log_level, Level::info);
}

TEST(InitOptions, TakeEveryFlagInBothForms) {
  const Words apart{"--agent",
                    "on",
                    "--instance",
                    "HEALTH",
                    "--stop-timeout",
                    "90s",
                    "--drain-delay",
                    "5s",
                    "--stop-signal",
                    "INT",
                    "--run-dir",
                    "/tmp/r",
                    "--",
                    "main"};
  const Words joined{"--agent=on",
                     "--instance=HEALTH",
                     "--stop-timeout=90s",
                     "--drain-delay=5s",
                     "--stop-signal=INT",
                     "--run-dir=/tmp/r",
                     "--",
                     "main"};
  for (const Words& words : {apart, joined}) {
    SCOPED_TRACE(words[0]);
    const CommandLine line{words};
    EXPECT_EQ(line.problem(), "");
    EXPECT_TRUE(line.options().iris);
    EXPECT_TRUE(line.options().ladder);
    EXPECT_EQ(line.options().instance, "HEALTH");
    EXPECT_EQ(line.options().stop_timeout, seconds(90));
    EXPECT_EQ(line.options().drain_delay, seconds(5));
    EXPECT_EQ(line.options().stop_signal, SIGINT);
    EXPECT_EQ(line.options().run_dir, "/tmp/r");
    EXPECT_EQ(line.program(), (Words{"main"}));
  }
}

TEST(InitOptions, TakeEverySettingFromTheEnvironment) {
  const CommandLine line{
      {"main"},
      {"IRIS_INIT_INIT_AGENT=on", "IRIS_INIT_INIT_INSTANCE=HEALTH", "IRIS_INIT_STOP_TIMEOUT=90s",
       "IRIS_INIT_STOP_DRAIN_DELAY=5s", "IRIS_INIT_STOP_SIGNAL=2", "IRIS_INIT_PATHS_RUN_DIR=/tmp/r",
       "IRIS_INIT_MERGE_IPC_CLEANUP=report", "IRIS_INIT_LOG_FORMAT=text",
       "IRIS_INIT_LOG_LEVEL=warning"}};
  EXPECT_EQ(line.problem(), "");
  EXPECT_TRUE(line.options().iris);
  EXPECT_EQ(line.options().instance, "HEALTH");
  EXPECT_EQ(line.options().stop_timeout, seconds(90));
  EXPECT_EQ(line.options().drain_delay, seconds(5));
  EXPECT_EQ(line.options().stop_signal, SIGINT);
  EXPECT_EQ(line.options().run_dir, "/tmp/r");
  EXPECT_FALSE(line.options().remove_leftovers);
  EXPECT_EQ(line.options().log, InitOptions::Log::text);
  EXPECT_EQ(line.options().log_level, Level::warning);
}

TEST(InitOptions, AFlagBeatsTheEnvironment) {
  const CommandLine line{{"--stop-timeout", "20s", "--agent=off", "/iris-main"},
                         {"IRIS_INIT_STOP_TIMEOUT=90s", "IRIS_INIT_INIT_AGENT=on"}};
  EXPECT_EQ(line.options().stop_timeout, seconds(20));
  EXPECT_FALSE(line.options().iris);
}

TEST(InitOptions, AFlagHidesABadValueInTheEnvironment) {
  const CommandLine line{{"--stop-timeout=20s", "main"}, {"IRIS_INIT_STOP_TIMEOUT=soon"}};
  EXPECT_EQ(line.problem(), "");
  EXPECT_EQ(line.options().stop_timeout, seconds(20));
}

TEST(InitOptions, TheLastOfTwoFlagsCounts) {
  const CommandLine line{{"--stop-timeout=20s", "--stop-timeout", "30s", "main"}};
  EXPECT_EQ(line.options().stop_timeout, seconds(30));
}

TEST(InitOptions, AutoMeansTheFileNameIrisMain) {
  EXPECT_TRUE(CommandLine({"iris-main"}).options().iris);
  EXPECT_TRUE(CommandLine({"/a/b/iris-main"}).options().iris);
  EXPECT_FALSE(CommandLine({"/iris-main/x"}).options().iris);
  EXPECT_FALSE(CommandLine({"my-iris-main"}).options().iris);
  EXPECT_FALSE(CommandLine({"iris-main2"}).options().iris);
  EXPECT_FALSE(CommandLine({"--agent", "off", "iris-main"}).options().iris);
  EXPECT_TRUE(CommandLine({"--agent", "on", "sleep"}).options().iris);
  EXPECT_TRUE(CommandLine({"--agent", "auto", "iris-main"}).options().iris);
  EXPECT_FALSE(CommandLine({"iris-main", "--help"}).options().iris);  // it asks for no password
  EXPECT_TRUE(CommandLine({"--agent", "on", "iris-main", "--help"}).options().iris);
}

TEST(InitOptions, PlainModeHasALadderOnlyWhenAnOptionOfItWasGiven) {
  EXPECT_FALSE(CommandLine({"sleep"}).options().ladder);
  EXPECT_FALSE(CommandLine({"-sgwvp", "TERM", "-e1", "sleep"}).options().ladder);
  for (const std::string option : {"--stop-timeout=360s", "--drain-delay=0s", "--stop-signal=TERM"})
    EXPECT_TRUE(CommandLine({option, "sleep"}).options().ladder) << option;
  for (const std::string variable :
       {"IRIS_INIT_STOP_TIMEOUT=5s", "IRIS_INIT_STOP_DRAIN_DELAY=5s", "IRIS_INIT_STOP_SIGNAL=INT"})
    EXPECT_TRUE(CommandLine({"sleep"}, {variable}).options().ladder) << variable;
}

TEST(InitOptions, RememberWhoSetTheDeadlines) {
  const auto set_by = [](const CommandLine& line) {
    return std::string{line.options().stop_timeout_set_by.view()} + " " +
           std::string{line.options().drain_delay_set_by.view()};
  };
  EXPECT_EQ(set_by(CommandLine({"iris-main"})), "default default");
  EXPECT_EQ(set_by(CommandLine({"--stop-timeout=9s", "x"},
                               {"IRIS_INIT_STOP_DRAIN_DELAY=5s", "IRIS_INIT_STOP_TIMEOUT=8s"})),
            "--stop-timeout IRIS_INIT_STOP_DRAIN_DELAY");
}

TEST(InitOptions, TheInstanceComesFromFlagThenEnvironmentThenIrisMainThenImage) {
  const std::string ours = "IRIS_INIT_INIT_INSTANCE=B";
  const std::string image = "ISC_PACKAGE_INSTANCENAME=D";
  EXPECT_EQ(CommandLine({"--instance", "A", "iris-main", "--instance", "C"}, {ours, image})
                .options()
                .instance,
            "A");
  EXPECT_EQ(CommandLine({"iris-main", "--instance", "C"}, {ours, image}).options().instance, "B");
  EXPECT_EQ(CommandLine({"iris-main", "--instance", "C"}, {image}).options().instance, "C");
  EXPECT_EQ(CommandLine({"iris-main", "-i", "C"}, {image}).options().instance, "C");
  EXPECT_EQ(CommandLine({"iris-main"}, {image}).options().instance, "D");
  EXPECT_EQ(CommandLine({"iris-main"}).options().instance, "IRIS");
  EXPECT_EQ(CommandLine({"--instance=", "iris-main"}, {image}).options().instance, "D");
}

TEST(InitOptions, IrisMainsDownFalseIsHeard) {
  EXPECT_TRUE(CommandLine({"iris-main"}).options().stops_iris);
  EXPECT_TRUE(CommandLine({"iris-main", "--down", "true"}).options().stops_iris);
  EXPECT_FALSE(CommandLine({"iris-main", "--down", "false"}).options().stops_iris);
  EXPECT_FALSE(CommandLine({"iris-main", "-d", "false"}).options().stops_iris);
  EXPECT_FALSE(CommandLine({"iris-main", "--up=false", "--down=false"}).options().stops_iris);
}

TEST(InitOptions, IrisMainsNostuIsHeard) {
  EXPECT_FALSE(CommandLine({"iris-main"}).options().nostu);
  EXPECT_FALSE(CommandLine({"iris-main", "--nostu", "false"}).options().nostu);
  EXPECT_TRUE(CommandLine({"iris-main", "--nostu", "true"}).options().nostu);
  EXPECT_TRUE(CommandLine({"iris-main", "--up=false", "-s=true"}).options().nostu);
}

TEST(InitOptions, ParsingStopsAtTheFirstOperand) {
  EXPECT_EQ(CommandLine({"main", "--agent", "on"}).program(), (Words{"main", "--agent", "on"}));
  EXPECT_FALSE(CommandLine({"main", "--agent", "on"}).options().iris);
  EXPECT_EQ(CommandLine({"--", "--agent"}).program(), (Words{"--agent"}));
  EXPECT_EQ(CommandLine({"main", "--", "x"}).program(), (Words{"main", "--", "x"}));
  EXPECT_EQ(CommandLine({"--", "--", "x"}).program(), (Words{"--", "x"}));
  EXPECT_FALSE(CommandLine({"main", "--help"}).options().help);
}

TEST(InitOptions, HelpAndVersionNeedNoProgram) {
  EXPECT_TRUE(CommandLine({"--help"}).options().help);
  EXPECT_TRUE(CommandLine({"-h"}).options().help);
  EXPECT_TRUE(CommandLine({"--version"}).options().version);
  EXPECT_EQ(CommandLine({"--help"}).problem(), "");
  EXPECT_EQ(CommandLine({"--version"}, {"IRIS_INIT_STOP_TIMEOUT=soon"}).problem(), "");
}

TEST(InitOptions, ProblemsNameTheFlagAndWhatIsAllowed) {
  struct Row {
    Words words;
    Words environment;
    std::string expected;
  };
  const std::string allowed =
      "; allowed: -s -g -w -v -l -h -p SIGNAL -e CODE --agent --instance --stop-timeout "
      "--drain-delay --stop-signal --run-dir --help --version; to run a program of that name, put "
      "-- before it";
  const std::vector<Row> rows{
      {{"--nonsense", "main"}, {}, "unknown option '--nonsense'" + allowed},
      {{"--agen=on", "main"}, {}, "unknown option '--agen=on'" + allowed},
      {{"--agents=on", "main"}, {}, "unknown option '--agents=on'" + allowed},
      {{"-x", "main"}, {}, "unknown option '-x'" + allowed},
      {{"-sgx", "main"}, {}, "unknown option '-sgx'" + allowed},
      {{"-", "main"}, {}, "unknown option '-'" + allowed},
      {{"--stop-timeout"},
       {},
       "option '--stop-timeout' needs a value: '' is not a duration that is allowed: 1s to 1d, "
       "written as 500ms, 5s, 2m or 1h"},
      {{"--instance"}, {}, "option '--instance' needs a value"},
      {{"-p", "SIGFOO", "main"},
       {},
       "-p: 'SIGFOO' is not a signal; allowed: a name such as SIGTERM or a number from 1 to 64"},
      {{"-p"},
       {},
       "-p: '' is not a signal; allowed: a name such as SIGTERM or a number from 1 to 64"},
      {{"-e", "256", "main"}, {}, "-e: '256' is not an exit code; allowed: 0 to 255"},
      {{"-e-1", "main"}, {}, "-e: '-1' is not an exit code; allowed: 0 to 255"},
      {{"-e", "abc", "main"}, {}, "-e: 'abc' is not an exit code; allowed: 0 to 255"},
      {{"-se"}, {}, "-e: '' is not an exit code; allowed: 0 to 255"},
      {{}, {}, "no program to run; usage: iris-init [OPTION…] -- PROGRAM [ARG…]"},
      {{"--"}, {}, "no program to run; usage: iris-init [OPTION…] -- PROGRAM [ARG…]"},
      {{"--agent", "on"}, {}, "no program to run; usage: iris-init [OPTION…] -- PROGRAM [ARG…]"},
      {{"--agent=maybe", "main"}, {}, "--agent: 'maybe' is not allowed; one of: auto|on|off"},
      {{"--agent=", "main"}, {}, "--agent: '' is not allowed; one of: auto|on|off"},
      {{"--stop-timeout=soon", "main"},
       {},
       "--stop-timeout: 'soon' is not a duration that is allowed: 1s to 1d, written as 500ms, 5s, "
       "2m or 1h"},
      {{"--stop-timeout", "500ms", "main"},
       {},
       "--stop-timeout: '500ms' is not a duration that is allowed: 1s to 1d, written as 500ms, 5s, "
       "2m or 1h"},
      {{"--drain-delay=2h", "main"},
       {},
       "--drain-delay: '2h' is not a duration that is allowed: 0s to 1h, written as 500ms, 5s, 2m "
       "or 1h"},
      {{"--stop-signal=SIGNONE", "main"},
       {},
       "--stop-signal: 'SIGNONE' is not a signal; allowed: a name such as SIGTERM or a number from "
       "1 to 64"},
      {{"--run-dir=run", "main"},
       {},
       "--run-dir: 'run' is not an absolute path; it must begin with '/'"},
      {{"main"},
       {"IRIS_INIT_STOP_TIMEOUT=soon"},
       "IRIS_INIT_STOP_TIMEOUT: 'soon' is not a duration that is allowed: 1s to 1d, written as "
       "500ms, 5s, 2m or 1h"},
      {{"main"},
       {"IRIS_INIT_LOG_LEVEL=loud"},
       "IRIS_INIT_LOG_LEVEL: 'loud' is not allowed; one of: debug|info|warning|error"},
  };
  for (const Row& row : rows)
    EXPECT_EQ(CommandLine(row.words, row.environment).problem(), row.expected);
}

TEST(InitOptions, OnlyTheFirstProblemIsTold) {
  const CommandLine line{{"--stop-timeout=soon", "--agent=maybe", "main"}};
  EXPECT_EQ(line.problem(), "--agent: 'maybe' is not allowed; one of: auto|on|off");
}

TEST(InitOptions, ARunDirectoryMustLeaveRoomForASocketsName) {
  const std::string fits = "/" + std::string(79, 'r');
  EXPECT_EQ(CommandLine({"--run-dir", fits, "main"}).problem(), "");
  const std::string too_long = fits + "r";
  EXPECT_NE(CommandLine({"--run-dir", too_long, "main"}).problem().find("at most 80"),
            std::string::npos);
}

TEST(InitOptions, AnEmptyRunDirectoryIsNotTheRoot) {
  EXPECT_EQ(CommandLine({"--run-dir=", "main"}).options().run_dir, "/run/iris-init");
  EXPECT_EQ(CommandLine({"main"}, {"IRIS_INIT_PATHS_RUN_DIR="}).options().run_dir,
            "/run/iris-init");
}

TEST(InitOptions, AnOverlongWordIsCutAndTheProblemWhole) {
  const CommandLine line{{"--" + std::string(5000, 'x'), "main"}};
  EXPECT_TRUE(line.problem().starts_with("unknown option '--xxx"));
  EXPECT_TRUE(line.problem().ends_with("put -- before it"));
}

TEST(InitHelp, NamesEveryFlagAndExitCode) {
  const std::string_view help = init_help();
  for (const std::string_view word : {"-s",
                                      "-p SIGNAL",
                                      "-g",
                                      "-e CODE",
                                      "-w",
                                      "-v",
                                      "-l",
                                      "-h",
                                      "TINI_SUBREAPER",
                                      "TINI_KILL_PROCESS_GROUP",
                                      "TINI_VERBOSITY",
                                      "--agent",
                                      "--instance",
                                      "--stop-timeout",
                                      "--drain-delay",
                                      "--stop-signal",
                                      "--run-dir",
                                      "--help",
                                      "--version",
                                      "IRIS_INIT_INIT_AGENT",
                                      "IRIS_INIT_INIT_INSTANCE",
                                      "IRIS_INIT_STOP_TIMEOUT",
                                      "IRIS_INIT_STOP_DRAIN_DELAY",
                                      "IRIS_INIT_STOP_SIGNAL",
                                      "IRIS_INIT_PATHS_RUN_DIR",
                                      "75",
                                      "78",
                                      "124",
                                      "126",
                                      "127"})
    EXPECT_NE(help.find(word), std::string_view::npos) << word;
}

}  // namespace
}  // namespace sup
