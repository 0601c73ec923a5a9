// The truth about the time between freeze and thaw: who ended it early, and what is said of it.
#include <gtest/gtest.h>
#include <signal.h>

#include <array>
#include <ctime>

#include "tests/integration/iris/freeze_words.h"

namespace testing_support {
namespace {

using std::string;

class FreezeWindow : public ::testing::Test {
 protected:
  void SetUp() override {
    SKIP_WITHOUT_NAMESPACES();
    container_.set("IRIS_INIT_HEALTH_POLL", "1s");
  }
  /// Its token.
  string freeze(const Program& init, const string& lease = "120s") const {
    const auto frozen =
        container_.irisctl(init, {"freeze", "--owner", "job", "--lease", lease, "-o", "json"});
    EXPECT_EQ(frozen.code, 0) << frozen.err << init.log();
    return json_of(frozen).value("token", "");
  }
  /// What is told of a window that ended early: exit code 4, and so in JSON.
  nlohmann::json thaw_broken(const Program& init, const string& token) const {
    const auto thawed = container_.irisctl(init, {"thaw", "--token", token, "-o", "json"});
    EXPECT_EQ(thawed.code, 4) << thawed.out << thawed.err << init.log();
    nlohmann::json json = json_of(thawed);
    EXPECT_FALSE(json.value("held", true)) << thawed.out;
    EXPECT_EQ(json.value("verdict", ""), "ended_early") << thawed.out;
    return json;
  }
  static string text(const nlohmann::json& json, const char* name) {
    return json.contains(name) && json[name].is_string() ? json[name].get<string>() : "";
  }
  /// As it stands in an answer, but to the second: `2026-11-26T14:56:21`.
  static string utc_now() {
    const std::time_t now = std::time(nullptr);
    tm utc{};
    ::gmtime_r(&now, &utc);
    std::array<char, 32> text{};
    return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &utc)};
  }
  /// To the second.
  static string ended_at(const nlohmann::json& thawed) {
    const string at = text(thawed, "ended_at");
    EXPECT_EQ(at.size(), string{"2026-11-26T14:56:21.123Z"}.size()) << thawed;
    return at.substr(0, 19);
  }
  /// How many freezes ended so, say the metrics; -1: there is no agent to ask.
  static int counted(const string& outcome) {
    const string text = http_get(IrisContainer::port, "/metrics", within(5s)).body;
    const string name = "\niris_init_freezes_total{outcome=\"" + outcome + "\"} ";
    const auto at = text.find(name);
    return at == string::npos ? -1 : std::stoi(text.substr(at + name.size()));
  }
  static bool without_limit() {
    return IrisContainer::has_fact("wd_suspend_limit", "refuse") ||
           IrisContainer::has_fact("profile", "2020.1");
  }

  IrisContainer container_;
};

TEST_F(FreezeWindow, IrisOwnTimeLimitIsQuoted) {
  if (without_limit()) GTEST_SKIP() << "this IRIS has no time limit of its own";
  Program init = container_.start_up();
  container_.fault("clock_scale", "100");  // IRIS's 120 s are over long before ours
  const string token = freeze(init);
  ASSERT_TRUE(wait_until([&] { return container_.session(init, is_suspended) == not_suspended; },
                         within(20s)));
  const nlohmann::json thawed = thaw_broken(init, token);
  EXPECT_EQ(text(thawed, "ended_by"), "other");
  EXPECT_NE(text(thawed, "evidence").find("WDSuspendLimit"), string::npos) << thawed;
}

TEST_F(FreezeWindow, ItEndsAWindowWhoseAgentSleeps) {
  if (without_limit()) GTEST_SKIP() << "this IRIS has no time limit of its own";
  Program init = container_.start_up();
  const string token = freeze(init, "1s");
  const pid_t agent = descendants_named(init.pid(), "iris-agent").front();
  ::kill(agent, SIGSTOP);
  EXPECT_TRUE(wait_until([&] { return container_.session(init, is_suspended) == not_suspended; },
                         within(20s)));
  ::kill(agent, SIGCONT);
  const nlohmann::json thawed = thaw_broken(init, token);
  EXPECT_EQ(text(thawed, "ended_by"), "lease");
}

TEST_F(FreezeWindow, SomebodysThawIsQuoted) {
  // What IRIS writes is in its time zone.
  container_.set("TZ", "XYZ-5:30");
  Program init = container_.start_up();
  const string token = freeze(init);
  const string before = utc_now();
  ASSERT_EQ(container_.session(init, "##class(Backup.General).ExternalThaw()"), suspended);
  const nlohmann::json thawed = thaw_broken(init, token);
  EXPECT_EQ(text(thawed, "ended_by"), "other");
  EXPECT_NE(text(thawed, "evidence").find("ExternalThaw"), string::npos) << thawed;
  EXPECT_GE(ended_at(thawed), before) << thawed;
  EXPECT_LE(ended_at(thawed), utc_now()) << thawed;
  const nlohmann::json last = freeze_status(container_, init)["last"];
  EXPECT_EQ(text(last, "outcome"), "did_not_hold") << last;
  EXPECT_NE(text(last, "reason").find("ExternalThaw"), string::npos) << last;
}

TEST_F(FreezeWindow, SomebodysThawAndFreezeInItsPlaceIsSeenByTheFiles) {
  Program init = container_.start_up();
  const string token = freeze(init);
  ASSERT_EQ(container_.session(init, "##class(Backup.General).ExternalThaw()"), suspended);
  ASSERT_EQ(
      container_.exec(init, {"iris", "session", "IRIS", "-U", "USER", "set ^k8stest(1)=1"}).code,
      0);
  ASSERT_TRUE(wait_for_message(container_, "System resumed", within(20s)));
  ASSERT_EQ(container_.session(init, "##class(Backup.General).ExternalFreeze()"), suspended);
  const nlohmann::json thawed = thaw_broken(init, token);
  EXPECT_NE(text(thawed, "reason").find("changed while it was frozen"), string::npos) << thawed;
}

TEST_F(FreezeWindow, ADeathOfIrisEndsIt) {
  container_.main_outlives_iris();
  Program init = container_.start_up();
  const string token = freeze(init);
  const string before = utc_now();
  ::kill(IrisContainer::control_process(init), SIGKILL);
  ASSERT_TRUE(init.wait_for_event("freeze.not_held", within(20s))) << init.log();
  const nlohmann::json thawed = thaw_broken(init, token);
  EXPECT_EQ(text(thawed, "ended_by"), "iris");
  EXPECT_GE(ended_at(thawed), before) << thawed;
  EXPECT_LE(ended_at(thawed), utc_now()) << thawed;
}

TEST_F(FreezeWindow, ARestartByHandEndsIt) {
  container_.main_outlives_iris();
  Program init = container_.start_up();
  const string token = freeze(init);
  // What they exit with depends on IRIS, and on whether we were quicker.
  (void)container_.exec(init, {"iris", "force", "IRIS"});
  (void)container_.exec(init, {"iris", "start", "IRIS", "quietly"});
  ASSERT_TRUE(init.wait_for_event("freeze.not_held", within(30s))) << init.log();
  EXPECT_EQ(text(thaw_broken(init, token), "ended_by"), "iris");
}

TEST_F(FreezeWindow, TheAnswerOutlivesTheAgent) {
  Program init = container_.start_up();
  const string token = freeze(init);
  kill_agent(init);
  ASSERT_TRUE(init.wait_for_event("freeze.resumed", within(20s))) << init.log();
  EXPECT_EQ(container_.irisctl(init, {"thaw", "--token", token}).code, 0) << init.log();
  const auto again = container_.irisctl(init, {"thaw", "--token", token, "-o", "json"});
  EXPECT_EQ(again.code, 0);
  EXPECT_TRUE(json_of(again).value("already", false)) << again.out;
  kill_agent(init);
  ASSERT_TRUE(wait_until(
      [&] {
        return container_.irisctl(init, {"thaw", "--token", token}).code == 0;
      },
      within(20s)))
      << init.log();
  EXPECT_EQ(text(freeze_status(container_, init)["last"], "outcome"), "held");
  const auto by_name = container_.irisctl(init, {"thaw", "--owner", "job", "-o", "json"});
  EXPECT_EQ(by_name.code, 0) << by_name.err;
  EXPECT_TRUE(json_of(by_name).value("already", false)) << by_name.out;
  EXPECT_EQ(container_.irisctl(init, {"thaw", "--owner", "other"}).code, 3);
}

TEST_F(FreezeWindow, AStopEndsItAndTheRequesterHearsIt) {
  Program init = container_.start_up({"--drain-delay", "10s"});
  const string token = freeze(init);
  const string before = utc_now();
  init.signal(SIGTERM);
  ASSERT_TRUE(init.wait_for_event("freeze.not_held", within(20s))) << init.log();
  const nlohmann::json thawed = thaw_broken(init, token);
  EXPECT_EQ(text(thawed, "ended_by"), "stop");
  EXPECT_GE(ended_at(thawed), before) << thawed;
  const auto refused = container_.irisctl(init, {"freeze", "--owner", "job"});
  EXPECT_EQ(refused.code, 3);
  EXPECT_NE(refused.err.find("is being stopped"), string::npos) << refused.err;
  EXPECT_EQ(init.wait_code(within(60s)), 0) << init.log();
}

TEST_F(FreezeWindow, OneThatNobodyCouldWatchIsUnknown) {
  container_.set("IRIS_INIT_FREEZE_STEP_TIMEOUT", "1s");
  Program init = container_.start_up();
  const string token = freeze(init);
  container_.fault("session_fault", "exit:7");
  const auto thawed = container_.irisctl(init, {"thaw", "--token", token, "-o", "json"});
  EXPECT_EQ(thawed.code, 4) << thawed.out;
  EXPECT_EQ(json_of(thawed).value("verdict", ""), "unknown") << thawed.out;
  EXPECT_EQ(freeze_state(container_, init), "settling") << "nobody has confirmed the thaw";
  EXPECT_TRUE(wait_until([&] { return counted("unknown") == 1; }, within(20s)));
  EXPECT_EQ(counted("did_not_hold"), 0) << "nobody has said so";
  container_.fault("session_fault", "");
  EXPECT_TRUE(init.wait_for_event("freeze.settled", within(30s))) << init.log();
  EXPECT_EQ(container_.session(init, is_suspended), not_suspended);
}

TEST_F(FreezeWindow, OneThatFailedIsStillTheLastForTheNextAgent) {
  Program init = container_.start_up();
  const string token = freeze(init);
  EXPECT_EQ(container_.irisctl(init, {"thaw", "--token", token}).code, 0);
  container_.fault("freeze_fault", "exit:3");
  EXPECT_EQ(container_.irisctl(init, {"freeze", "--owner", "job"}).code, 1);
  const nlohmann::json last = freeze_status(container_, init)["last"];
  EXPECT_EQ(text(last, "outcome"), "failed") << last;
  kill_agent(init);
  ASSERT_TRUE(init.wait_for_event("agent.died", within(20s))) << init.log();
  ASSERT_TRUE(wait_until([&] { return !freeze_status(container_, init).is_null(); }, within(20s)));
  EXPECT_EQ(freeze_status(container_, init)["last"], last) << "not the one that held before it";
  EXPECT_TRUE(wait_until([&] { return counted("failed") == 1; }, within(20s)));
  EXPECT_EQ(counted("held"), 1);
}

}  // namespace
}  // namespace testing_support
