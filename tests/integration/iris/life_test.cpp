// Death and return, in place.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "tests/integration/harness/old_seccomp.h"
#include "tests/integration/iris/container.h"

namespace testing_support {
namespace {

using std::string;

TEST(IrisLife, AKilledControlProcessIsSeenAtOnceAndIrisComesBack) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  container.fault("start_ms", "1000");
  container.main_outlives_iris();
  Program init = container.start_up();
  ::kill(IrisContainer::control_process(init), SIGKILL);
  ASSERT_TRUE(init.wait_for_event("iris.forcing", within(10s))) << init.log();
  EXPECT_EQ(container.probe("readyz"),
            503);  // although shared memory is there and qlist says running
  EXPECT_EQ(container.probe("livez"), 200);
  EXPECT_EQ(container.probe("startupz"), 200);
  ASSERT_TRUE(init.wait_for_event("iris.up", within(30s))) << init.log();
  EXPECT_EQ(http_wait_for(IrisContainer::port, "/readyz", 200, within(10s)).status, 200);
  EXPECT_EQ(init.events("iris.restarting").size(), 1U) << init.log();
  // What PID 1 did is told as well, also by the next agent; it has not been up since that began.
  const auto time_of = [&](const char* what) {
    const string told = container.irisctl(init, {"status", "-o", "json"}).out;
    return nlohmann::json::parse(told).at(what).get<std::int64_t>();
  };
  const std::int64_t since = time_of("since");
  ASSERT_TRUE(wait_until([&] { return time_of("now") >= since + 3; }, within(20s)));
  ::kill(descendants_named(init.pid(), "iris-agent").front(), SIGKILL);
  ASSERT_TRUE(init.wait_for_event("http.listening", within(10s))) << init.log();
  EXPECT_TRUE(wait_until(
      [&] {
        const string told = container.irisctl(init, {"status", "-o", "json"}).out;
        return told.find("iris force exited") != string::npos &&
               told.find("iris start exited with code 0") != string::npos &&
               told.find("agent.died") != string::npos;
      },
      within(20s)));
  EXPECT_LE(time_of("since"), since + 1);  // of rounding
}

TEST(IrisLife, AKilledWriteDaemonIsSeenToo) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  container.main_outlives_iris();
  Program init = container.start_up();
  const auto daemons = descendants_named(init.pid(), "irisdb");
  ASSERT_GE(daemons.size(), 3U);
  ::kill(daemons.at(1), SIGKILL);
  ASSERT_TRUE(init.wait_for_event("iris.forcing", within(10s))) << init.log();
  EXPECT_TRUE(init.wait_for_event("iris.up", within(30s))) << init.log();
}

TEST(IrisLife, ADaemonThatDoesNotSurviveTheStartIsMissed) {
  SKIP_WITHOUT_NAMESPACES();
  IrisContainer container;
  container.main_outlives_iris();
  container.set("IRIS_INIT_HEALTH_POLL", "1s");
  Program init = container.start_up();
  container.fault("hold_at", "start_end");
  ::kill(IrisContainer::control_process(init), SIGKILL);
  ASSERT_TRUE(init.wait_for_event("iris.restarting", within(30s))) << init.log();
  std::vector<pid_t> daemons;
  ASSERT_TRUE(wait_until(
      [&] {
        daemons = descendants_named(init.pid(), "irisdb");
        return daemons.size() >= 4;
      },
      within(20s)));
  // It looks at them ten times a second: by the second look it knows them.
  ASSERT_TRUE(
      wait_until([&, end = within(1s)] { return milliseconds_left(end) == 0; }, within(5s)));
  ::kill(daemons.at(1), SIGKILL);
  container.fault("hold_at", "");
  const auto up = init.wait_for_event("iris.up", within(30s));
  ASSERT_TRUE(up) << init.log();
  if (IrisContainer::has_fact("daemon_death", "end")) return;  // then the start itself has failed
  ASSERT_TRUE(wait_until(
      [&] {
        init.pump();
        return init.events("iris.forcing").size() == 2;
      },
      within(40s)))
      << init.log();
  EXPECT_TRUE(init.wait_for_event("iris.up", within(30s))) << init.log();
  EXPECT_EQ(http_wait_for(IrisContainer::port, "/readyz", 200, within(10s)).status, 200);
}

TEST(IrisLife, ASuspensionIsNoDeathThoughAHelperOfTheStartHadADaemonsLock) {
  SKIP_WITHOUT_NAMESPACES();
  if (::access("/usr/bin/perl", X_OK) != 0) GTEST_SKIP() << "no /usr/bin/perl here";
  IrisContainer container;
  container.set("IRIS_INIT_HEALTH_POLL", "1s");
  container.set("IRIS_STANDIN_FROZEN_HEALTH", "hung");
  container.set("IRIS_STANDIN_LOCK_KIND", "posix");
  container.fault("hold_at", "start_end");
  Program init = container.start();
  const string helper = container.dir.copy("/usr/bin/perl", "helper/irisdb");
  const string ilock = container.dir / "data/iris/mgr/ilock",
               stays = container.dir.write("stays", "");
  ASSERT_TRUE(
      wait_until([&] { return descendants_named(init.pid(), "irisdb").size() >= 4; }, within(20s)));
  // struct flock of a 64-bit machine; another section than any daemon's.
  const string code =
      "use Fcntl; open(my $f, '+<', '" + ilock +
      "') or die; my $l = pack('s s x4 q q i x4', F_WRLCK, 0, 1 << 20, 1, 0); "
      "fcntl($f, F_SETLK, $l) or die; select(undef, undef, undef, 0.02) while -e '" +
      stays + "';";
  ASSERT_EQ(
      container
          .exec(init, {"sh", "-c", "\"$0\" -e \"$1\" </dev/null >/dev/null 2>&1 &", helper, code})
          .code,
      0);
  ASSERT_TRUE(
      wait_until([&] { return descendants_named(init.pid(), "irisdb").size() == 6; }, within(20s)));
  // It is looked at with each qlist, every half second.
  ASSERT_TRUE(
      wait_until([&, end = within(3s)] { return milliseconds_left(end) == 0; }, within(9s)));
  ASSERT_EQ(descendants_named(init.pid(), "irisdb").size(), 6U);
  std::filesystem::remove(stays);
  ASSERT_TRUE(
      wait_until([&] { return descendants_named(init.pid(), "irisdb").size() == 5; }, within(20s)));
  container.fault("hold_at", "");
  ASSERT_TRUE(init.wait_for_event("iris.up", within(30s))) << init.log();
  ASSERT_EQ(container.session(init, "##class(Backup.General).ExternalFreeze()"), 5);
  ASSERT_TRUE(init.wait_for_event("freeze.foreign", within(30s))) << init.log();
  EXPECT_TRUE(init.events("iris.forcing").empty()) << init.log();
  EXPECT_EQ(container.irisctl(init, {"thaw", "--foreign"}).code, 4);
  EXPECT_EQ(http_wait_for(IrisContainer::port, "/readyz", 200, within(20s)).status, 200);
  EXPECT_TRUE(init.events("iris.forcing").empty()) << init.log();
}

TEST(IrisLife, UnderASeccompProfileThatAnswersEpermADeathIsSeenAsWell) {
  SKIP_WITHOUT_NAMESPACES();
  IrisContainer container;
  container.before_exec = install_old_seccomp_profile;
  container.main_outlives_iris();
  container.set("IRIS_STANDIN_CONTROL_DEATH", "stay");  // else the stand-in needs pidfds
  Program init = container.start_up();
  ::kill(IrisContainer::control_process(init), SIGKILL);
  ASSERT_TRUE(init.wait_for_event("iris.forcing", within(10s))) << init.log();
  ASSERT_TRUE(init.wait_for_event("iris.up", within(30s))) << init.log();
  EXPECT_EQ(container.irisctl(init, {"freeze"}).code, 0) << init.log();
  init.signal(SIGTERM);
  EXPECT_EQ(init.wait_code(within(30s)), 0) << init.log();
}

TEST(IrisLife, ADatabaseThatIsKilledAsAWholeComesBack) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  container.main_outlives_iris();
  Program init = container.start_up();
  for (const pid_t pid : descendants_named(init.pid(), "irisdb"))
    ::kill(pid, SIGKILL);
  ASSERT_TRUE(init.wait_for_event("iris.up", within(30s))) << init.log();
  EXPECT_EQ(http_wait_for(IrisContainer::port, "/readyz", 200, within(10s)).status, 200);
}

TEST(IrisLife, AnIrisMainThatEndsWithItsIrisEndsTheContainer) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  container.fault("main_outlives_iris", "ends");
  container.fault("merge_poll_ms", "10");
  Program init = container.start_up();
  for (const pid_t pid : descendants_named(init.pid(), "irisdb"))
    ::kill(pid, SIGKILL);
  EXPECT_EQ(init.wait_code(within(60s)), 1) << init.log();
  EXPECT_TRUE(init.events("stop.forced").empty()) << init.log();
  // Whether a start in place was under way or over, what the next container finds is whole.
  Program again = container.start();
  EXPECT_TRUE(again.wait_for_event("iris.up", within(30s))) << again.log();
}

TEST(IrisLife, ACleanStopByHandIsLeftAloneForTheDelay) {
  SKIP_WITHOUT_NAMESPACES();
  IrisContainer container;
  container.set("IRIS_INIT_RESTART_DELAY", "1s");
  Program init = container.start_up();
  EXPECT_EQ(container.exec(init, {"iris", "stop", "IRIS", "quietly"}).code, 0);
  if (IrisContainer::has_fact("main_outlives_iris", "ends")) {
    EXPECT_EQ(init.wait_code(within(30s)), 1) << init.log();  // its end is the container's
    return;
  }
  ASSERT_TRUE(init.wait_for_event("iris.down", within(10s))) << init.log();
  EXPECT_EQ(container.probe("readyz"), 503);
  const string metrics = http_get(IrisContainer::port, "/metrics", within(5s)).body;
  EXPECT_NE(metrics.find("iris_init_state{state=\"down\"} 1\n"), string::npos);
  ASSERT_TRUE(init.wait_for_event("iris.up", within(30s))) << init.log();
  EXPECT_TRUE(init.events("iris.forcing").empty()) << init.log();
}

TEST(IrisLife, ARestartByHandIsNotRaced) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  container.main_outlives_iris();
  Program init = container.start_up();
  const auto restarted = container.exec(init, {"iris", "restart", "IRIS"});
  EXPECT_EQ(restarted.code, 0) << restarted.out << restarted.err;
  EXPECT_EQ(http_wait_for(IrisContainer::port, "/readyz", 200, within(30s)).status, 200)
      << init.log();
  init.pump();
  EXPECT_TRUE(init.events("command.started").empty()) << init.log();  // nothing of ours was run
}

/// SIGCONT: the agent, which could not look meanwhile, sees it late; SIGKILL: the next agent does.
void expect_restart_by_hand_is_not_undone(int signal) {
  const IrisContainer container;
  container.main_outlives_iris();
  Program init = container.start_up();
  const pid_t agent = descendants_named(init.pid(), "iris-agent").front();
  ::kill(agent, SIGSTOP);
  const auto restarted = container.exec(init, {"iris", "restart", "IRIS"});
  ::kill(agent, signal);
  EXPECT_EQ(restarted.code, 0) << restarted.out << restarted.err;
  EXPECT_TRUE(init.wait_for_event("iris.up", within(30s))) << init.log();
  EXPECT_EQ(http_wait_for(IrisContainer::port, "/readyz", 200, within(30s)).status, 200)
      << init.log();
  init.pump();
  EXPECT_TRUE(init.events("command.started").empty()) << init.log();
}

TEST(IrisLife, ARestartByHandThatIsSeenTooLateIsNotUndone) {
  SKIP_WITHOUT_NAMESPACES();
  expect_restart_by_hand_is_not_undone(SIGCONT);
}

TEST(IrisLife, ARestartByHandWithoutAnAgentIsNotUndone) {
  SKIP_WITHOUT_NAMESPACES();
  expect_restart_by_hand_is_not_undone(SIGKILL);
}

/// The daemons are killed while the agent cannot look, and processes of users live on. SIGCONT: it
/// sees that late; SIGKILL: the next agent does.
void expect_what_is_left_is_forced(int signal) {
  const IrisContainer container;
  container.main_outlives_iris();
  container.fault("control_death", "stay");
  Program init = container.start_up();
  const pid_t agent = descendants_named(init.pid(), "iris-agent").front();
  ::kill(agent, SIGSTOP);
  for (const pid_t pid : descendants_named(init.pid(), "irisdb")) {
    const auto words = command_line(pid);
    if (std::find(words.begin(), words.end(), "-rUSER") == words.end()) ::kill(pid, SIGKILL);
  }
  ::kill(agent, signal);
  ASSERT_TRUE(init.wait_for_event("iris.forcing", within(20s))) << init.log();
  EXPECT_TRUE(init.wait_for_event("iris.up", within(30s))) << init.log();
}

TEST(IrisLife, WhatADeadIrisHasLeftIsForced) {
  SKIP_WITHOUT_NAMESPACES();
  expect_what_is_left_is_forced(SIGCONT);
}

TEST(IrisLife, WhatADeadIrisHasLeftIsForcedByTheNextAgent) {
  SKIP_WITHOUT_NAMESPACES();
  expect_what_is_left_is_forced(SIGKILL);
}

TEST(IrisLife, WhenTheRestartsAreUsedUpTheContainerEnds) {
  SKIP_WITHOUT_NAMESPACES();
  IrisContainer container;
  container.set("IRIS_INIT_RESTART_LIMIT", "1");
  container.main_outlives_iris();
  Program init = container.start_up();
  ::kill(IrisContainer::control_process(init), SIGKILL);
  ASSERT_TRUE(init.wait_for_event("iris.restarting", within(20s))) << init.log();
  ASSERT_TRUE(init.wait_for_event("iris.up", within(30s))) << init.log();
  ::kill(IrisContainer::control_process(init), SIGKILL);
  EXPECT_EQ(init.wait_code(within(60s)), 75) << init.log();
  EXPECT_EQ(init.events("iris.given_up").size(), 1U) << init.log();
}

TEST(IrisLife, HooksOfIrisMainMeanExitInsteadOfARestartInPlace) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  Program init = container.start({}, {"--before", "true"});
  ASSERT_TRUE(init.wait_for_event("iris.up", within(30s))) << init.log();
  ASSERT_TRUE(init.wait_for_output("...copied ", within(30s)));
  ::kill(IrisContainer::control_process(init), SIGKILL);
  EXPECT_EQ(init.wait_code(within(60s)), 75) << init.log();
}

TEST(IrisLife, AKilledAgentCostsNothingButAMoment) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  container.main_outlives_iris();
  Program init = container.start_up();
  const pid_t control = IrisContainer::control_process(init);
  const auto agents = descendants_named(init.pid(), "iris-agent");
  ASSERT_FALSE(agents.empty());  // what it is about to execute has its name for a moment, too
  ::kill(agents.front(), SIGKILL);
  ASSERT_TRUE(init.wait_for_event("agent.died", within(10s))) << init.log();
  EXPECT_EQ(http_wait_for(IrisContainer::port, "/readyz", 200, within(10s)).status, 200)
      << init.log();
  EXPECT_EQ(IrisContainer::control_process(init), control);
  ::kill(control, SIGKILL);  // the new one watches what the old one watched
  EXPECT_TRUE(init.wait_for_event("iris.forcing", within(10s))) << init.log();
  EXPECT_TRUE(init.wait_for_event("iris.restarting", within(10s))) << init.log();
}

TEST(IrisLife, ADeathWhileTheAgentIsAwayIsFound) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  container.main_outlives_iris();
  Program init = container.start_up();
  const auto agents = descendants_named(init.pid(), "iris-agent");
  ASSERT_FALSE(agents.empty());     // what it is about to execute has its name for a moment, too
  ::kill(agents.front(), SIGSTOP);  // it cannot see what follows
  ::kill(IrisContainer::control_process(init), SIGKILL);
  ::kill(agents.front(), SIGKILL);
  EXPECT_TRUE(init.wait_for_event("iris.forcing", within(10s))) << init.log();
  EXPECT_TRUE(init.wait_for_event("iris.restarting", within(10s))) << init.log();
  ASSERT_TRUE(init.wait_for_event("iris.up", within(30s))) << init.log();
  // And what the first agent watched is history.
  EXPECT_EQ(http_wait_for(IrisContainer::port, "/readyz", 200, within(10s)).status, 200);
  init.signal(SIGTERM);
  EXPECT_EQ(init.wait_code(within(30s)), 0) << init.log();
  EXPECT_EQ(init.events("iris.restarting").size(), 1U) << init.log();
}

TEST(IrisLife, ARestartThatFailsWhileTheAgentIsAwayIsNotCalledUp) {
  SKIP_WITHOUT_NAMESPACES();
  IrisContainer container;
  container.main_outlives_iris();
  Program init = container.start_up();
  const auto commands = [&](const string& event, std::size_t count) {
    return wait_until(
        [&] {
          init.pump();
          return init.events(event).size() >= count;
        },
        within(20s));
  };
  container.fault("start_fault", "hang");
  for (const pid_t pid : descendants_named(init.pid(), "irisdb"))
    ::kill(pid, SIGKILL);
  ASSERT_TRUE(commands("command.started", 2)) << init.log();  // the force, and the start
  const pid_t agent = descendants_named(init.pid(), "iris-agent").front();
  ::kill(agent, SIGSTOP);  // it cannot see what follows
  container.fault("start_fault", "exit:1");
  ASSERT_TRUE(commands("command.ended", 2)) << init.log();
  ::kill(agent, SIGKILL);
  ASSERT_TRUE(init.wait_for_event("iris.pausing", within(30s))) << init.log();
  EXPECT_EQ(init.events("iris.up").size(), 1U) << init.log();
  container.fault("start_fault", "");
  EXPECT_TRUE(init.wait_for_event("iris.up", within(60s))) << init.log();
}

}  // namespace
}  // namespace testing_support
