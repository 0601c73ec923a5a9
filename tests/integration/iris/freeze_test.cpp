// Freeze and thaw as a backup job uses them, and everything that may go wrong in between.
#include <gtest/gtest.h>
#include <signal.h>

#include "tests/integration/iris/freeze_words.h"

namespace testing_support {
namespace {

using std::string;

TEST(IrisFreeze, ItHoldsFromFreezeToThaw) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  Program init = container.start_up();
  const auto frozen = container.irisctl(init, {"freeze", "--owner", "job", "-o", "json"});
  ASSERT_EQ(frozen.code, 0) << frozen.err << init.log();
  const string token = json_of(frozen).value("token", "");
  if (!IrisContainer::has_fact("freeze_tells_journal", "no")) {
    EXPECT_NE(json_of(frozen).value("journal", "").find("/mgr/journal/"), string::npos)
        << frozen.out;
  }
  EXPECT_EQ(container.session(init, is_suspended), suspended);
  EXPECT_EQ(container.probe("readyz"), 200);
  EXPECT_EQ(container.probe("livez"), 200);
  const auto again = container.irisctl(init, {"freeze", "--owner", "job", "-o", "json"});
  EXPECT_EQ(json_of(again).value("token", ""), token);
  EXPECT_EQ(json_of(again).value("lease_end", 0), json_of(frozen).value("lease_end", 1));
  const auto other = container.irisctl(init, {"freeze", "--owner", "somebody"});
  EXPECT_EQ(other.code, 3);
  EXPECT_NE(other.err.find("'job'"), string::npos) << other.err;
  EXPECT_EQ(container.irisctl(init, {"thaw", "--token", "wrong"}).code, 3);
  const auto thawed = container.irisctl(init, {"thaw", "--token", token});
  EXPECT_EQ(thawed.code, 0) << thawed.out << thawed.err;
  EXPECT_EQ(container.session(init, is_suspended), not_suspended);
  EXPECT_EQ(http_wait_for(IrisContainer::port, "/readyz", 200, within(5s)).status, 200);
}

TEST(IrisFreeze, IrisStatusIsSpokenOnRequest) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  Program init = container.start_up();
  EXPECT_EQ(container.irisctl(init, {"freeze", "--owner", "a", "--iris-status"}).code, 5);
  EXPECT_EQ(container.irisctl(init, {"freeze", "--owner", "b", "--iris-status"}).code, 3);
  EXPECT_EQ(container.irisctl(init, {"thaw", "--owner", "a", "--iris-status"}).code, 5);
}

TEST(IrisFreeze, AThawBySomebodyElseIsNoticed) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  Program init = container.start_up();
  ASSERT_EQ(container.irisctl(init, {"freeze", "--owner", "job"}).code, 0);
  ASSERT_EQ(container.session(init, "##class(Backup.General).ExternalThaw()"), suspended);
  EXPECT_EQ(container.irisctl(init, {"thaw", "--owner", "job"}).code, 4);
}

TEST(IrisFreeze, TheLeaseEndsItWithoutAnybody) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  Program init = container.start_up();
  ASSERT_EQ(container.irisctl(init, {"freeze", "--owner", "job", "--lease", "1s"}).code, 0);
  EXPECT_TRUE(init.wait_for_event("freeze.not_held", within(10s))) << init.log();
  EXPECT_EQ(container.session(init, is_suspended), not_suspended);
  // Who comes too late hears what became of it.
  const auto late = container.irisctl(init, {"thaw", "--owner", "job", "-o", "json"});
  EXPECT_EQ(late.code, 4);
  EXPECT_EQ(json_of(late).value("ended_by", ""), "lease") << late.out;
  EXPECT_TRUE(json_of(late).value("already", false)) << late.out;
}

TEST(IrisFreeze, TheLeaseOutlivesTheAgent) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  Program init = container.start_up();
  ASSERT_EQ(container.irisctl(init, {"freeze", "--owner", "job", "--lease", "3s"}).code, 0);
  ::kill(descendants_named(init.pid(), "iris-agent").front(), SIGKILL);
  ASSERT_TRUE(init.wait_for_event("freeze.resumed", within(10s))) << init.log();
  EXPECT_EQ(container.session(init, is_suspended), suspended);
  EXPECT_TRUE(init.wait_for_event("freeze.not_held", within(10s))) << init.log();
  EXPECT_EQ(container.session(init, is_suspended), not_suspended);
}

TEST(IrisFreeze, AnIrisWithoutALimitOfItsOwnIsFrozenWithAWarning) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  container.fault("wd_suspend_limit", "refuse");
  Program init = container.start_up();
  const auto frozen = container.irisctl(init, {"freeze", "--owner", "job", "-o", "json"});
  ASSERT_EQ(frozen.code, 0) << frozen.err;
  EXPECT_FALSE(json_of(frozen).value("iris_deadman", true));
  EXPECT_FALSE(init.wait_for_event("freeze.no_deadman", within(5s)) == std::nullopt);
  EXPECT_EQ(container.irisctl(init, {"thaw", "--owner", "job"}).code, 0);
}

TEST(IrisFreeze, AThawThatIsRefusedGoesWithoutASession) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  Program init = container.start_up();
  ASSERT_EQ(container.irisctl(init, {"freeze", "--owner", "job"}).code, 0);
  container.fault("thaw_fault", "exit:3");
  const auto thawed = container.irisctl(init, {"thaw", "--owner", "job", "-o", "json"});
  EXPECT_EQ(thawed.code, 0) << thawed.out << thawed.err << init.log();
  EXPECT_EQ(json_of(thawed).value("how", ""), "without a session");
  EXPECT_EQ(container.session(init, is_suspended), not_suspended);
}

TEST(IrisFreeze, AFreezeThatFailsUndoesItself) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  Program init = container.start_up();
  container.fault("freeze_fault", "exit:3");
  EXPECT_EQ(container.irisctl(init, {"freeze", "--owner", "job"}).code, 1);
  EXPECT_EQ(container.session(init, is_suspended), not_suspended);
  container.fault("freeze_fault", "");
  EXPECT_EQ(container.irisctl(init, {"freeze", "--owner", "job"}).code, 0);
}

TEST(IrisFreeze, AnAnswerThatHidesAFreezeIsUndone) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  Program init = container.start_up();
  for (const char* const answer : {"exit:1", "exit:0", "exit:239"}) {
    SCOPED_TRACE(answer);
    container.fault("freeze_answer", answer);
    EXPECT_EQ(container.irisctl(init, {"freeze", "--owner", "job"}).code, 1);
    container.fault("freeze_answer", "");
    EXPECT_EQ(container.session(init, is_suspended), not_suspended);
  }
}

TEST(IrisFreeze, SigtermThawsFirstAndStopsCleanly) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  Program init = container.start_up();
  ASSERT_EQ(container.irisctl(init, {"freeze", "--owner", "job"}).code, 0);
  init.signal(SIGTERM);
  EXPECT_TRUE(init.wait_for_event("freeze.not_held", within(10s))) << init.log();
  EXPECT_EQ(init.wait_code(within(30s)), 0) << init.log();
  EXPECT_TRUE(init.events("stop.forced").empty()) << init.log();
}

TEST(IrisFreeze, WithAStoppedAgentPid1ThawsBeforeItStops) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  Program init = container.start_up({"--stop-timeout", "60s"});
  ASSERT_EQ(container.irisctl(init, {"freeze", "--owner", "job"}).code, 0);
  ::kill(descendants_named(init.pid(), "iris-agent").front(), SIGSTOP);
  init.signal(SIGTERM);
  EXPECT_EQ(init.wait_code(within(40s)), 0) << init.log();
  EXPECT_NE(init.log().find("iris stat -W"), string::npos) << init.log();
  EXPECT_TRUE(init.events("stop.forced").empty()) << init.log();
}

TEST(IrisFreeze, WithFreezeThawsWhateverTheCommandDoes) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  Program init = container.start_up();
  EXPECT_EQ(container
                .irisctl(init, {"with-freeze", "--", "sh", "-c",
                                "iris session IRIS -U %SYS '" + string{is_suspended} + "'"})
                .code,
            suspended);
  EXPECT_EQ(container.irisctl(init, {"with-freeze", "--", "sh", "-c", "exit 9"}).code, 9);
  EXPECT_EQ(container.irisctl(init, {"with-freeze", "--", "/no/such"}).code, 125);
  EXPECT_EQ(container.session(init, is_suspended), not_suspended);
}

}  // namespace
}  // namespace testing_support
