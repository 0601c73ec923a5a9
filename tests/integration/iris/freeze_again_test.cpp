// A thaw whose answer was lost is asked for again: the truth about the same window, and no other.
#include <gtest/gtest.h>

#include "tests/integration/iris/freeze_words.h"

namespace testing_support {
namespace {

using std::string;

class FreezeAgain : public ::testing::Test {
 protected:
  void SetUp() override {
    SKIP_WITHOUT_NAMESPACES();
    container_.set("IRIS_INIT_HEALTH_POLL", "1s");
  }
  string freeze(const Program& init, const string& owner) const {
    const auto frozen = container_.irisctl(init, {"freeze", "--owner", owner, "-o", "json"});
    EXPECT_EQ(frozen.code, 0) << frozen.err << init.log();
    return json_of(frozen).value("token", "");
  }
  void expect_again(const Program& init, const string& way, const string& who, int code) const {
    SCOPED_TRACE(way + " " + who);
    const auto thawed = container_.irisctl(init, {"thaw", way, who, "-o", "json"});
    EXPECT_EQ(thawed.code, code) << thawed.out << thawed.err;
    const nlohmann::json json = json_of(thawed);
    EXPECT_TRUE(json.value("already", false)) << thawed.out;
    EXPECT_EQ(json.value("held", code != 0), code == 0) << thawed.out;
    const auto spoken = container_.irisctl(init, {"thaw", way, who});
    EXPECT_EQ(spoken.code, code);
    EXPECT_NE((spoken.out + spoken.err).find("it was thawed before"), string::npos)
        << spoken.out << spoken.err;
  }

  IrisContainer container_;
};

// What will pass in a moment is no refusal.
TEST_F(FreezeAgain, AnAgentThatHasNotHeardOfIrisYetIsAskedAgain) {
  Program init = container_.start_up();
  container_.fault("qlist_fault", "hang");
  kill_agent(init);
  IrisContainer::Answer asked;
  ASSERT_TRUE(wait_until(
      [&] {
        asked = container_.irisctl(init, {"freeze", "--owner", "job"});
        return asked.err.find("has not heard of IRIS yet") != string::npos;
      },
      within(20s)))
      << asked.err << init.log();
  EXPECT_EQ(asked.code, 69) << asked.err;
  container_.fault("qlist_fault", "");
  ASSERT_TRUE(wait_until(
      [&] {
        return container_.irisctl(init, {"freeze", "--owner", "job"}).code == 0;
      },
      within(20s)))
      << init.log();
  EXPECT_EQ(container_.irisctl(init, {"thaw", "--owner", "job"}).code, 0);
}

// Its copy may not be done.
TEST_F(FreezeAgain, WhatAnOperatorThawsByForceHasNotHeldForItsOwner) {
  Program init = container_.start_up();
  const string token = freeze(init, "job");
  const auto forced = container_.irisctl(init, {"thaw", "--force", "-o", "json"});
  EXPECT_EQ(forced.code, 4) << forced.out << forced.err;
  EXPECT_EQ(json_of(forced).value("ended_by", ""), "other") << forced.out;
  EXPECT_EQ(container_.session(init, is_suspended), not_suspended);
  expect_again(init, "--owner", "job", 4);
  expect_again(init, "--token", token, 4);
}

TEST_F(FreezeAgain, OneThatHeldHasHeldStillWhoeverFreezesSince) {
  Program init = container_.start_up();
  const string token = freeze(init, "job");
  // The stream is gone before the answer can be written.
  EXPECT_NE(container_.exec(init, {"sh", "-c", "irisctl thaw --owner job >&- 2>&-"}).code, 0);
  expect_again(init, "--owner", "job", 0);
  expect_again(init, "--token", token, 0);
  const string next = freeze(init, "next");
  expect_again(init, "--owner", "job", 0);
  EXPECT_EQ(container_.session(init, is_suspended), suspended) << "it is the other one's";
  kill_agent(init);
  ASSERT_TRUE(init.wait_for_event("freeze.resumed", within(20s))) << init.log();
  EXPECT_EQ(container_.irisctl(init, {"thaw", "--owner", "third"}).code, 3);
  expect_again(init, "--token", token, 0);
  EXPECT_EQ(container_.irisctl(init, {"thaw", "--token", next}).code, 0);
  expect_again(init, "--owner", "job", 0);
  expect_again(init, "--owner", "next", 0);
  const nlohmann::json windows = freeze_status(container_, init)["windows"];
  ASSERT_EQ(windows.size(), 2U) << windows;
  EXPECT_EQ(windows[0].value("owner", "") + windows[0].value("outcome", ""), "jobheld") << windows;
  EXPECT_EQ(windows[1].value("owner", ""), "next") << windows;
  EXPECT_GT(windows[0].value("frozen_seconds", 0.0), 0) << "an earlier agent made it";
  EXPECT_GT(windows[0].value("ended", 0), 0) << windows;
  EXPECT_EQ(windows.dump().find(token), string::npos) << "it is nobody's business";
}

TEST_F(FreezeAgain, OneThatDidNotHoldNeverDoes) {
  Program init = container_.start_up();
  const string token = freeze(init, "job");
  ASSERT_EQ(container_.session(init, "##class(Backup.General).ExternalThaw()"), suspended);
  EXPECT_EQ(container_.irisctl(init, {"thaw", "--owner", "job"}).code, 4);
  expect_again(init, "--owner", "job", 4);
  kill_agent(init);
  ASSERT_TRUE(wait_until([&] { return !freeze_status(container_, init).is_null(); }, within(20s)));
  expect_again(init, "--owner", "job", 4);
  expect_again(init, "--token", token, 4);
}

/// A script that does not notice that it has no freeze must not be told that it held.
TEST_F(FreezeAgain, AfterARequestThatWasRefusedTheTokenAloneTellsIt) {
  Program init = container_.start_up();
  const string token = freeze(init, "job");
  EXPECT_EQ(container_.irisctl(init, {"thaw", "--owner", "job"}).code, 0);
  ASSERT_EQ(container_.irisctl(init, {"hold", "repair"}).code, 0);
  EXPECT_EQ(container_.irisctl(init, {"freeze", "--owner", "job"}).code, 3);
  ASSERT_EQ(container_.irisctl(init, {"release"}).code, 0);
  EXPECT_EQ(container_.irisctl(init, {"thaw", "--owner", "job"}).code, 3);
  expect_again(init, "--token", token, 0);
  kill_agent(init);
  ASSERT_TRUE(wait_until([&] { return !freeze_status(container_, init).is_null(); }, within(20s)));
  EXPECT_EQ(container_.irisctl(init, {"thaw", "--owner", "job"}).code, 3);
  expect_again(init, "--token", token, 0);
}

}  // namespace
}  // namespace testing_support
