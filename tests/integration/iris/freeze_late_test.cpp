// Sessions that do not answer in time and do later what they were told: nothing stays suspended.
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>

#include "tests/integration/iris/freeze_words.h"

namespace testing_support {
namespace {

using std::string;

/// Its sessions ignore SIGTERM, as one may that waits in the kernel, and survive the agent's pipe.
class FreezeLate : public ::testing::Test {
 protected:
  void SetUp() override {
    SKIP_WITHOUT_NAMESPACES();
    container_.set("IRIS_INIT_FREEZE_STEP_TIMEOUT", "3s");  // long enough for any other step
    container_.set("IRIS_INIT_HEALTH_POLL", "1s");
    const string iris = container_.dir / "bin/iris";
    std::filesystem::remove(iris);
    container_.dir.script("bin/iris",
                          string{"if [ \"$1\" = session ]; then trap '' TERM PIPE; fi\n"} +
                              "exec " STANDIN_PROGRAM " iris \"$@\"\n");
  }
  /// A point of the stand-in where whoever comes there waits.
  void hold(const string& point) const { container_.fault("hold_at", point); }
  void let_go() const { container_.fault("hold_at", ""); }
  void expect_settled(Program& init) const {
    EXPECT_TRUE(init.wait_for_event("freeze.settled", within(30s))) << init.log();
    EXPECT_EQ(container_.session(init, is_suspended), not_suspended) << init.log();
  }

  IrisContainer container_;
};

TEST_F(FreezeLate, AFreezeThatComesAfterItsUndoIsThawed) {
  Program init = container_.start_up();
  hold("freeze");
  const auto failed = container_.irisctl(init, {"freeze", "--owner", "job"});
  EXPECT_EQ(failed.code, 1) << failed.err;
  EXPECT_NE(failed.err.find("no answer in time"), string::npos) << failed.err;
  EXPECT_EQ(freeze_state(container_, init), "settling");
  const auto again = container_.irisctl(init, {"freeze", "--owner", "job"});
  EXPECT_EQ(again.code, 3);
  EXPECT_NE(again.err.find("may still suspend IRIS"), string::npos) << again.err;
  EXPECT_EQ(container_.irisctl(init, {"thaw", "--owner", "job"}).code, 3);
  let_go();
  EXPECT_TRUE(init.wait_for_event("freeze.late", within(20s))) << init.log();
  expect_settled(init);
  EXPECT_EQ(container_.irisctl(init, {"freeze", "--owner", "job"}).code, 0) << init.log();
  EXPECT_EQ(container_.irisctl(init, {"thaw", "--owner", "job"}).code, 0) << init.log();
}

TEST_F(FreezeLate, ASessionThatEndsWithoutAFreezeSettlesIt) {
  Program init = container_.start_up();
  hold("freeze");
  ASSERT_EQ(container_.irisctl(init, {"freeze", "--owner", "job"}).code, 1);
  // It is killed, not asked: only then does it end without a freeze.
  for (const pid_t session : sessions(init, "ExternalFreeze"))
    ::kill(session, SIGKILL);
  expect_settled(init);
  EXPECT_TRUE(init.events("freeze.late").empty()) << init.log();
  let_go();
}

TEST_F(FreezeLate, TheNextAgentOwnsItToo) {
  Program init = container_.start_up();
  hold("freeze");
  ASSERT_EQ(container_.irisctl(init, {"freeze", "--owner", "job"}).code, 1);
  kill_agent(init);
  ASSERT_TRUE(init.wait_for_event("freeze.resumed", within(20s))) << init.log();
  // Once it has undone what it found: a freeze that comes before that is undone with it.
  ASSERT_TRUE(wait_until([&] { return freeze_state(container_, init) == "settling"; }, within(20s)))
      << init.log();
  let_go();
  expect_settled(init);
}

TEST_F(FreezeLate, AnAgentThatDiesWhileIrisIsAskedLeavesItToTheNext) {
  container_.set("IRIS_INIT_FREEZE_STEP_TIMEOUT", "60s");
  Program init = container_.start_up();
  hold("freeze");
  Program asking = container_.begin(init, {"irisctl", "freeze", "--owner", "job"});

  ASSERT_TRUE(wait_for_message(container_, "Start a journal restore", within(20s)));
  kill_agent(init);
  ASSERT_TRUE(init.wait_for_event("freeze.resumed", within(20s))) << init.log();
  EXPECT_NE(asking.wait_code(within(10s)), 0);
  // The undo came too early for it.
  ASSERT_TRUE(init.wait_for_event("freeze.failed", within(20s))) << init.log();
  let_go();
  EXPECT_TRUE(init.wait_for_event("freeze.late", within(20s))) << init.log();
  expect_settled(init);
}

/// An agent that is killed at any moment of a freeze or thaw, with or without its requester.
TEST(FreezeKilled, NothingStaysSuspendedWhenever) {
  SKIP_WITHOUT_NAMESPACES();
  constexpr int rounds = 16;
  constexpr int rounds_in_a_container = 4;  // after five deaths in a minute it would not freeze
  for (int round = 0; round < rounds; round += rounds_in_a_container) {
    IrisContainer container;
    container.set("IRIS_INIT_HEALTH_POLL", "1s");
    Program init = container.start_up();
    for (int i = round; i < round + rounds_in_a_container; ++i) {
      SCOPED_TRACE("round " + std::to_string(i));
      const string owner = "job" + std::to_string(i);
      Program asking = container.begin(
          init, {"irisctl", "with-freeze", "--owner", owner, "--lease", "2s", "--", "sleep", "1"});
      ASSERT_TRUE(init.wait_for_event("freeze.begun", within(20s))) << init.log();
      asking.wait_exit(within(std::chrono::milliseconds{i * 90}));
      kill_agent(init);
      if (i % 2 == 0) asking.signal(SIGKILL);
      EXPECT_TRUE(wait_until(
          [&] {
            const string state = freeze_state(container, init);
            return state == "thawed" || state == "failed";
          },
          within(30s)))
          << init.log();
      EXPECT_EQ(container.session(init, is_suspended), not_suspended) << init.log();
      const int code = asking.wait_code(within(30s));
      if (i % 2 != 0) {
        EXPECT_NE(code, -1) << asking.log();
      }
    }
  }
}

TEST_F(FreezeLate, AThawThatComesLateKeepsOthersWaitingAndHarmsNobody) {
  Program init = container_.start_up();
  ASSERT_EQ(container_.irisctl(init, {"freeze", "--owner", "job"}).code, 0);
  hold("thaw");
  const auto thawed = container_.irisctl(init, {"thaw", "--owner", "job", "-o", "json"});
  EXPECT_EQ(thawed.code, 0) << thawed.err << init.log();
  EXPECT_EQ(json_of(thawed).value("how", ""), "without a session");
  EXPECT_EQ(container_.irisctl(init, {"freeze", "--owner", "next"}).code, 3);
  let_go();
  EXPECT_TRUE(wait_until([&] { return freeze_state(container_, init) == "thawed"; }, within(20s)));
  EXPECT_EQ(container_.irisctl(init, {"freeze", "--owner", "next"}).code, 0) << init.log();
  EXPECT_EQ(container_.irisctl(init, {"thaw", "--owner", "next"}).code, 0) << init.log();
}

TEST_F(FreezeLate, AStopWhileItSettlesThawsAndGoesOn) {
  Program init = container_.start_up({"--stop-timeout", "60s"});
  hold("freeze");
  ASSERT_EQ(container_.irisctl(init, {"freeze", "--owner", "job"}).code, 1);
  init.signal(SIGTERM);
  let_go();
  EXPECT_EQ(init.wait_code(within(60s)), 0) << init.log();
  EXPECT_TRUE(init.events("stop.forced").empty()) << init.log();
}

}  // namespace
}  // namespace testing_support
