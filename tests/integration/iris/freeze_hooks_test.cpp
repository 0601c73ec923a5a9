// Hooks around a freeze: when they run, what they are told, and what becomes of it when one fails.
#include <gtest/gtest.h>
#include <signal.h>

#include "tests/integration/iris/freeze_words.h"

namespace testing_support {
namespace {

using std::string;

class FreezeHooks : public ::testing::Test {
 protected:
  void SetUp() override {
    SKIP_WITHOUT_NAMESPACES();
    container_.set("IRIS_INIT_FREEZE_HOOKS", container_.dir / "hooks");
    container_.set("IRIS_INIT_FREEZE_HOOK_TIMEOUT", "20s");
  }
  /// A hook that writes its name and whether IRIS is suspended to a file, and then does more.
  void hook(const string& name, const string& more = {}) const {
    container_.dir.script("hooks/" + name, "iris session IRIS -U %SYS '" + string{is_suspended} +
                                               "'\n" + "echo " + name +
                                               " $? $IRIS_FREEZE_OUTCOME >>'" +
                                               (container_.dir / "calls") + "'\n" + more + "\n");
  }
  [[nodiscard]] string calls() const { return text_of_file(container_.dir / "calls"); }

  IrisContainer container_;
};

TEST_F(FreezeHooks, RunByNameAroundTheFreezeAndAreToldOfIt) {
  hook("pre/20-b");
  hook("pre/10-a", "env | grep ^IRIS_FREEZE_ | sort >'" + (container_.dir / "told") + "'\n" +
                       "echo one line; echo another >&2");
  hook("pre/30-c.sh");
  hook("post/10-z", "echo \"$IRIS_FREEZE_TOKEN\" >'" + (container_.dir / "token") + "'");
  container_.dir.write("hooks/pre/40-plain", "not executable");
  Program init = container_.start_up();
  const auto frozen =
      container_.irisctl(init, {"freeze", "--owner", "job", "--lease", "90s", "-o", "json"});
  ASSERT_EQ(frozen.code, 0) << frozen.err << init.log();
  const string token = json_of(frozen).value("token", "");
  EXPECT_EQ(calls(), "pre/10-a 3\npre/20-b 3\n");
  EXPECT_EQ(text_of_file(container_.dir / "told"),
            "IRIS_FREEZE_LEASE=90\nIRIS_FREEZE_OWNER=job\nIRIS_FREEZE_PHASE=pre\n"
            "IRIS_FREEZE_TOKEN=" +
                token + "\n");
  EXPECT_EQ(container_.irisctl(init, {"thaw", "--owner", "job"}).code, 0) << init.log();
  EXPECT_EQ(calls(), "pre/10-a 3\npre/20-b 3\npost/10-z 3 held\n");
  EXPECT_EQ(text_of_file(container_.dir / "token"), token + "\n");
  ASSERT_TRUE(init.wait_for_event("freeze.thawed", within(5s))) << init.log();
  EXPECT_EQ(init.events("freeze.hook_ignored").size(), 2U) << init.log();
  EXPECT_NE(init.log().find("10-a: one line"), string::npos) << init.log();
  EXPECT_NE(init.log().find("10-a: another"), string::npos) << init.log();
}

TEST_F(FreezeHooks, APreHookThatFailsAbortsAndPostHooksRun) {
  hook("pre/10-a", "echo broken pump; exit 9");
  hook("pre/20-b");
  hook("post/10-z");
  hook("post/20-y");
  Program init = container_.start_up();
  const auto failed = container_.irisctl(init, {"freeze", "--owner", "job"});
  EXPECT_EQ(failed.code, 1);
  EXPECT_NE(failed.err.find("pre/10-a' ended with 9: broken pump"), string::npos) << failed.err;
  EXPECT_EQ(calls(), "pre/10-a 3\npost/10-z 3 failed\npost/20-y 3 failed\n");
  const string log = text_of_file(container_.dir / "data/iris/mgr/messages.log");
  EXPECT_EQ(log.find("Suspending system"), string::npos) << "IRIS was never asked";
}

TEST_F(FreezeHooks, APreHookThatDoesNotEndAborts) {
  container_.set("IRIS_INIT_FREEZE_HOOK_TIMEOUT", "500ms");
  container_.dir.script("hooks/pre/10-a", "exec sleep 1000");
  Program init = container_.start_up();
  const auto failed = container_.irisctl(init, {"freeze", "--owner", "job"});
  EXPECT_EQ(failed.code, 1);
  EXPECT_NE(failed.err.find("has not ended within 500ms"), string::npos) << failed.err;
  EXPECT_TRUE(
      wait_until([&] { return descendants_named(init.pid(), "sleep").empty(); }, within(20s)));
}

TEST_F(FreezeHooks, APostHookThatFailsIsReportedAndChangesNothing) {
  hook("post/10-z", "exit 1");
  hook("post/20-y");
  Program init = container_.start_up();
  ASSERT_EQ(container_.irisctl(init, {"freeze", "--owner", "job"}).code, 0);
  const auto thawed = container_.irisctl(init, {"thaw", "--owner", "job", "-o", "json"});
  EXPECT_EQ(thawed.code, 0);
  EXPECT_NE(json_of(thawed).value("hooks", "").find("10-z' ended with 1"), string::npos)
      << thawed.out;
  EXPECT_EQ(calls(), "post/10-z 3 held\npost/20-y 3 held\n") << "the others run all the same";
  EXPECT_TRUE(init.wait_for_event("freeze.hook_failed", within(5s))) << init.log();
}

TEST_F(FreezeHooks, ThePostHooksAreOwedWhoeverEndsIt) {
  hook("post/10-z");
  Program init = container_.start_up();
  ASSERT_EQ(container_.irisctl(init, {"freeze", "--owner", "job", "--lease", "3s"}).code, 0);
  kill_agent(init);
  EXPECT_TRUE(init.wait_for_event("freeze.not_held", within(20s))) << init.log();
  EXPECT_EQ(calls(), "post/10-z 3 did_not_hold\n");
}

TEST_F(FreezeHooks, OutputWithoutEndIsCut) {
  hook("pre/10-a", "yes line | head -n 50000");
  Program init = container_.start_up();
  ASSERT_EQ(container_.irisctl(init, {"freeze", "--owner", "job"}).code, 0) << init.log();
  ASSERT_TRUE(init.wait_for_event("freeze.frozen", within(5s))) << init.log();
  EXPECT_LE(init.events("freeze.hook").size(), 110U);
  EXPECT_NE(init.log().find("more lines are left out"), string::npos);
  EXPECT_EQ(container_.irisctl(init, {"thaw", "--owner", "job"}).code, 0);
}

TEST_F(FreezeHooks, TwoRunsOfOneNameDoNotShareAFreezeThatIsUnderWay) {
  const string go = container_.dir / "go";
  const string done = container_.dir / "done";
  hook("pre/10-a", "while [ ! -e '" + go + "' ]; do sleep 0.05; done");
  Program init = container_.start_up();
  Program first =
      container_.begin(init, {"irisctl", "with-freeze", "--owner", "x", "--", "sh", "-c",
                              "while [ ! -e '" + done + "' ]; do sleep 0.05; done"});
  ASSERT_TRUE(wait_until([&] { return !calls().empty(); }, within(20s))) << init.log();
  Program second = container_.begin(init, {"irisctl", "with-freeze", "--owner", "x", "--", "true"});
  second.wait_exit(
      within(500ms));  // it waits as the first one does; should it be late, all the same
  container_.dir.write("go", "");
  EXPECT_EQ(second.wait_code(within(20s)), 3) << second.log();
  EXPECT_NE(second.log().find("COMMAND is not run"), string::npos) << second.log();
  container_.dir.write("done", "");
  EXPECT_EQ(first.wait_code(within(20s)), 0) << first.log();
}

TEST_F(FreezeHooks, AFailedFreezeThatIsUndoneLeavesTheNextAgentNothingButTheHooks) {
  const string go = container_.dir / "go";
  hook("post/10-z", "while [ ! -e '" + go + "' ]; do sleep 0.05; done");
  Program init = container_.start_up();
  container_.fault("freeze_answer", "exit:1");
  Program asking = container_.begin(init, {"irisctl", "freeze", "--owner", "x"});
  ASSERT_TRUE(wait_until([&] { return !calls().empty(); }, within(20s))) << init.log();
  container_.fault("freeze_answer", "");
  kill_agent(init);
  container_.dir.write("go", "");
  ASSERT_TRUE(init.wait_for_event("freeze.resumed", within(20s))) << init.log();
  EXPECT_TRUE(init.wait_for_event("freeze.failed", within(20s))) << init.log();
  EXPECT_NE(freeze_state(container_, init), "settling");
  const auto next = container_.irisctl(init, {"freeze", "--owner", "y"});
  EXPECT_EQ(next.code, 0) << next.err;
  EXPECT_EQ(container_.irisctl(init, {"thaw", "--owner", "y"}).code, 0) << init.log();
}

/// Whatever IRIS answers to a freeze while it is suspended, the other one's stays the other one's.
TEST_F(FreezeHooks, WhoSuspendsIrisWhileTheyRunKeepsIt) {
  hook("pre/10-a",
       "iris session IRIS -U %SYS '##class(Backup.General).ExternalFreeze()'\n[ $? -eq 5 ]");
  hook("post/10-z");
  Program init = container_.start_up();
  for (const char* const answer : {"5", "3"}) {
    SCOPED_TRACE(answer);
    container_.fault("refreeze_status", answer);
    const auto refused = container_.irisctl(init, {"freeze", "--owner", "job"});
    EXPECT_EQ(refused.code, 3) << init.log();
    EXPECT_NE(refused.err.find("by somebody else"), string::npos) << refused.err;
    EXPECT_EQ(container_.session(init, is_suspended), suspended) << "we thawed another one's";
    EXPECT_EQ(container_.session(init, "##class(Backup.General).ExternalThaw()"), suspended);
  }
  EXPECT_EQ(calls(), "pre/10-a 3\npost/10-z 5 failed\npre/10-a 3\npost/10-z 5 failed\n");
}

/// Without hooks to look after, theirs may still come between our look and our freeze.
TEST_F(FreezeHooks, AFreezeThatBecameOneWithAnotherOnesIsNeverToldToHaveHeldWithoutIt) {
  container_.fault("refreeze_status", "5");
  Program init = container_.start_up();
  container_.fault("session_ms", "2000");  // it signs on for so long, and then it is stopped
  Program asking = container_.begin(init, {"irisctl", "freeze", "--owner", "job"});
  std::vector<pid_t> ours;
  ASSERT_TRUE(
      wait_until([&] { return !(ours = sessions(init, "ExternalFreeze")).empty(); }, within(20s)));
  ASSERT_EQ(::kill(ours.front(), SIGSTOP), 0);
  container_.fault("session_ms", "");
  EXPECT_EQ(container_.session(init, "##class(Backup.General).ExternalFreeze()"), suspended);
  ASSERT_EQ(::kill(ours.front(), SIGCONT), 0);
  EXPECT_EQ(asking.wait_code(within(20s)), 0) << init.log();
  // They thaw what is theirs, too.
  EXPECT_EQ(container_.session(init, "##class(Backup.General).ExternalThaw()"), suspended);
  EXPECT_EQ(container_.irisctl(init, {"thaw", "--owner", "job"}).code, 4) << init.log();
}

}  // namespace
}  // namespace testing_support
