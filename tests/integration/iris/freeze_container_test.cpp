// The whole container is killed while IRIS is suspended, and started again on the same data.
#include <gtest/gtest.h>
#include <signal.h>

#include "tests/integration/iris/freeze_words.h"

namespace testing_support {
namespace {

using std::string;

class FreezeContainer : public ::testing::Test {
 protected:
  void SetUp() override {
    SKIP_WITHOUT_NAMESPACES();
    container_.set("IRIS_INIT_HEALTH_POLL", "1s");
    container_.set("IRIS_INIT_FREEZE_FOREIGN_CHECK", "1s");
  }
  /// On data that is there already.
  [[nodiscard]] Program start_again() const {
    Program init = container_.start();
    EXPECT_TRUE(init.wait_for_event("iris.up", within(30s))) << init.log() << init.out();
    return init;
  }
  string freeze(const Program& init) const {
    const auto frozen = container_.irisctl(init, {"freeze", "--owner", "job", "-o", "json"});
    EXPECT_EQ(frozen.code, 0) << frozen.err << init.log();
    return json_of(frozen).value("token", "");
  }
  /// PID 1 and with it everything in the container, as by an OOM kill or a node that is reset.
  static void kill_container(Program& init) {
    init.signal(SIGKILL);
    EXPECT_EQ(init.wait_code(within(30s)), 128 + SIGKILL) << init.log();
  }
  void expect_not_suspended(Program& init) const {
    EXPECT_EQ(container_.session(init, is_suspended), not_suspended) << init.log();
    EXPECT_EQ(freeze_state(container_, init), "thawed");
    EXPECT_EQ(http_wait_for(IrisContainer::port, "/readyz", 200, within(20s)).status, 200);
    EXPECT_TRUE(init.events("freeze.foreign").empty()) << init.log();
  }
  void expect_freeze_works(const Program& init) const {
    EXPECT_EQ(container_.irisctl(init, {"freeze", "--owner", "next"}).code, 0) << init.log();
    EXPECT_EQ(container_.session(init, is_suspended), suspended);
    EXPECT_EQ(container_.irisctl(init, {"thaw", "--owner", "next"}).code, 0) << init.log();
  }
  [[nodiscard]] IrisContainer::Answer thaw(const Program& init, const string& way,
                                           const string& who) const {
    return container_.irisctl(init, {"thaw", way, who, "-o", "json"});
  }
  void expect_ended_with_the_container(const Program& init, const string& way,
                                       const string& who) const {
    SCOPED_TRACE(way);
    const auto thawed = thaw(init, way, who);
    EXPECT_EQ(thawed.code, 4) << thawed.out << thawed.err;
    const nlohmann::json json = json_of(thawed);
    EXPECT_FALSE(json.value("held", true)) << json;
    EXPECT_EQ(json.value("ended_by", ""), "container") << json;
    EXPECT_NE(json.value("reason", "").find("the container ended"), string::npos) << json;
    EXPECT_TRUE(json.value("already", false)) << json;
  }

  IrisContainer container_;
};

TEST_F(FreezeContainer, KilledWhileFrozenItComesUpThawedAndTellsTheTruth) {
  string token;
  {
    Program init = container_.start_up();
    token = freeze(init);
    kill_container(init);
  }
  {
    Program init = start_again();
    expect_not_suspended(init);
    EXPECT_EQ(init.events("freeze.not_held").size(), 1U) << init.log();
    expect_ended_with_the_container(init, "--token", token);
    expect_ended_with_the_container(init, "--owner", "job");
    EXPECT_EQ(thaw(init, "--owner", "other").code, 3);
    expect_freeze_works(init);
    expect_ended_with_the_container(init, "--token", token);
    kill_agent(init);
    ASSERT_TRUE(
        wait_until([&] { return !freeze_status(container_, init).is_null(); }, within(20s)));
    expect_ended_with_the_container(init, "--owner", "job");
    EXPECT_EQ(init.events("freeze.not_held").size(), 1U) << "it is told once: " << init.log();
    kill_container(init);
  }
  // And once more: it does not become true by being old.
  Program init = start_again();
  expect_ended_with_the_container(init, "--token", token);
  EXPECT_TRUE(init.events("freeze.not_held").empty()) << init.log();
  EXPECT_EQ(freeze(init).empty(), false);
  EXPECT_EQ(thaw(init, "--owner", "job").code, 0) << "this one held";
}

TEST_F(FreezeContainer, OneThatHadHeldIsTrueByTokenInTheNextContainer) {
  string token;
  {
    Program init = container_.start_up();
    token = freeze(init);
    EXPECT_EQ(thaw(init, "--owner", "job").code, 0);
    kill_container(init);
  }
  Program init = start_again();
  EXPECT_EQ(thaw(init, "--token", token).code, 0);
  EXPECT_EQ(thaw(init, "--owner", "job").code, 3) << "by name another one may be meant";
}

TEST_F(FreezeContainer, WithoutItsRunDirectoryNothingIsClaimed) {
  string token;
  {
    Program init = container_.start_up();
    token = freeze(init);
    kill_container(init);
  }
  std::filesystem::remove_all(container_.dir / "run");
  std::filesystem::create_directories(container_.dir / "run");
  Program init = start_again();
  expect_not_suspended(init);
  EXPECT_EQ(thaw(init, "--token", token).code, 3);
  EXPECT_EQ(thaw(init, "--owner", "job").code, 3);
  expect_freeze_works(init);
}

TEST_F(FreezeContainer, KilledInTheMiddleOfAFreezeOrThaw) {
  for (const char* const point : {"freeze", "frozen", "thaw"}) {
    SCOPED_TRACE(point);
    string token;
    {
      const bool is_first = point == string{"freeze"};
      Program init = is_first ? container_.start_up() : start_again();
      const bool thaws = point == string{"thaw"};
      if (thaws) token = freeze(init);
      container_.fault("hold_at", point);
      Program asking =
          container_.begin(init, {"irisctl", thaws ? "thaw" : "freeze", "--owner", "job"});
      const string code = thaws ? "ExternalThaw" : "ExternalFreeze";
      ASSERT_TRUE(wait_until([&] { return !sessions(init, code).empty(); }, within(20s)));
      init.signal(SIGKILL);
      asking.wait_exit(within(20s));  // PID 1 is gone once everybody else is, and reaped
      EXPECT_EQ(init.wait_code(within(30s)), 128 + SIGKILL) << init.log();
      container_.fault("hold_at", "");
    }
    Program init = start_again();
    expect_not_suspended(init);
    // The witnesses of the thaw had spoken: to its token it held. Of the others nobody was told.
    EXPECT_EQ(thaw(init, "--owner", "job").code, 3);
    if (!token.empty()) {
      EXPECT_EQ(thaw(init, "--token", token).code, 0);
    }
    expect_freeze_works(init);
  }
}

TEST_F(FreezeContainer, SomebodyElsesSuspensionEndsWithTheContainerToo) {
  {
    Program init = container_.start_up();
    ASSERT_EQ(container_.session(init, "##class(Backup.General).ExternalFreeze()"), suspended);
    ASSERT_TRUE(init.wait_for_event("freeze.foreign", within(20s))) << init.log();
    kill_container(init);
  }
  Program init = start_again();
  expect_not_suspended(init);
  EXPECT_EQ(container_.irisctl(init, {"thaw", "--foreign"}).code, 4) << "nobody watched it";
  expect_freeze_works(init);
}

}  // namespace
}  // namespace testing_support
