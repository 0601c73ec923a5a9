// Whether a stop may be called clean (exit code 0): what happened to IRIS before and during it.
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>

#include "tests/integration/iris/container.h"

namespace testing_support {
namespace {

using std::string;

void kill_iris(const Program& init) {
  for (const pid_t pid : descendants_named(init.pid(), "irisdb"))
    ::kill(pid, SIGKILL);
}

/// For an `iris stop` that waits for an IRIS of which only the shared memory is left.
const string brief = "--stop-timeout=20s";

TEST(IrisStopVerdict, OfAnIrisThatHasDiedAndWasNotStartedAgainIsNotCalledClean) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  container.main_outlives_iris();
  Program init = container.start_up();
  container.fault("start_fault", "fail");
  kill_iris(init);
  ASSERT_TRUE(init.wait_for_event("iris.restarting", within(30s))) << init.log();
  ASSERT_TRUE(init.wait_for_event("iris.pausing", within(30s))) << init.log();
  init.signal(SIGTERM);
  EXPECT_EQ(init.wait_code(within(30s)), 124) << init.log();
  EXPECT_NE(init.log().find("it recovers at its next start"), string::npos) << init.log();
}

TEST(IrisStopVerdict, OfAnIrisThatHasSurvivedItsForceIsNotCalledClean) {
  SKIP_WITHOUT_NAMESPACES();
  IrisContainer container;
  container.main_outlives_iris();
  container.set("IRIS_STANDIN_CONTROL_DEATH", "stay");
  container.set("IRIS_STANDIN_HALF_DEAD_STOP", "works");
  Program init = container.start_up();
  container.fault("force_fault", "exit:1");
  ::kill(IrisContainer::control_process(init), SIGKILL);
  ASSERT_TRUE(init.wait_for_event("command.ended", within(30s))) << init.log();
  container.fault("force_fault", "");
  init.signal(SIGTERM);
  EXPECT_EQ(init.wait_code(within(40s)), 124) << init.log();
}

TEST(IrisStopVerdict, OfAnIrisThatDiedWithinAHoldIsNotCalledClean) {
  SKIP_WITHOUT_NAMESPACES();
  IrisContainer container;
  container.main_outlives_iris();
  Program init = container.start_up({brief});
  ASSERT_EQ(container.irisctl(init, {"hold", "repair"}).code, 0);
  kill_iris(init);
  ASSERT_EQ(http_wait_for(IrisContainer::port, "/readyz", 503, within(10s)).status, 503);
  init.signal(SIGTERM);
  EXPECT_EQ(init.wait_code(within(60s)), 124) << init.log();
  EXPECT_NE(init.log().find("it recovers at its next start"), string::npos) << init.log();
}

TEST(IrisStopVerdict, OfAnIrisThatSomebodyHasStartedAndStoppedSinceItsForceIsClean) {
  SKIP_WITHOUT_NAMESPACES();
  IrisContainer container;
  container.main_outlives_iris();
  container.set("IRIS_INIT_HEALTH_POLL", "1s");
  Program init = container.start_up();
  container.fault("start_fault", "fail");
  kill_iris(init);
  ASSERT_TRUE(init.wait_for_event("iris.forcing", within(30s))) << init.log();
  ASSERT_EQ(container.irisctl(init, {"hold", "repair"}).code, 0);
  container.fault("start_fault", "");
  // What had been asked for before the hold comes first; then more may be under way.
  ASSERT_TRUE(init.wait_for_event("command.ended", within(20s))) << init.log();
  ASSERT_TRUE(wait_until(
      [&] {
        return container.exec(init, {"iris", "start", "IRIS", "quietly"}).code == 0;
      },
      within(20s)))
      << init.log();
  ASSERT_EQ(http_wait_for(IrisContainer::port, "/readyz", 200, within(20s)).status, 200)
      << init.log();
  ASSERT_EQ(container.exec(init, {"iris", "stop", "IRIS", "quietly"}).code, 0);
  ASSERT_EQ(http_wait_for(IrisContainer::port, "/readyz", 503, within(20s)).status, 503);
  init.signal(SIGTERM);
  EXPECT_EQ(init.wait_code(within(30s)), 0) << init.log();
  expect_clean(container);
}

TEST(IrisStopVerdict, OfAnIrisOfWhichAProcessOfAUserWasKilledIsClean) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  container.fault("daemon_tree", "flat");  // its end is PID 1's to see
  Program init = container.start_up();
  const auto all = descendants_named(init.pid(), "irisdb");
  const auto user = std::find_if(all.begin(), all.end(), [](pid_t pid) {
    const auto words = command_line(pid);
    return std::find(words.begin(), words.end(), "-rUSER") != words.end();
  });
  ASSERT_NE(user, all.end());
  ::kill(*user, SIGKILL);
  ASSERT_TRUE(init.wait_for_event("irisdb.ended", within(10s))) << init.log();
  init.signal(SIGTERM);
  EXPECT_EQ(init.wait_code(within(30s)), 0) << init.log();
  expect_clean(container);
}

TEST(IrisStopVerdict, OfAnIrisThatIsKilledWhileItStopsIsNotCalledClean) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  Program init = container.start_up({brief});
  container.fault("hold_at", "stop");
  init.signal(SIGTERM);
  ASSERT_TRUE(wait_until(
      [&] {
        init.pump();
        return init.log().find("stop: ask") != string::npos;
      },
      within(20s)))
      << init.log();
  kill_iris(init);
  container.fault("hold_at", "");
  EXPECT_EQ(init.wait_code(within(60s)), 124) << init.log();
}

TEST(IrisStopVerdict, OfAnIrisThatIsKilledAgainBeforeItWasSeenRunningIsNotCalledClean) {
  SKIP_WITHOUT_NAMESPACES();
  IrisContainer container;
  container.main_outlives_iris();
  Program init = container.start_up({brief});
  kill_iris(init);
  ASSERT_TRUE(wait_until(
      [&] {
        init.pump();
        const auto ended = init.events("command.ended");
        return std::any_of(ended.begin(), ended.end(), [](const auto& event) {
          return event.value("msg", "").starts_with("iris start");
        });
      },
      within(30s)))
      << init.log();
  kill_iris(init);
  init.signal(SIGTERM);
  EXPECT_EQ(init.wait_code(within(60s)), 124) << init.log();
}

}  // namespace
}  // namespace testing_support
