// Suspensions that are not ours: found, shown, left alone, and thawed when somebody asks for it.
#include <gtest/gtest.h>
#include <signal.h>

#include "tests/integration/iris/freeze_words.h"

namespace testing_support {
namespace {

using std::string;

constexpr const char* freeze_by_hand = "##class(Backup.General).ExternalFreeze()";
constexpr const char* thaw_by_hand = "##class(Backup.General).ExternalThaw()";

/// Three more looks at IRIS.
void wait_for_polls() {
  const auto polls = [] {
    const string text = http_get(IrisContainer::port, "/metrics", within(5s)).body;
    const string name = "\niris_init_qlist_duration_seconds_count ";
    const auto at = text.find(name);
    return at == string::npos ? 0 : std::stoi(text.substr(at + name.size()));
  };
  const int before = polls();
  ASSERT_GT(before, 0);
  ASSERT_TRUE(wait_until([&] { return polls() >= before + 3; }, within(20s)));
}

/// Whether health shows a suspension or not, which nobody knows.
class FreezeForeign : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    SKIP_WITHOUT_NAMESPACES();
    container_.fault("frozen_health", GetParam());
    container_.set("IRIS_INIT_HEALTH_POLL", "1s");
    container_.set("IRIS_INIT_FREEZE_FOREIGN_CHECK", "1s");
  }
  [[nodiscard]] string metrics() const {
    return http_get(IrisContainer::port, "/metrics", within(5s)).body;
  }

  IrisContainer container_;
};

INSTANTIATE_TEST_SUITE_P(Health, FreezeForeign, ::testing::Values("hung", "ok"),
                         [](const auto& each) { return string{each.param}; });

TEST_P(FreezeForeign, IsFoundShownLeftAloneAndThawedOnRequest) {
  Program init = container_.start_up();
  ASSERT_EQ(container_.session(init, freeze_by_hand), suspended);
  ASSERT_TRUE(init.wait_for_event("freeze.foreign", within(20s))) << init.log();
  EXPECT_EQ(IrisContainer::probe("readyz"), 200);
  EXPECT_EQ(IrisContainer::probe("livez"), 200);
  EXPECT_EQ(freeze_state(container_, init), "foreign");
  EXPECT_NE(metrics().find("freeze_state{state=\"foreign\"} 1"), string::npos);
  const auto refused = container_.irisctl(init, {"freeze", "--owner", "job"});
  EXPECT_EQ(refused.code, 3);
  EXPECT_NE(refused.err.find("somebody else"), string::npos) << refused.err;
  EXPECT_EQ(container_.irisctl(init, {"thaw", "--owner", "job"}).code, 3);
  EXPECT_EQ(container_.irisctl(init, {"thaw", "--force"}).code, 3);
  EXPECT_EQ(container_.session(init, is_suspended), suspended);
  const auto thawed = container_.irisctl(init, {"thaw", "--foreign", "-o", "json"});
  EXPECT_EQ(thawed.code, 4);
  EXPECT_EQ(json_of(thawed).value("verdict", ""), "unknown") << thawed.out;
  EXPECT_EQ(container_.session(init, is_suspended), not_suspended);
  EXPECT_TRUE(init.wait_for_event("freeze.foreign_over", within(20s))) << init.log();
  EXPECT_EQ(container_.irisctl(init, {"freeze", "--owner", "job"}).code, 0);
  EXPECT_EQ(container_.irisctl(init, {"thaw", "--owner", "job"}).code, 0);
}

TEST_P(FreezeForeign, TheNextAgentKnowsOfIt) {
  Program init = container_.start_up();
  ASSERT_EQ(container_.session(init, freeze_by_hand), suspended);
  ASSERT_TRUE(init.wait_for_event("freeze.foreign", within(20s))) << init.log();
  kill_agent(init);
  ASSERT_TRUE(init.wait_for_event("agent.died", within(20s))) << init.log();
  EXPECT_TRUE(wait_until([&] { return freeze_state(container_, init) == "foreign"; }, within(20s)));
  EXPECT_EQ(container_.session(init, is_suspended), suspended);
  ASSERT_EQ(container_.session(init, thaw_by_hand), suspended);
  EXPECT_TRUE(init.wait_for_event("freeze.foreign_over", within(20s))) << init.log();
  EXPECT_EQ(init.events("freeze.foreign").size(), 1U) << init.log();
}

TEST_P(FreezeForeign, AnAgentThatWasJustStartedFindsItAndLeavesItAlone) {
  Program init = container_.start_up();
  const pid_t agent = descendants_named(init.pid(), "iris-agent").front();
  ::kill(agent, SIGSTOP);
  ASSERT_EQ(container_.session(init, freeze_by_hand), suspended);
  ::kill(agent, SIGKILL);
  ASSERT_TRUE(init.wait_for_event("freeze.foreign", within(20s))) << init.log();
  EXPECT_EQ(container_.session(init, is_suspended), suspended);
  ASSERT_EQ(container_.session(init, thaw_by_hand), suspended);
  EXPECT_TRUE(init.wait_for_event("freeze.foreign_over", within(20s))) << init.log();
  EXPECT_EQ(freeze_state(container_, init), "thawed");
}

TEST_P(FreezeForeign, CountsAsReadyForItsTimeOnly) {
  container_.set("IRIS_INIT_HEALTH_SUSPENDED_READY_FOR", "2s");
  Program init = container_.start_up();
  ASSERT_EQ(container_.session(init, freeze_by_hand), suspended);
  EXPECT_EQ(http_wait_for(IrisContainer::port, "/readyz", 503, within(30s)).status, 503);
  EXPECT_EQ(IrisContainer::probe("livez"), 200);
  ASSERT_EQ(container_.session(init, thaw_by_hand), suspended);
  EXPECT_EQ(http_wait_for(IrisContainer::port, "/readyz", 200, within(20s)).status, 200);
}

TEST_P(FreezeForeign, EndsWithTheIrisThatItWasMadeOf) {
  container_.main_outlives_iris();
  Program init = container_.start_up();
  ASSERT_EQ(container_.session(init, freeze_by_hand), suspended);
  ASSERT_TRUE(init.wait_for_event("freeze.foreign", within(20s))) << init.log();
  ::kill(IrisContainer::control_process(init), SIGKILL);
  ASSERT_TRUE(init.wait_for_event("iris.up", within(30s))) << init.log();
  EXPECT_TRUE(wait_until([&] { return freeze_state(container_, init) != "foreign"; }, within(20s)));
}

TEST_P(FreezeForeign, IrisFreezeIsOneToo) {
  container_.fault("profile", "2026.1");  // earlier ones do not know the verb
  Program init = container_.start_up();
  ASSERT_EQ(container_.exec(init, {"iris", "freeze", "IRIS"}).code, 0);
  ASSERT_TRUE(init.wait_for_event("freeze.foreign", within(20s))) << init.log();
  EXPECT_EQ(freeze_state(container_, init), "foreign");
  EXPECT_EQ(container_.irisctl(init, {"freeze", "--owner", "job"}).code, 3);
  EXPECT_EQ(container_.session(init, is_suspended), suspended);
  ASSERT_EQ(container_.exec(init, {"iris", "thaw", "IRIS"}).code, 0);
  EXPECT_TRUE(init.wait_for_event("freeze.foreign_over", within(20s))) << init.log();
  ASSERT_EQ(container_.exec(init, {"iris", "freeze", "IRIS"}).code, 0);
  ASSERT_TRUE(init.wait_for_event("freeze.foreign", within(20s))) << init.log();
  EXPECT_EQ(container_.irisctl(init, {"thaw", "--foreign"}).code, 4) << init.log();
  EXPECT_EQ(container_.session(init, is_suspended), not_suspended);
}

/// Once it is older than its ExternalFreezeTimeOut no session can ask or thaw any more: whoever
/// signs on is refused or waits, which nobody knows.
class FreezeForeignOld : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    SKIP_WITHOUT_NAMESPACES();
    container_.set("IRIS_INIT_HEALTH_POLL", "1s");
    container_.set("IRIS_INIT_FREEZE_FOREIGN_CHECK", "1s");
    container_.set("IRIS_INIT_FREEZE_STEP_TIMEOUT", "1s");
    container_.fault("suspended_sign_on", "refuse");
  }
  void grow_old(const Program& init) {
    ASSERT_TRUE(wait_until(
        [&] {
          const int code = container_.session(init, is_suspended);
          return code != suspended && code != not_suspended;
        },
        within(20s)));
    container_.fault("suspended_sign_on", GetParam());
  }
  void expect_thawed(Program& init) {
    const auto thawed = container_.irisctl(init, {"thaw", "--foreign", "-o", "json"});
    EXPECT_EQ(thawed.code, 4) << thawed.err << init.log();
    EXPECT_EQ(json_of(thawed).value("how", ""), "without a session") << thawed.out;
    EXPECT_EQ(container_.session(init, is_suspended), not_suspended) << init.log();
    // Not "settling": a session that waited to thaw it must not thaw ours. "failed" is a freeze of
    // ours that it was in the way of.
    EXPECT_TRUE(wait_until(
        [&] {
          const string state = freeze_state(container_, init);
          return state == "thawed" || state == "failed";
        },
        within(30s)))
        << init.log();
    EXPECT_EQ(container_.irisctl(init, {"freeze", "--owner", "job"}).code, 0) << init.log();
    EXPECT_EQ(container_.irisctl(init, {"thaw", "--owner", "job"}).code, 0) << init.log();
  }

  IrisContainer container_;
};

INSTANTIATE_TEST_SUITE_P(SignOn, FreezeForeignOld, ::testing::Values("refuse", "hang"),
                         [](const auto& each) { return string{each.param}; });

TEST_P(FreezeForeignOld, ThatIsKnownStaysKnownAndIsThawedWithoutASession) {
  Program init = container_.start_up();
  ASSERT_EQ(container_.session(init, "##class(Backup.General).ExternalFreeze(,,,,,,5)"), suspended);
  ASSERT_EQ(container_.irisctl(init, {"freeze", "--owner", "job"}).code, 3) << init.log();
  ASSERT_TRUE(init.wait_for_event("freeze.foreign", within(20s))) << init.log();
  ASSERT_NO_FATAL_FAILURE(grow_old(init));
  ASSERT_NO_FATAL_FAILURE(wait_for_polls());  // each of which asks a session, too
  EXPECT_EQ(freeze_state(container_, init), "foreign");
  EXPECT_EQ(IrisContainer::probe("readyz"), 200);
  EXPECT_EQ(IrisContainer::probe("livez"), 200);
  expect_thawed(init);
  EXPECT_TRUE(init.wait_for_event("freeze.foreign_over", within(20s))) << init.log();
}

TEST_P(FreezeForeignOld, ThatNobodyFoundInTimeIsThawedOnRequestAllTheSame) {
  container_.set("IRIS_INIT_FREEZE_FOREIGN_CHECK", "0s");
  container_.fault("frozen_health", "ok");
  Program init = container_.start_up();
  ASSERT_EQ(container_.session(init, "##class(Backup.General).ExternalFreeze(,,,,,,1)"), suspended);
  ASSERT_NO_FATAL_FAILURE(grow_old(init));
  expect_thawed(init);
}

TEST(FreezeForeignCheck, CanBeSwitchedOff) {
  SKIP_WITHOUT_NAMESPACES();
  IrisContainer container;
  container.fault("frozen_health", "ok");
  container.set("IRIS_INIT_HEALTH_POLL", "1s");
  container.set("IRIS_INIT_FREEZE_FOREIGN_CHECK", "0s");
  Program init = container.start_up();
  ASSERT_EQ(container.session(init, freeze_by_hand), suspended);
  ASSERT_NO_FATAL_FAILURE(wait_for_polls());
  EXPECT_EQ(freeze_state(container, init), "thawed");
  // A freeze that meets it tells it all the same.
  EXPECT_EQ(container.irisctl(init, {"freeze", "--owner", "job"}).code, 3);
  EXPECT_TRUE(init.wait_for_event("freeze.foreign", within(20s))) << init.log();
}

}  // namespace
}  // namespace testing_support
