#include "supervisor/core/init_options.h"

#include <gtest/gtest.h>

#include <csignal>
#include <string>
#include <vector>

namespace sup {
namespace {

/// A command line and an environment that live as long as the options that point into them.
class CommandLine {
 public:
  explicit CommandLine(std::vector<std::string> words, std::vector<std::string> environment = {})
      : words_{std::move(words)}, environment_{std::move(environment)} {
    argv_.push_back("iris-init");
    for (const std::string& word : words_)
      argv_.push_back(word.c_str());
    argv_.push_back(nullptr);
    for (const std::string& entry : environment_)
      env_.push_back(entry.c_str());
    env_.push_back(nullptr);
    parsed_ = parse_init_options(argv_.data(), env_.data());
  }
  [[nodiscard]] const InitOptions& options() const { return parsed_.options; }
  [[nodiscard]] std::string problem() const { return std::string{parsed_.problem.view()}; }
  [[nodiscard]] std::vector<std::string> program() const {
    std::vector<std::string> out;
    for (const char* const* word = parsed_.options.program; word != nullptr && *word != nullptr;
         ++word)
      out.emplace_back(*word);
    return out;
  }

 private:
  std::vector<std::string> words_;
  std::vector<std::string> environment_;
  std::vector<const char*> argv_;
  std::vector<const char*> env_;
  ParsedOptions parsed_;
};

using Words = std::vector<std::string>;

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
  EXPECT_EQ(line.options().log_level, Level::info);
}

TEST(InitOptions, HaveDefaultsForIrisMain) {
  const CommandLine line{{"--", "/iris-main", "--up", "true"}};
  EXPECT_EQ(line.problem(), "");
  EXPECT_EQ(line.program(), (Words{"/iris-main", "--up", "true"}));
  EXPECT_TRUE(line.options().iris);
  EXPECT_TRUE(line.options().ladder);
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
}

TEST(InitOptions, PlainModeHasALadderOnlyWithAStopTimeout) {
  EXPECT_FALSE(CommandLine({"sleep"}).options().ladder);
  EXPECT_FALSE(CommandLine({"--stop-signal=INT", "--drain-delay=1s", "sleep"}).options().ladder);
  EXPECT_TRUE(CommandLine({"--stop-timeout=360s", "sleep"}).options().ladder);
  EXPECT_TRUE(CommandLine({"sleep"}, {"IRIS_INIT_STOP_TIMEOUT=5s"}).options().ladder);
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
  const std::vector<Row> rows{
      {{"--nonsense", "main"}, {}, "unknown option '--nonsense'; see --help"},
      {{"--agen=on", "main"}, {}, "unknown option '--agen=on'; see --help"},
      {{"--agents=on", "main"}, {}, "unknown option '--agents=on'; see --help"},
      {{"-g", "main"}, {}, "unknown option '-g'; see --help"},
      {{"--stop-timeout"}, {}, "option '--stop-timeout' needs a value; see --help"},
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

TEST(InitOptions, AnOverlongWordMakesAProblemThatIsCutNotLost) {
  const CommandLine line{{"--" + std::string(5000, 'x'), "main"}};
  EXPECT_TRUE(line.problem().starts_with("unknown option '--xxx"));
  EXPECT_EQ(line.problem().size(), 511U);
}

TEST(InitHelp, NamesEveryFlagAndExitCode) {
  const std::string_view help = init_help();
  for (const std::string_view word :
       {"--agent", "--instance", "--stop-timeout", "--drain-delay", "--stop-signal", "--run-dir",
        "--help", "--version", "IRIS_INIT_INIT_AGENT", "IRIS_INIT_INIT_INSTANCE",
        "IRIS_INIT_STOP_TIMEOUT", "IRIS_INIT_STOP_DRAIN_DELAY", "IRIS_INIT_STOP_SIGNAL",
        "IRIS_INIT_PATHS_RUN_DIR", "75", "78", "124", "126", "127"})
    EXPECT_NE(help.find(word), std::string_view::npos) << word;
}

}  // namespace
}  // namespace sup
