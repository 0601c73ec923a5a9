// The real irisctl against an agent that the test plays: exit codes, texts, deadlines.
#include <gtest/gtest.h>
#include <time.h>

#include "tests/unit/irisctl/fake_agent.h"
#include "tests/unit/irisctl/program.h"

namespace sup {
namespace {

using Words = std::vector<std::string>;

Script always(std::string line) {
  return [line = std::move(line)](const control::Request&) { return line; };
}
bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

class IrisctlCommand : public testing::Test {
 protected:
  Outcome with(Script script, const Words& words) {
    FakeAgent agent{dir_.socket(), std::move(script)};
    Outcome outcome = run(dir_.path(), words);
    requests_ = agent.requests();
    ::unlink(dir_.socket().c_str());
    return outcome;
  }

  RunDir dir_;
  std::vector<control::Request> requests_;
};

constexpr const char* frozen =
    R"({"token":"abc","owner":"me","lease_end":1800000120,"lease_seconds":120,"already":false,
        "iris_deadman":true,"journal":"/j/1","seconds":1.5})";

TEST_F(IrisctlCommand, StatusIsTextForPeople) {
  const Outcome outcome =
      with(always(reply_line(0, "well", R"({"instance":"IRIS","phase":"up"})")), {"status"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.out, "instance   IRIS\nstate      up\nqlist      nothing yet\n");
  EXPECT_EQ(outcome.err, "");
  ASSERT_EQ(requests_.size(), 1U);
  EXPECT_EQ(requests_[0].verb, "status");
}

TEST_F(IrisctlCommand, JsonIsTheReplysData) {
  const Outcome outcome =
      with(always(reply_line(0, "well", R"({"a":1})")), {"status", "-o", "json"});
  EXPECT_EQ(outcome.out, "{\n  \"a\": 1\n}\n");
}

TEST_F(IrisctlCommand, ProbeAnswersInOneLine) {
  const Outcome well = with(always(reply_line(0, "running")), {"probe", "live"});
  EXPECT_EQ(well.code, 0);
  EXPECT_EQ(well.out, "running\n");
  EXPECT_EQ(requests_[0].probe, "live");
  const Outcome ill = with(always(reply_line(1, "IRIS is starting")), {"probe", "ready"});
  EXPECT_EQ(ill.code, 1);
  EXPECT_EQ(ill.out, "IRIS is starting\n");
}

TEST_F(IrisctlCommand, VersionTellsBoth) {
  const Outcome outcome = with(always(reply_line(0, "iris-agent 9.9")), {"version"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_TRUE(outcome.out.starts_with("irisctl "));
  EXPECT_TRUE(outcome.out.ends_with("\niris-agent 9.9\n"));
}

TEST_F(IrisctlCommand, FreezeTellsTheTokenAndAsksForWhatWasSaid) {
  const Outcome outcome = with(always(reply_line(0, "frozen", frozen)),
                               {"freeze", "--lease", "90s", "--owner", "me", "--timeout", "9s"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_TRUE(outcome.out.ends_with("\njournal: /j/1\ntoken: abc\n")) << outcome.out;
  ASSERT_EQ(requests_.size(), 1U);
  EXPECT_EQ(requests_[0].lease, seconds(90));
  EXPECT_EQ(requests_[0].owner, "me");
  EXPECT_EQ(requests_[0].timeout, seconds(9));
}

TEST_F(IrisctlCommand, FreezeWithoutOwnerIsTheCallersAtThisHost) {
  ::setenv("USER", "somebody", 1);
  with(always(reply_line(0, "frozen", frozen)), {"freeze"});
  EXPECT_TRUE(requests_[0].owner.starts_with("somebody@")) << requests_[0].owner;
  ::unsetenv("USER");
  with(always(reply_line(0, "frozen", frozen)), {"freeze"});
  EXPECT_TRUE(requests_[0].owner.starts_with(std::to_string(::geteuid()) + "@"));
}

TEST_F(IrisctlCommand, ThawTellsWhetherItHeld) {
  const Outcome held = with(always(reply_line(0, "", R"({"held":true,"frozen_seconds":2})")),
                            {"thaw", "--token", "abc"});
  EXPECT_EQ(held.code, 0);
  EXPECT_TRUE(held.out.starts_with("held; frozen for 2.0s"));
  EXPECT_EQ(requests_[0].token, "abc");
  const Outcome lost =
      with(always(reply_line(4, "", R"({"held":false,"reason":"why"})")), {"thaw", "--force"});
  EXPECT_EQ(lost.code, 4);
  EXPECT_TRUE(lost.out.starts_with("did not hold: why;"));
  EXPECT_TRUE(requests_[0].force);
}

TEST_F(IrisctlCommand, IrissOwnConventionOnlyWhenAskedFor) {
  EXPECT_EQ(with(always(reply_line(0, "", frozen)), {"freeze", "--iris-status"}).code, 5);
  EXPECT_EQ(with(always(reply_line(3, "no")), {"freeze", "--iris-status"}).code, 3);
  EXPECT_EQ(with(always(reply_line(4, "no")), {"thaw", "--force", "--iris-status"}).code, 3);
  EXPECT_EQ(run(dir_.path(), {"freeze", "--iris-status"}).code, 3);
  EXPECT_EQ(run(dir_.path(), {"freeze", "--iris-status", "--lease", "1h"}).code, 3);
  EXPECT_EQ(with(always(reply_line(5, "five")), {"freeze"}).code, 1);
}

TEST_F(IrisctlCommand, RefusalsAndFailuresGoToStandardErrorWithTheirCode) {
  const Outcome refused = with(always(reply_line(3, "frozen by 'x'")), {"freeze"});
  EXPECT_EQ(refused.code, 3);
  EXPECT_EQ(refused.out, "");
  EXPECT_EQ(refused.err, "irisctl: frozen by 'x'\n");
  EXPECT_EQ(with(always(reply_line(1, "x")), {"freeze"}).code, 1);
  EXPECT_EQ(with(always(reply_line(124, "x")), {"freeze"}).code, 124);
  EXPECT_EQ(with(always(reply_line(77, "x")), {"status"}).code, 77);
}

TEST_F(IrisctlCommand, WrongUsageIsTwo) {
  const Outcome outcome = run(dir_.path(), {"statsu"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_TRUE(holds(outcome.err, "did you mean 'status'?"));
}

TEST_F(IrisctlCommand, NoAgentIs69AndNamesTheSocket) {
  const Outcome missing = run(dir_.path(), {"status"});
  EXPECT_EQ(missing.code, 69);
  EXPECT_TRUE(holds(missing.err, "'" + dir_.socket() + "'")) << missing.err;
  EXPECT_EQ(missing.err.find('\n'), missing.err.size() - 1);
  { const FakeAgent gone{dir_.socket(), always("")}; }
  EXPECT_EQ(run(dir_.path(), {"freeze"}).code, 69);
  EXPECT_EQ(run("/dev/null", {"status"}).code, 69);
}

TEST_F(IrisctlCommand, ASocketThatMayNotBeUsedIs77) {
  const FakeAgent agent{dir_.socket(), always(reply_line(0, "well"))};
  ::chmod(dir_.socket().c_str(), 0);
  Words as_somebody;
  if (::geteuid() == 0)
    as_somebody = {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"};
  if (::geteuid() == 0 && run(dir_.path(), {"--version"}, as_somebody).code != 0)
    GTEST_SKIP() << "root may use every socket, and nobody may not run " IRISCTL;
  const Outcome outcome = run(dir_.path(), {"status"}, as_somebody);
  EXPECT_EQ(outcome.code, 77);
  EXPECT_TRUE(holds(outcome.err, "Permission denied")) << outcome.err;
}

TEST_F(IrisctlCommand, ASilentAgentIs124) {
  const auto silent = [](const control::Request&) { return std::nullopt; };
  const Outcome freeze = with(silent, {"freeze", "--owner", "me", "--timeout", "100ms"});
  EXPECT_EQ(freeze.code, 124);
  EXPECT_TRUE(holds(freeze.err, "'irisctl thaw --owner me'")) << freeze.err;
  EXPECT_EQ(with(silent, {"wait", "--for", "ready", "--timeout", "300ms"}).code, 124);
}

TEST_F(IrisctlCommand, AnAgentThatEndsTheConnectionIsAFailure) {
  const Outcome outcome = with(always(""), {"status"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_TRUE(holds(outcome.err, "before it answered")) << outcome.err;
}

TEST_F(IrisctlCommand, AnAnswerThatIsNotUnderstoodIsAFailure) {
  const Outcome newer = with(always("{\"version\":2}\n"), {"status"});
  EXPECT_EQ(newer.code, 1);
  EXPECT_TRUE(holds(newer.err, "version 2 of the control protocol")) << newer.err;
  const Outcome endless = with(always(std::string(2 * control::max_message, 'x')), {"status"});
  EXPECT_EQ(endless.code, 1);
  EXPECT_TRUE(holds(endless.err, "too long")) << endless.err;
  EXPECT_EQ(with(always("{\"version\":2}\n"), {"wait", "--for", "ready"}).code, 1);
}

TEST_F(IrisctlCommand, WaitAsksUntilItIsSo) {
  int asked = 0;
  const auto third_time = [&asked](const control::Request&) {
    return ++asked < 3 ? reply_line(1, "IRIS is starting") : reply_line(0, "running");
  };
  const Outcome outcome = with(third_time, {"wait", "--for", "started", "--timeout", "10s"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.out, "running\n");
  ASSERT_EQ(requests_.size(), 3U);
  EXPECT_EQ(requests_[0].probe, "startup");
}

TEST_F(IrisctlCommand, WaitForDownLooksAtQlist) {
  int asked = 0;
  const auto second_time = [&asked](const control::Request&) {
    return ++asked < 2 ? reply_line(0, "", R"({"qlist":{"state":"running"}})")
                       : reply_line(0, "", R"({"qlist":{"state":"down"}})");
  };
  const Outcome outcome = with(second_time, {"wait", "--for", "down"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.out, "IRIS is down\n");
}

TEST_F(IrisctlCommand, WaitAlsoWaitsForTheAgent) {
  Program program{dir_.path(), {"wait", "--for", "live", "--timeout", "10s"}};
  const timespec a_while{0, 300'000'000};
  ::nanosleep(&a_while, nullptr);
  const FakeAgent agent{dir_.socket(), always(reply_line(0, "well"))};
  EXPECT_EQ(program.wait().code, 0);
}

TEST_F(IrisctlCommand, WaitThatIsNotAnsweredTellsWhyAtTheEnd) {
  const Outcome outcome = run(dir_.path(), {"wait", "--for", "ready", "--timeout", "250ms"});
  EXPECT_EQ(outcome.code, 124);
  EXPECT_TRUE(holds(outcome.err, "not ready within 250ms; last answer: no agent at"))
      << outcome.err;
}

TEST_F(IrisctlCommand, ATokenThatCannotBeWrittenIsNoSuccess) {
  const FakeAgent agent{dir_.socket(), always(reply_line(0, "", frozen))};
  const Outcome outcome =
      run(dir_.path(), {"freeze"}, {"sh", "-c", "exec \"$@\" >/dev/full", "sh"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_TRUE(holds(outcome.err, "cannot write")) << outcome.err;
}

}  // namespace
}  // namespace sup
