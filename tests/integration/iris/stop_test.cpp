// The stop, step by step: whatever hangs or dies meanwhile, IRIS is stopped as cleanly as is still
// possible within the budget.
#include <gtest/gtest.h>
#include <signal.h>

#include "tests/integration/iris/container.h"

namespace testing_support {
namespace {

using std::string;

pid_t agent_of(const Program& init) {
  const auto named = descendants_named(init.pid(), "iris-agent");
  return named.empty() ? 0 : named.front();
}

TEST(IrisStop, SigtermStopsItCleanly) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  Program init = container.start_up();
  init.signal(SIGTERM);
  EXPECT_EQ(init.wait_code(within(30s)), 0) << init.log();
  // In the words of older versions and of newer ones.
  EXPECT_TRUE(init.out().find("...verified that InterSystems IRIS") != string::npos ||
              init.out().find("...shut down InterSystems IRIS") != string::npos)
      << init.out();
  EXPECT_TRUE(init.events("stop.forced").empty()) << init.log();
}

TEST(IrisStop, ReadyzSays503BeforeIrisIsAsked) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  Program init = container.start_up({"--drain-delay=1s"});
  init.signal(SIGTERM);
  ASSERT_TRUE(init.wait_for_event("stop.begun", within(10s)));
  EXPECT_EQ(http_wait_for(IrisContainer::port, "/readyz", 503, within(5s)).status, 503);
  EXPECT_EQ(container.probe("livez"), 200);
  init.pump();
  EXPECT_EQ(init.out().find("Shutting down"), string::npos);
  EXPECT_EQ(init.wait_code(within(30s)), 0) << init.log();
}

TEST(IrisStop, SigtermDuringTheStartLeavesNothingBehind) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  container.fault("start_ms", "1000");
  Program init = container.start();
  ASSERT_TRUE(init.wait_for_event("iris.starting", within(20s))) << init.log();
  init.signal(SIGTERM);
  EXPECT_EQ(init.wait_code(within(30s)), 0) << init.log();
}

TEST(IrisStop, AStopThatHangsIsForcedWithinTheBudget) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  Program init = container.start_up({"--stop-timeout", "4s"});
  container.fault("stop_fault", "hang");
  init.signal(SIGTERM);
  EXPECT_EQ(init.wait_code(within(20s)), 124) << init.log();
  EXPECT_FALSE(init.events("stop.forced").empty()) << init.log();
}

TEST(IrisStop, WhenIrisMainDiesIrisIsStillStopped) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  Program init = container.start_up();
  const auto mains = descendants_named(init.pid(), "iris-main");
  ASSERT_FALSE(mains.empty());
  ::kill(mains.front(), SIGKILL);
  EXPECT_EQ(init.wait_code(within(30s)), 137) << init.log();
  EXPECT_TRUE(init.events("stop.forced").empty()) << init.log();
  // Once IRIS is gone `iris stop` has little left to do, and is let do it.
  const auto stops = init.events("command.ended");
  ASSERT_EQ(stops.size(), 1U) << init.log();
  EXPECT_EQ(stops.front().value("status", -1), 0) << init.log();
  Program again = container.start();
  ASSERT_TRUE(again.wait_for_event("iris.up", within(30s))) << again.log();
  EXPECT_EQ(again.out().find("WIJ compare"), string::npos) << again.out();  // it had been clean
}

TEST(IrisStop, ASecondSigtermChangesNothing) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  container.fault("stop_ms", "1500");
  Program init = container.start_up();
  init.signal(SIGTERM);
  ASSERT_TRUE(init.wait_for_output("Shutting down", within(20s))) << init.out();
  for (int i = 0; i < 5; ++i)
    init.signal(SIGTERM);
  EXPECT_EQ(init.wait_code(within(30s)), 0) << init.log();
  EXPECT_EQ(init.events("stop.begun").size(), 1U);
  EXPECT_TRUE(init.events("stop.forced").empty()) << init.log();
  expect_clean(container);
}

TEST(IrisStop, WhenIrisMainHangsIrisIsStoppedWithoutIt) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  Program init = container.start_up({"--stop-timeout", "12s"});
  ::kill(descendants_named(init.pid(), "iris-main").front(), SIGSTOP);
  init.signal(SIGTERM);
  // iris-main has to be killed; IRIS has been stopped in order.
  EXPECT_EQ(init.wait_code(within(40s)), 124) << init.log();
  EXPECT_TRUE(init.events("stop.forced").empty()) << init.log();
  const auto killed = init.events("stop.killing");
  ASSERT_EQ(killed.size(), 1U) << init.log();
  EXPECT_EQ(killed.front().value("name", ""), "iris-main");
  expect_clean(container);
}

TEST(IrisStop, SigtermDuringARestartInPlaceLeavesNothingBehind) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  container.main_outlives_iris();
  Program init = container.start_up();
  container.fault("start_ms", "1500");
  ::kill(IrisContainer::control_process(init), SIGKILL);
  ASSERT_TRUE(init.wait_for_event("iris.restarting", within(20s))) << init.log();
  ASSERT_TRUE(wait_until(
      [&] {
        init.pump();
        return init.events("command.started").size() >= 2;
      },
      within(20s)))
      << init.log();
  init.signal(SIGTERM);
  EXPECT_EQ(init.wait_code(within(40s)), 0) << init.log();
  EXPECT_TRUE(init.events("stop.forced").empty()) << init.log();
}

TEST(IrisStop, WithTheAgentKilledAtEveryStepItIsCleanAllTheSame) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  container.fault("stop_ms", "1500");
  Program init = container.start_up({"--drain-delay=1s"});
  ::kill(agent_of(init), SIGKILL);  // at the beginning …
  init.signal(SIGTERM);
  while (const auto step = init.wait_for_event("stop.step", within(30s))) {
    const pid_t agent = agent_of(init);  // … and whenever another step has begun
    if (agent != 0) ::kill(agent, SIGKILL);
    if (step->value("step", "") == "leave") break;
  }
  EXPECT_EQ(init.wait_code(within(30s)), 0) << init.log();
  EXPECT_TRUE(init.events("stop.forced").empty()) << init.log();
  expect_clean(container);
}

TEST(IrisStop, WhatIsSlowButWithinItsTimeIsNotForced) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  Program init = container.start_up({"--stop-timeout", "24s"});  // IRIS is asked for 12 s of them
  container.fault("stop_ms", "6000");
  init.signal(SIGTERM);
  EXPECT_EQ(init.wait_code(within(40s)), 0) << init.log();
  EXPECT_TRUE(init.events("stop.forced").empty()) << init.log();
  expect_clean(container);
}

TEST(IrisStop, WhenNothingAnswersAnyMoreItEndsWithinTheBudgetAllTheSame) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  Program init = container.start_up({"--stop-timeout", "6s"});
  container.fault("stop_fault", "hang");
  container.fault("force_fault", "hang");
  ::kill(descendants_named(init.pid(), "iris-main").front(), SIGSTOP);
  init.signal(SIGTERM);
  EXPECT_EQ(init.wait_code(within(40s)), 124) << init.log();
  EXPECT_EQ(init.events("stop.forced").size(), 1U) << init.log();
  EXPECT_FALSE(init.events("stop.killing").empty()) << init.log();
  container.fault("stop_fault", "");
  container.fault("force_fault", "");
  Program again = container.start();
  EXPECT_TRUE(again.wait_for_event("iris.up", within(30s))) << again.log();
}

TEST(IrisStop, SigtermWhileItIsBeingFrozenThawsFirst) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  container.fault("freeze_ms", "2000");
  Program init = container.start_up();
  Program freeze = container.begin(init, {"irisctl", "freeze", "--owner", "job"});
  ASSERT_TRUE(wait_until(
      [&] {
        return container.irisctl(init, {"status", "-o", "json"}).out.find("freezing") !=
               string::npos;
      },
      within(20s)))
      << init.log();
  init.signal(SIGTERM);
  EXPECT_NE(freeze.wait_code(within(30s)), 0) << freeze.out();
  EXPECT_EQ(init.wait_code(within(40s)), 0) << init.log();
  EXPECT_TRUE(init.events("stop.forced").empty()) << init.log();
  expect_clean(container);
}

TEST(IrisStop, DownFalseIsRespected) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  Program init = container.start({}, {"--down", "false"});
  ASSERT_TRUE(init.wait_for_event("iris.up", within(30s))) << init.log();
  ASSERT_TRUE(init.wait_for_output("...copied ", within(30s))) << init.out();
  init.signal(SIGTERM);
  EXPECT_EQ(init.wait_code(within(40s)), 124) << init.log();  // it was not left down cleanly
  EXPECT_TRUE(init.events("command.started").empty()) << init.log();
  EXPECT_TRUE(init.events("stop.forced").empty()) << init.log();
  EXPECT_EQ(init.events("stop.left_up").size(), 1U) << init.log();
  EXPECT_EQ(init.out().find("Shutting down"), string::npos) << init.out();
}

TEST(IrisctlStop, EndsTheContainerAsASigtermDoes) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  Program init = container.start_up();
  const auto answer = container.irisctl(init, {"stop"});
  EXPECT_EQ(answer.code, 0) << answer.err;
  EXPECT_NE(answer.out.find("stopping"), string::npos) << answer.out;
  EXPECT_EQ(init.wait_code(within(30s)), 0) << init.log();
  EXPECT_EQ(init.events("stop.asked").size(), 1U) << init.log();
  EXPECT_TRUE(init.events("stop.hurried").empty()) << init.log();
  expect_clean(container);
}

TEST(IrisctlStop, ThawsFirst) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  Program init = container.start_up();
  ASSERT_EQ(container.irisctl(init, {"freeze", "--owner", "job"}).code, 0) << init.log();
  EXPECT_EQ(container.irisctl(init, {"stop", "--now"}).code, 0);
  EXPECT_EQ(init.wait_code(within(40s)), 0) << init.log();
  expect_clean(container);
}

TEST(IrisctlStop, IsRefusedWhileIrisIsHeldAndASigtermIsNot) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  Program init = container.start_up({"--drain-delay=1h"});
  ASSERT_EQ(container.irisctl(init, {"hold", "repair"}).code, 0);
  for (const std::vector<string>& words : {std::vector<string>{"stop"}, {"stop", "--now"}}) {
    const auto refused = container.irisctl(init, words);
    EXPECT_EQ(refused.code, 3) << refused.out;
    EXPECT_NE(refused.err.find("held: repair"), string::npos) << refused.err;
  }
  init.signal(SIGTERM);
  ASSERT_TRUE(init.wait_for_event("iris.stopping", within(20s))) << init.log();
  EXPECT_EQ(container.irisctl(init, {"stop", "--now"}).code, 0);  // what has begun may be hurried
  EXPECT_EQ(init.wait_code(within(40s)), 0) << init.log();
}

TEST(IrisctlStop, NowCutsTheDrainShort) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  Program init = container.start_up({"--drain-delay=1h"});
  ASSERT_EQ(container.irisctl(init, {"stop"}).code, 0);
  ASSERT_TRUE(init.wait_for_event("iris.stopping", within(20s))) << init.log();
  const auto status = container.irisctl(init, {"status"});
  EXPECT_NE(status.out.find("stop: announce"), string::npos) << status.out;
  const auto again = container.irisctl(init, {"stop"});
  EXPECT_EQ(again.code, 0);
  EXPECT_NE(again.out.find("already"), string::npos) << again.out;
  init.pump();
  EXPECT_EQ(init.out().find("Shutting down"), string::npos) << init.out();
  EXPECT_EQ(container.irisctl(init, {"stop", "--now"}).code, 0);
  EXPECT_EQ(init.wait_code(within(40s)), 0) << init.log();
  expect_clean(container);
}

TEST(IrisctlStop, NowHastensAStopThatHangsAndWhatCanStillEndWellDoes) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  Program init = container.start_up();
  container.fault("stop_fault", "hang");
  init.signal(SIGTERM);
  ASSERT_TRUE(init.wait_for_output("Shutting down", within(20s))) << init.out();
  EXPECT_EQ(container.irisctl(init, {"stop", "--now"}).code, 0);
  ASSERT_TRUE(init.wait_for_event("stop.hurried", within(20s))) << init.log();
  const auto hurried_step = [&] {
    init.pump();
    const auto steps = init.events("stop.step");
    return !steps.empty() && steps.back().value("step", "") == "ask" &&
           steps.back().value("deadline_ms", 1'000'000) <= 30'000;
  };
  EXPECT_TRUE(wait_until(hurried_step, within(10s))) << init.log();
  EXPECT_EQ(init.events("stop.step").front().value("set_by", ""), "default");
  EXPECT_EQ(init.events("stop.step").back().value("set_by", ""), "irisctl stop --now");
  container.fault("stop_fault", "");  // what hangs goes on
  EXPECT_EQ(init.wait_code(within(40s)), 0) << init.log();
  EXPECT_EQ(init.events("stop.hurried").size(), 1U);
  expect_clean(container);
}

TEST(IrisctlStop, BeforeIrisIsStartedItEndsTheWaiting) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer first;
  IrisContainer second;
  second.set("ISC_DATA_DIRECTORY", first.dir / "data/iris");
  second.set("IRIS_INIT_HTTP_LISTEN", "127.0.0.1:8009");
  const Program holder = first.start_up();
  Program waiter = second.start();
  ASSERT_TRUE(waiter.wait_for_event("prepare.waiting", within(20s))) << waiter.log();
  ASSERT_EQ(second.irisctl(waiter, {"wait", "--for", "live", "--timeout", "20s"}).code, 0);
  EXPECT_EQ(second.irisctl(waiter, {"stop"}).code, 0);
  EXPECT_EQ(waiter.wait_code(within(30s)), 0) << waiter.log();
  EXPECT_EQ(waiter.out(), "");
}

}  // namespace
}  // namespace testing_support
