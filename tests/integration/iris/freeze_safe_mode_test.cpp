// Freezes and an agent that dies too often: in safe mode it ends what is under way and begins
// nothing.
#include <gtest/gtest.h>

#include "tests/integration/iris/freeze_words.h"

namespace testing_support {
namespace {

using std::string;

constexpr int deaths_to_safe_mode = 5;

class FreezeSafeMode : public ::testing::Test {
 protected:
  void SetUp() override {
    SKIP_WITHOUT_NAMESPACES();
    container_.set("IRIS_INIT_FREEZE_HOOKS", container_.dir / "hooks");
    container_.set("IRIS_INIT_HEALTH_POLL", "1s");
    for (const char* const name : {"pre/10-a", "post/10-z"})
      container_.dir.script(string{"hooks/"} + name,
                            string{"echo "} + name + " >>'" + (container_.dir / "calls") + "'\n");
  }
  [[nodiscard]] string calls() const { return text_of_file(container_.dir / "calls"); }
  [[nodiscard]] nlohmann::json status(const Program& init) const {
    const auto told = json_of(container_.irisctl(init, {"status", "-o", "json"}));
    return told.is_object() ? told : nlohmann::json::object();
  }
  [[nodiscard]] bool is_safe(const Program& init) const {
    return status(init).value("safe_mode", false);
  }
  /// An agent that has only just begun is ready by what the last one knew, but does not freeze.
  [[nodiscard]] bool wait_for_qlist(const Program& init) const {
    return wait_until([&] { return status(init)["qlist"].is_object(); }, within(20s));
  }
  /// Each agent has come so far that it knows of IRIS before it is killed.
  void kill_agents(Program& init, int count) const {
    for (int death = 0; death < count; ++death) {
      ASSERT_TRUE(wait_for_qlist(init)) << init.log();
      kill_agent(init);
      ASSERT_TRUE(init.wait_for_event("agent.died", within(20s))) << init.log();
    }
  }

  IrisContainer container_;
};

TEST_F(FreezeSafeMode, ALeaseThatIsOpenWhenItBeginsEndsInTimeAndIrisIsResumed) {
  Program init = container_.start_up();
  ASSERT_NO_FATAL_FAILURE(kill_agents(init, deaths_to_safe_mode - 1));
  ASSERT_TRUE(wait_for_qlist(init)) << init.log();
  ASSERT_FALSE(is_safe(init)) << init.log();
  ASSERT_EQ(container_.irisctl(init, {"freeze", "--owner", "job", "--lease", "10s"}).code, 0)
      << init.log();
  ASSERT_NO_FATAL_FAILURE(kill_agents(init, 1));
  ASSERT_TRUE(init.wait_for_event("freeze.resumed", within(20s))) << init.log();
  ASSERT_TRUE(is_safe(init)) << init.log();
  EXPECT_EQ(freeze_state(container_, init), "frozen");
  EXPECT_EQ(container_.session(init, is_suspended), suspended);

  ASSERT_TRUE(init.wait_for_event("freeze.not_held", within(30s))) << init.log();
  EXPECT_EQ(container_.session(init, is_suspended), not_suspended);
  EXPECT_EQ(calls(), "pre/10-a\n") << "in safe mode no hook runs";
  const auto late = container_.irisctl(init, {"thaw", "--owner", "job", "-o", "json"});
  EXPECT_EQ(late.code, 4) << late.err;
  EXPECT_EQ(json_of(late).value("ended_by", ""), "lease") << late.out;

  const auto refused = container_.irisctl(init, {"freeze", "--owner", "next"});
  EXPECT_EQ(refused.code, 3);
  EXPECT_NE(refused.err.find("safe mode"), string::npos) << refused.err;
  EXPECT_EQ(container_.session(init, is_suspended), not_suspended);
  EXPECT_EQ(calls(), "pre/10-a\n") << "nor for a freeze that is refused";
}

TEST_F(FreezeSafeMode, WhoFrozeBeforeItThawsAndIsToldThatItHeld) {
  Program init = container_.start_up();
  ASSERT_NO_FATAL_FAILURE(kill_agents(init, deaths_to_safe_mode - 1));
  ASSERT_TRUE(wait_for_qlist(init)) << init.log();
  const auto frozen = container_.irisctl(init, {"freeze", "--owner", "job"});
  ASSERT_EQ(frozen.code, 0) << frozen.err << init.log();
  ASSERT_NO_FATAL_FAILURE(kill_agents(init, 1));
  ASSERT_TRUE(init.wait_for_event("freeze.resumed", within(20s))) << init.log();
  ASSERT_TRUE(is_safe(init)) << init.log();
  EXPECT_EQ(container_.irisctl(init, {"thaw", "--owner", "job"}).code, 0) << init.log();
  EXPECT_EQ(container_.session(init, is_suspended), not_suspended);
  EXPECT_EQ(calls(), "pre/10-a\n") << "in safe mode no hook runs";
}

TEST_F(FreezeSafeMode, SomebodyElsesSuspensionIsFoundByItsHealthAndThawedOnRequest) {
  container_.fault("frozen_health", "hung");
  Program init = container_.start_up();
  ASSERT_NO_FATAL_FAILURE(kill_agents(init, deaths_to_safe_mode));
  ASSERT_TRUE(wait_until([&] { return is_safe(init); }, within(20s))) << init.log();
  ASSERT_TRUE(wait_for_qlist(init)) << init.log();
  ASSERT_EQ(container_.session(init, "##class(Backup.General).ExternalFreeze()"), suspended);
  ASSERT_TRUE(init.wait_for_event("freeze.foreign", within(20s))) << init.log();
  EXPECT_EQ(container_.irisctl(init, {"thaw", "--foreign"}).code, 4) << init.log();
  EXPECT_EQ(container_.session(init, is_suspended), not_suspended);
}

}  // namespace
}  // namespace testing_support
