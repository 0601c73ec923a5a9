// Held: left alone by us. Restarted on request.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tests/integration/iris/container.h"

namespace testing_support {
namespace {

using std::string;

TEST(IrisHold, WhatIsHeldIsLeftAloneUntilItIsReleased) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  container.main_outlives_iris();
  Program init = container.start_up();
  const auto held = container.irisctl(init, {"hold", "repair of a database", "--for", "1h"});
  ASSERT_EQ(held.code, 0) << held.err;
  ASSERT_TRUE(init.wait_for_event("iris.held", within(10s))) << init.log();
  EXPECT_EQ(container.irisctl(init, {"freeze", "--owner", "job"}).code, 3);
  EXPECT_EQ(container.irisctl(init, {"restart"}).code, 3);
  for (const pid_t pid : descendants_named(init.pid(), "irisdb"))
    ::kill(pid, SIGKILL);
  EXPECT_EQ(http_wait_for(IrisContainer::port, "/readyz", 503, within(10s)).status, 503);
  EXPECT_EQ(container.probe("livez"), 200);
  EXPECT_EQ(container.probe("startupz"), 200);
  // The next agent knows of it, too.
  ::kill(descendants_named(init.pid(), "iris-agent").front(), SIGKILL);
  ASSERT_TRUE(init.wait_for_event("iris.held", within(10s))) << init.log();
  const auto status = container.irisctl(init, {"status"});
  EXPECT_NE(status.out.find("held: repair of a database"), string::npos) << status.out;
  EXPECT_TRUE(init.events("command.started").empty()) << init.log();
  ASSERT_EQ(container.irisctl(init, {"release"}).code, 0);
  EXPECT_EQ(container.irisctl(init, {"release"}).code, 3);
  EXPECT_TRUE(init.wait_for_event("iris.up", within(60s))) << init.log();
}

TEST(IrisHold, ARestartByHandWithinAHoldIsSeenAndServes) {
  SKIP_WITHOUT_NAMESPACES();
  IrisContainer container;
  container.set("IRIS_INIT_HEALTH_POLL", "1s");
  container.main_outlives_iris();
  Program init = container.start_up();
  ASSERT_EQ(container.irisctl(init, {"hold", "upgrade"}).code, 0);
  ASSERT_EQ(container.exec(init, {"iris", "restart", "IRIS"}).code, 0);
  EXPECT_EQ(http_wait_for(IrisContainer::port, "/readyz", 200, within(20s)).status, 200)
      << init.log();
  ASSERT_EQ(container.irisctl(init, {"release"}).code, 0);
  EXPECT_TRUE(init.wait_for_event("iris.up", within(10s))) << init.log();
  EXPECT_TRUE(init.events("command.started").empty()) << init.log();
}

/// `kills`: of each irisdb, the control process first, whether it is killed within the hold.
void expect_death_within_a_hold_is_kept(const std::function<bool(std::size_t, pid_t)>& kills) {
  IrisContainer container;
  container.set("IRIS_INIT_HEALTH_POLL", "1s");
  container.set("IRIS_INIT_RESTART_DELAY", "1s");
  container.set("IRIS_STANDIN_DAEMON_DEATH", "stay");
  container.set("IRIS_STANDIN_CONTROL_DEATH", "stay");
  container.main_outlives_iris();
  Program init = container.start_up();
  ASSERT_EQ(container.irisctl(init, {"hold", "repair"}).code, 0);
  const auto all = descendants_named(init.pid(), "irisdb");
  for (std::size_t i = 0; i < all.size(); ++i)
    if (kills(i, all[i])) ::kill(all[i], SIGKILL);
  // Half dead it goes on saying that it runs, and takes nobody in; that is seen more than once.
  container.fault("session_fault", "hang");
  EXPECT_EQ(http_wait_for(IrisContainer::port, "/readyz", 503, within(10s)).status, 503);
  const auto polls = [] {
    const string metrics = http_get(IrisContainer::port, "/metrics", within(5s)).body;
    const auto at = metrics.find("iris_init_qlist_duration_seconds_count ");
    return at == string::npos ? 0L : std::atol(metrics.c_str() + metrics.find(' ', at));
  };
  const long before = polls();
  ASSERT_TRUE(wait_until([&] { return polls() >= before + 3; }, within(30s)));
  EXPECT_EQ(container.probe("readyz"), 503) << init.log();
  ASSERT_EQ(container.irisctl(init, {"release"}).code, 0);
  ASSERT_TRUE(init.wait_for_event("iris.forcing", within(30s))) << init.log();
  EXPECT_TRUE(init.wait_for_event("iris.up", within(30s))) << init.log();
}

TEST(IrisHold, ADaemonThatDiesWithinAHoldIsNotForgotten) {
  SKIP_WITHOUT_NAMESPACES();
  expect_death_within_a_hold_is_kept([](std::size_t number, pid_t) { return number == 1; });
}

TEST(IrisHold, WhatADeadIrisHasLeftDoesNotServeWithinAHold) {
  SKIP_WITHOUT_NAMESPACES();
  expect_death_within_a_hold_is_kept([](std::size_t, pid_t pid) {
    const auto words = command_line(pid);
    return std::find(words.begin(), words.end(), "-rUSER") == words.end();
  });
}

TEST(IrisHold, AHoldIsOverWhenItsTimeIs) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  Program init = container.start_up();
  ASSERT_EQ(container.irisctl(init, {"hold", "a moment", "--for", "1s"}).code, 0);
  EXPECT_TRUE(init.wait_for_event("iris.up", within(10s))) << init.log();
}

TEST(IrisHold, AHoldIsOverWhenItsTimeIsForTheNextAgentToo) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  Program init = container.start_up();
  const auto before = std::chrono::steady_clock::now();
  ASSERT_EQ(container.irisctl(init, {"hold", "a moment", "--for", "5s"}).code, 0);
  ASSERT_TRUE(init.wait_for_event("iris.held", within(10s))) << init.log();
  ::kill(descendants_named(init.pid(), "iris-agent").front(), SIGKILL);
  ASSERT_TRUE(init.wait_for_event("agent.died", within(10s))) << init.log();
  const auto is_over = [&] {
    init.pump();
    const auto ups = init.events("iris.up");
    return !ups.empty() && ups.back().value("msg", "").starts_with("the hold is over;");
  };
  EXPECT_TRUE(wait_until(is_over, within(30s))) << init.log();
  EXPECT_GE(std::chrono::steady_clock::now() - before, 5s);  // not by the agent's death
  EXPECT_EQ(container.irisctl(init, {"release"}).code, 3);
  EXPECT_EQ(init.events("iris.held").size(), 2U) << init.log();
  EXPECT_EQ(init.events("agent.died").size(), 1U) << init.log();
}

TEST(IrisRestart, OnRequestItStopsAndStarts) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  container.main_outlives_iris();
  Program init = container.start_up();
  const pid_t control = IrisContainer::control_process(init);
  const auto answer = container.irisctl(init, {"restart"});
  ASSERT_EQ(answer.code, 0) << answer.err;
  ASSERT_TRUE(init.wait_for_event("iris.restart_asked", within(10s))) << init.log();
  ASSERT_TRUE(init.wait_for_event("iris.up", within(30s))) << init.log();
  EXPECT_NE(IrisContainer::control_process(init), control);
  EXPECT_TRUE(init.events("iris.forcing").empty()) << init.log();
  EXPECT_EQ(http_wait_for(IrisContainer::port, "/readyz", 200, within(10s)).status, 200);
  EXPECT_EQ(container.exec(init, {"iris", "qlist", "IRIS"}).out.find("^warn^"), string::npos);
}

TEST(IrisRestart, OnRequestWhatSomebodyHasStoppedIsStartedAtOnce) {
  SKIP_WITHOUT_NAMESPACES();
  IrisContainer container;
  container.main_outlives_iris();
  container.set("IRIS_INIT_RESTART_DELAY", "1h");
  Program init = container.start_up();
  ASSERT_EQ(container.exec(init, {"iris", "stop", "IRIS", "quietly"}).code, 0);
  ASSERT_TRUE(init.wait_for_event("iris.down", within(20s))) << init.log();
  const auto answer = container.irisctl(init, {"restart"});
  ASSERT_EQ(answer.code, 0) << answer.err;
  ASSERT_TRUE(init.wait_for_event("iris.up", within(30s))) << init.log();
  EXPECT_TRUE(init.events("iris.forcing").empty()) << init.log();
}

/// The `iris start` of ours that the switch `hold_at` keeps; nullopt: none came in time.
std::optional<pid_t> held_start(const Program& init) {
  std::optional<pid_t> found;
  wait_until(
      [&] {
        for (const pid_t pid : descendants_named(init.pid(), "iris")) {
          const auto words = command_line(pid);
          if (words.size() > 1 && words[1] == "start") found = pid;
        }
        return found.has_value();
      },
      within(30s));
  return found;
}

TEST(IrisRestart, OurStartHasIrisMainsEnvironmentWithTheEffectiveMergeFile) {
  SKIP_WITHOUT_NAMESPACES();
  IrisContainer container;
  container.main_outlives_iris();
  container.set("A_VARIABLE_OF_THE_IMAGE", "two words");
  container.set("NOTIFY_SOCKET", container.dir / "notify");
  Program init = container.start_up();
  container.fault("hold_at", "start_end");
  ASSERT_EQ(container.irisctl(init, {"restart"}).code, 0);
  const auto start = held_start(init);
  ASSERT_TRUE(start) << init.log();
  EXPECT_EQ(environment_of(*start, "ISC_CPF_MERGE_FILE"), container.dir / "run/merge.cpf");
  EXPECT_EQ(environment_of(*start, "A_VARIABLE_OF_THE_IMAGE"), "two words");
  EXPECT_FALSE(environment_of(*start, "NOTIFY_SOCKET"));
  const auto mains = descendants_named(init.pid(), "iris-main");
  ASSERT_EQ(mains.size(), 1U);
  EXPECT_EQ(environment_of(*start), environment_of(mains.front()));
  container.fault("hold_at", "");
  EXPECT_TRUE(init.wait_for_event("iris.up", within(30s))) << init.log();
}

TEST(IrisRestart, WithIrisMainsNostuEveryStartOfOursIsInSingleUserMode) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  container.main_outlives_iris();
  Program init = container.start({}, {"--nostu", "true"});
  ASSERT_TRUE(init.wait_for_event("iris.up", within(30s))) << init.log();
  ASSERT_TRUE(init.wait_for_output("...copied ", within(30s))) << init.out();
  const std::vector<string> single_user{"iris", "start", "IRIS", "nostu", "quietly"};
  container.fault("hold_at", "start_end");
  ASSERT_EQ(container.irisctl(init, {"restart"}).code, 0);
  auto start = held_start(init);
  ASSERT_TRUE(start) << init.log();
  EXPECT_EQ(command_line(*start), single_user);
  container.fault("hold_at", "");
  ASSERT_TRUE(init.wait_for_event("iris.up", within(30s))) << init.log();
  container.fault("hold_at", "start_end");
  ::kill(IrisContainer::control_process(init), SIGKILL);
  start = held_start(init);
  ASSERT_TRUE(start) << init.log();
  EXPECT_EQ(command_line(*start), single_user);
  container.fault("hold_at", "");
  EXPECT_TRUE(init.wait_for_event("iris.up", within(30s))) << init.log();
}

}  // namespace
}  // namespace testing_support
