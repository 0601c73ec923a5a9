#include "supervisor/irisctl/options.h"

#include <gtest/gtest.h>

namespace sup {
namespace {

using Words = std::vector<std::string>;

ParsedCommandLine parse(const Words& words, const Surroundings& around = {{}, "me@here"}) {
  return parse_command_line(words, around);
}
Options options_of(const Words& words) {
  const ParsedCommandLine parsed = parse(words);
  EXPECT_EQ(parsed.problem, "");
  return parsed.options;
}
std::string problem_of(const Words& words) {
  return parse(words).problem;
}

TEST(IrisctlOptions, StatusNeedsNothingElse) {
  const Options options = options_of({"status"});
  EXPECT_EQ(options.verb, Verb::status);
  EXPECT_EQ(options.request.verb, "status");
  EXPECT_EQ(options.socket, "/run/iris-init/control.sock");
  EXPECT_FALSE(options.json);
}

TEST(IrisctlOptions, CommonOptionsStandBeforeOrAfterTheVerb) {
  for (const Words& words : {Words{"-o", "json", "--run-dir", "/r", "status"},
                             Words{"status", "--output=json", "--run-dir=/r/"}}) {
    const Options options = options_of(words);
    EXPECT_TRUE(options.json);
    EXPECT_EQ(options.socket, "/r/control.sock");
  }
}

TEST(IrisctlOptions, TheFlagsRunDirBeatsTheEnvironments) {
  const Surroundings around{"/env", "me"};
  EXPECT_EQ(parse({"status"}, around).options.socket, "/env/control.sock");
  EXPECT_EQ(parse({"status", "--run-dir", "/flag"}, around).options.socket, "/flag/control.sock");
}

TEST(IrisctlOptions, ABadRunDirNamesItsSource) {
  EXPECT_NE(parse({"status"}, {"env", "me"}).problem.find("IRIS_INIT_PATHS_RUN_DIR: 'env'"),
            std::string::npos);
  EXPECT_NE(problem_of({"status", "--run-dir", "x"}).find("--run-dir: 'x'"), std::string::npos);
  EXPECT_NE(problem_of({"status", "--run-dir", ""}), "");
  const std::string long_path = "/" + std::string(107, 'x');
  EXPECT_NE(problem_of({"status", "--run-dir", long_path}).find("107 bytes"), std::string::npos);
}

TEST(IrisctlOptions, UnknownWordsAreAnsweredWithTheNearestAndTheAllowed) {
  EXPECT_EQ(problem_of({"statsu"}),
            "unknown verb 'statsu'; did you mean 'status'? Verbs: status, probe, wait, freeze, "
            "thaw, with-freeze, hold, release, restart, stop, merge, version, help");
  EXPECT_EQ(problem_of({"thaw", "--tokn", "x"}),
            "unknown option '--tokn'; did you mean '--token'? see 'irisctl thaw --help'");
  EXPECT_EQ(problem_of({"probe", "redy"}),
            "probe: 'redy' is not allowed; did you mean 'ready'? Allowed: live, ready, startup");
  EXPECT_EQ(problem_of({"wait", "--for", "noon"}),
            "--for: 'noon' is not allowed. Allowed: ready, live, started, down");
  EXPECT_EQ(problem_of({"status", "-o", "yaml"}), "-o: 'yaml' is not allowed. Allowed: text, json");
}

TEST(IrisctlOptions, AHoldHasAReasonAndATime) {
  const auto parsed = parse_command_line({"hold", "repair of USER", "--for", "30m"}, {});
  EXPECT_EQ(parsed.problem, "");
  EXPECT_EQ(parsed.options.request.verb, "hold");
  EXPECT_EQ(parsed.options.request.reason, "repair of USER");
  EXPECT_EQ(parsed.options.request.length, minutes(30));
  EXPECT_EQ(problem_of({"hold"}).substr(0, 14), "hold: say why,");
  EXPECT_EQ(problem_of({"hold", "two\nlines"}).substr(0, 14), "hold: say why,");
  EXPECT_EQ(problem_of({"hold", "x", "--for", "721h"}),
            "--for: '721h' is not a time that IRIS can be held; allowed: 1s to 720h");
  EXPECT_EQ(problem_of({"hold", "x", "--for", "ready"}).substr(0, 14), "--for: 'ready'");
  EXPECT_EQ(problem_of({"release", "x"}), "unexpected word 'x'; usage: irisctl release [-o json]");
}

TEST(IrisctlOptions, AStopMayBeNow) {
  EXPECT_EQ(options_of({"stop"}).request.verb, "stop");
  EXPECT_FALSE(options_of({"stop"}).request.now);
  EXPECT_TRUE(options_of({"stop", "--now"}).request.now);
  EXPECT_EQ(problem_of({"stop", "now"}),
            "unexpected word 'now'; usage: irisctl stop [--now] [-o json]");
  EXPECT_EQ(problem_of({"restart", "--now"}),
            "option '--now' is not for 'restart'; see 'irisctl restart --help'");
  EXPECT_NE(options_of({"stop", "--help"}).text.find("--now"), std::string::npos);
}

TEST(IrisctlOptions, WhatIsMissingIsNamed) {
  EXPECT_EQ(problem_of({}).substr(0, 14), "no verb given.");
  EXPECT_EQ(problem_of({"probe"}), "probe: say which one: live, ready, startup");
  EXPECT_EQ(problem_of({"wait"}), "wait: say what for: --for ready, live, started or down");
  EXPECT_EQ(problem_of({"wait", "--for"}),
            "option '--for' needs a value; see 'irisctl wait --help'");
  EXPECT_NE(problem_of({"with-freeze"}).find("no COMMAND"), std::string::npos);
  EXPECT_NE(problem_of({"with-freeze", "--"}).find("no COMMAND"), std::string::npos);
}

TEST(IrisctlOptions, WhatIsTooMuchIsNamed) {
  EXPECT_EQ(problem_of({"status", "now"}),
            "unexpected word 'now'; usage: irisctl status [-o json]");
  EXPECT_EQ(problem_of({"status", "--force"}),
            "option '--force' is not for 'status'; see 'irisctl status --help'");
  EXPECT_EQ(problem_of({"thaw", "--force=yes"}), "option '--force' takes no value");
  EXPECT_NE(problem_of({"status", "--", "x"}).find("'with-freeze' only"), std::string::npos);
}

TEST(IrisctlOptions, FreezeTakesLeaseOwnerAndTimeout) {
  const Options options =
      options_of({"freeze", "--lease", "2m", "--owner", "nightly job", "--timeout", "30s"});
  EXPECT_EQ(options.request.lease, minutes(2));
  EXPECT_EQ(options.request.owner, "nightly job");
  EXPECT_EQ(options.request.timeout, seconds(30));
  EXPECT_EQ(options.timeout, seconds(30));
}

TEST(IrisctlOptions, AFreezeWithoutOwnerIsTheCallers) {
  EXPECT_EQ(options_of({"freeze"}).request.owner, "me@here");
  EXPECT_EQ(options_of({"freeze"}).request.lease, 0);
  EXPECT_EQ(parse({"freeze"}, {{}, "bad\nname"}).options.request.owner, "irisctl");
}

TEST(IrisctlOptions, ALeaseEndsBeforeIrisWouldEndIt) {
  EXPECT_EQ(options_of({"freeze", "--lease", "540s"}).request.lease, seconds(540));
  for (const std::string lease : {"541s", "10m", "0", "500ms", "9", "long", ""})
    EXPECT_NE(problem_of({"freeze", "--lease", lease}).find("1s to 540s"), std::string::npos)
        << lease;
}

TEST(IrisctlOptions, ATimeoutIsADuration) {
  EXPECT_EQ(options_of({"wait", "--for", "down", "--timeout", "0"}).timeout, 0);
  EXPECT_NE(problem_of({"wait", "--for", "down", "--timeout", "soon"}).find("'soon' is not a"),
            std::string::npos);
}

TEST(IrisctlOptions, NamesAreShortAndPrintable) {
  const std::string longest(64, 'x');
  EXPECT_EQ(options_of({"thaw", "--owner", longest}).request.owner, longest);
  for (const std::string& name :
       {longest + "x", std::string{}, std::string{" x"}, std::string{"x\ty"}})
    EXPECT_NE(problem_of({"thaw", "--owner", name}).find("1 to 64"), std::string::npos) << name;
}

TEST(IrisctlOptions, ThawNeedsExactlyOneWayToSayWhoseFreeze) {
  EXPECT_EQ(options_of({"thaw", "--token", "t"}).request.token, "t");
  EXPECT_TRUE(options_of({"thaw", "--force"}).request.force);
  EXPECT_TRUE(options_of({"thaw", "--foreign"}).request.foreign);
  EXPECT_EQ(options_of({"thaw", "--owner", "o"}).request.owner, "o");
  EXPECT_NE(problem_of({"thaw"}).find("exactly one way"), std::string::npos);
  EXPECT_NE(problem_of({"thaw", "--force", "--token", "t"}).find("exactly one"), std::string::npos);
}

TEST(IrisctlOptions, CommandTakesAllThatFollows) {
  const Words command{"sh", "--lease", "--", "x"};
  const Options options =
      options_of({"with-freeze", "--lease", "9s", "--", "sh", "--lease", "--", "x"});
  EXPECT_EQ(options.command, command);
  EXPECT_EQ(options.request.verb, "freeze");
  EXPECT_EQ(options.request.lease, seconds(9));
  EXPECT_EQ(options_of({"with-freeze", "sh", "--lease", "--", "x"}).command, command);
}

TEST(IrisctlOptions, EveryVerbHasHelp) {
  EXPECT_NE(options_of({"--help"}).text.find("with-freeze"), std::string::npos);
  EXPECT_EQ(options_of({"help"}).text, options_of({"-h"}).text);
  EXPECT_NE(options_of({"--version"}).text.find("irisctl "), std::string::npos);
  for (const std::string_view verb : verb_names()) {
    const std::string name{verb};
    const std::string text = options_of({name, "--help"}).text;
    EXPECT_EQ(text.substr(0, 15), "Usage: irisctl ") << name;
    EXPECT_EQ(text, options_of({"help", name}).text);
  }
  EXPECT_NE(problem_of({"help", "thow"}).find("did you mean 'thaw'"), std::string::npos);
}

TEST(IrisctlOptions, HelpTellsOfIrissOwnConvention) {
  for (const char* verb : {"freeze", "thaw"})
    EXPECT_NE(options_of({verb, "--help"}).text.find("--iris-status"), std::string::npos);
}

TEST(IrisctlOptions, ExitStatusIsNeverFiveUnlessAskedFor) {
  for (int code = -1; code < 300; ++code)
    EXPECT_NE(exit_status(code, false), 5) << code;
  for (const int code : {0, 1, 2, 3, 4, 69, 77, 124})
    EXPECT_EQ(exit_status(code, false), code);
  EXPECT_EQ(exit_status(5, false), 1);
  EXPECT_EQ(exit_status(0, true), 5);
  for (const int code : {1, 2, 3, 4, 5, 69, 77, 124})
    EXPECT_EQ(exit_status(code, true), 3);
}

TEST(IrisctlOptions, IrissConventionHoldsAlsoBesideAProblem) {
  EXPECT_TRUE(parse({"freeze", "--lease", "1h", "--iris-status"}).options.iris_status);
  EXPECT_TRUE(parse({"freeze", "--laese", "1s", "--iris-status"}).options.iris_status);
  EXPECT_FALSE(parse({"with-freeze", "--x", "--", "y", "--iris-status"}).options.iris_status);
}

}  // namespace
}  // namespace sup
