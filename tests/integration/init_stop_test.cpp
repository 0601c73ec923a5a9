// iris-init's staged stop of a plain program (--stop-timeout).
#include <poll.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>

#include "tests/integration/init_case.h"

namespace testing_support {
namespace {

class InitStop : public InitCase {};
INSTANTIATE_TEST_SUITE_P(, InitStop, ::testing::ValuesIn(released_build()), name_of_build);

constexpr const char* deaf_family =
    "trap '' TERM; sleep 1000 & (sleep 1000 & wait) & echo started; wait; wait; wait";

TEST_P(InitStop, WhatDoesNotHeedTermIsListedAndKilled) {
  Program init = start({"--stop-timeout=1s", "--", "sh", "-c", deaf_family});
  ASSERT_TRUE(init.wait_for_output("started\n", within(20s)));
  init.signal(SIGTERM);
  EXPECT_EQ(init.wait_code(within(20s)), 124) << init.log();
  std::vector<std::string> killed;
  for (const auto& event : init.events("stop.killing")) {
    killed.push_back(event.value("name", ""));
    EXPECT_GT(event.value("pid", 0), 1);
  }
  std::sort(killed.begin(), killed.end());
  EXPECT_EQ(killed, (std::vector<std::string>{"sh", "sh", "sleep", "sleep"}));
  EXPECT_EQ(init.events("stop.begun").size(), 1U);
  expect_json_lines(init);
}

TEST_P(InitStop, WhoHeedsTermIsNotKilledAndGivesItsCode) {
  Program init = start({"--stop-timeout=30s", "--", "sh", "-c",
                        "trap 'exit 7' TERM; echo started; while :; do sleep 0.05; done"});
  ASSERT_TRUE(init.wait_for_output("started\n", within(20s)));
  init.signal(SIGTERM);
  EXPECT_EQ(init.wait_code(within(15s)), 7) << init.log();
  EXPECT_TRUE(init.events("stop.killing").empty());
}

TEST_P(InitStop, TheStopSignalIsWhatWasAskedFor) {
  Program init = start({"--stop-timeout=30s", "--stop-signal=USR2", "--", "sh", "-c",
                        "trap 'exit 9' USR2; echo started; while :; do sleep 0.05; done"});
  ASSERT_TRUE(init.wait_for_output("started\n", within(20s)));
  init.signal(SIGINT);
  EXPECT_EQ(init.wait_code(within(15s)), 9) << init.log();
}

TEST_P(InitStop, ASecondTermDoesNotCutItShort) {
  Program init = start({"--stop-timeout=4s", "--", SIGNAL_PRINTER});
  ASSERT_TRUE(init.wait_for_output("ready\n", within(20s)));
  init.signal(SIGTERM);
  ASSERT_TRUE(init.wait_for_event("stop.begun", within(20s)));
  ASSERT_TRUE(init.wait_for_output("got 15\n", within(20s)));
  for (int i = 0; i < 10; ++i)
    init.signal(SIGTERM);
  EXPECT_EQ(init.wait_exit(within(2s)), std::nullopt);
  EXPECT_EQ(init.wait_code(within(20s)), 124);
  EXPECT_EQ(init.events("stop.begun").size(), 1U);
}

TEST_P(InitStop, OtherSignalsAreStillForwarded) {
  Program init = start({"--stop-timeout=30s", "--", SIGNAL_PRINTER});
  ASSERT_TRUE(init.wait_for_output("ready\n", within(20s)));
  init.signal(SIGHUP);
  EXPECT_TRUE(init.wait_for_output("got 1\n", within(20s)));
}

TEST_P(InitStop, WhatTheProgramLeavesBehindIsEndedToo) {
  Program init =
      start({"--stop-timeout=30s", "--", "sh", "-c", "sleep 1000 & sleep 1000 & exit 3"});
  EXPECT_EQ(init.wait_code(within(15s)), 3) << init.log();
  EXPECT_TRUE(init.events("stop.killing").empty());
}

TEST_P(InitStop, AnOrphanThatIsBornDuringTheKillIsKilledToo) {
  // It bears children all the time, and nobody heeds SIGTERM.
  const std::string fertile =
      "trap '' TERM; f() { while :; do sleep 0.01; done & }; f; f; f; echo started; "
      "while :; do (sleep 0.02 &); sleep 0.01; done";
  Program init = start({"--stop-timeout=1s", "--", "sh", "-c", fertile});
  ASSERT_TRUE(init.wait_for_output("started\n", within(20s)));
  init.signal(SIGTERM);
  EXPECT_EQ(init.wait_code(within(20s)), 124) << init.log();
}

TEST_P(InitStop, ASidecarInASharedPidNamespaceIsLeftAlone) {
  const Program pause = Program::as_pid1({{"sleep", "1000"}});
  const Program sidecar = pause.inside({{"sh", "-c", "exec sleep 1001"}});
  Program init = pause.inside(init_with({"--stop-timeout=1s", "--", "sh", "-c", deaf_family}));
  ASSERT_TRUE(init.wait_for_output("started\n", within(20s)));
  init.signal(SIGTERM);
  EXPECT_EQ(init.wait_code(within(20s)), 124) << init.log();
  EXPECT_TRUE(is_alive(pause.pid()));
  EXPECT_TRUE(is_alive(sidecar.pid()));
  for (const auto& event : init.events("stop.killing")) {
    const std::string name = event.value("name", "");
    EXPECT_TRUE(name == "sh" || name == "sleep") << name;
  }
  EXPECT_EQ(init.events("stop.killing").size(), 4U) << init.log();
}

TEST_P(InitStop, ALogThatNobodyReadsNeverBlocksIt) {
  Launch launch = init_with({"--stop-timeout=1s", "--", "sh", "-c", deaf_family});
  launch.log_is_read = false;
  launch.before_exec = [] {
    pollfd room{STDERR_FILENO, POLLOUT, 0};
    const std::string block(4096, 'x');
    while (::poll(&room, 1, 0) == 1 && (room.revents & POLLOUT) != 0) {
      if (::write(STDERR_FILENO, block.data(), block.size()) < 0) break;
    }
  };
  Program init = Program::as_pid1(launch);
  ASSERT_TRUE(init.wait_for_output("started\n", within(20s)));
  init.signal(SIGTERM);
  EXPECT_EQ(init.wait_code(within(20s)), 124);
}

TEST_P(InitStop, AClosedLogDoesNotEndIt) {
  Launch launch = init_with({"--stop-timeout=1s", "--", "sh", "-c", deaf_family});
  launch.before_exec = [] {
    int ends[2] = {-1, -1};
    if (::pipe(ends) != 0) return;
    ::close(ends[0]);
    ::dup2(ends[1], STDERR_FILENO);
    ::close(ends[1]);
  };
  Program init = Program::as_pid1(launch);
  ASSERT_TRUE(init.wait_for_output("started\n", within(20s)));
  init.signal(SIGTERM);
  EXPECT_EQ(init.wait_code(within(20s)), 124);
}

TEST_P(InitStop, EachStepIsToldWithItsDeadlineAndWhoSetIt) {
  Launch launch = init_with({"--stop-timeout=9s", "--", SIGNAL_PRINTER});
  launch.environment = {"IRIS_INIT_STOP_DRAIN_DELAY=500ms"};
  Program init = Program::as_pid1(launch);
  ASSERT_TRUE(init.wait_for_output("ready\n", within(20s)));
  init.signal(SIGTERM);
  const auto announce = init.wait_for_event("stop.step", within(20s));
  ASSERT_TRUE(announce) << init.log();
  EXPECT_EQ(announce->value("step", ""), "announce");
  EXPECT_NEAR(announce->value("deadline_ms", 0), 500, 100);
  EXPECT_EQ(announce->value("set_by", ""), "IRIS_INIT_STOP_DRAIN_DELAY");
  EXPECT_EQ(init.out(), "ready\n");  // the program is not asked before the drain delay is over
  const auto ask = init.wait_for_event("stop.step", within(20s));
  ASSERT_TRUE(ask) << init.log();
  EXPECT_EQ(ask->value("step", ""), "ask");
  EXPECT_GT(ask->value("deadline_ms", 0), 7000);
  EXPECT_EQ(ask->value("set_by", ""), "--stop-timeout");
  EXPECT_TRUE(init.wait_for_output("got 15\n", within(20s)));
}

TEST_P(InitStop, WhatMainLeavesBehindGetsItsGrace) {
  const std::string family =
      "(trap 'sleep 1; echo flushed; exit' TERM; echo ready; while :; do sleep 0.02; done) & "
      "exec sleep 0.3";
  Program init = start({"--stop-timeout=30s", "--", "sh", "-c", family});
  EXPECT_EQ(init.wait_code(within(20s)), 0) << init.log();
  EXPECT_NE(init.out().find("flushed\n"), std::string::npos) << init.out();
  EXPECT_TRUE(init.events("stop.killing").empty());
}

TEST_P(InitStop, WhatMainLeavesBehindGetsItsGraceWithoutADescriptorToBeHad) {
  const TempDir dir;
  const std::string wait_for_go =
      "while test -e " + dir.write("wait", "") + "; do sleep 0.02; done";
  const std::string family = "(trap 'echo asked; " + wait_for_go + "; echo flushed; exit' TERM; " +
                             "echo ready; while :; do sleep 0.02; done) & exec tail -f /dev/null";
  Program init = start({"--stop-timeout=30s", "--", "sh", "-c", family});
  ASSERT_TRUE(init.wait_for_output("ready\n", within(20s)));
  ASSERT_TRUE(
      wait_until([&] { return !descendants_named(init.pid(), "tail").empty(); }, within(20s)));
  const pid_t main = descendants_named(init.pid(), "tail").front();
  rlimit before{};
  ASSERT_EQ(::prlimit(init.pid(), RLIMIT_NOFILE, nullptr, &before), 0);
  const rlimit none{0, before.rlim_max};
  ASSERT_EQ(::prlimit(init.pid(), RLIMIT_NOFILE, &none, nullptr), 0);
  ::kill(main, SIGKILL);
  EXPECT_TRUE(init.wait_for_output("asked\n", within(20s))) << init.log();
  // A sanitizer needs some at the end.
  EXPECT_EQ(::prlimit(init.pid(), RLIMIT_NOFILE, &before, nullptr), 0);
  std::filesystem::remove(dir / "wait");
  EXPECT_EQ(init.wait_code(within(20s)), 137) << init.log();
  EXPECT_NE(init.out().find("flushed\n"), std::string::npos) << init.out();
}

TEST_P(InitStop, TheStopSignalItselfBeginsIt) {
  Program init = start({"--stop-timeout=30s", "--stop-signal=QUIT", "--", "sh", "-c",
                        "trap 'exit 9' QUIT; echo started; while :; do sleep 0.05; done"});
  ASSERT_TRUE(init.wait_for_output("started\n", within(20s)));
  init.signal(SIGQUIT);
  EXPECT_EQ(init.wait_code(within(15s)), 9) << init.log();
  EXPECT_EQ(init.events("stop.begun").size(), 1U);
}

TEST_P(InitStop, RemappedCodesAreSuccessAfterAStopToo) {
  Program init =
      start({"-e", "143", "--stop-timeout=30s", "--", "sh", "-c", "echo started; exec sleep 1000"});
  ASSERT_TRUE(init.wait_for_output("started\n", within(20s)));
  init.signal(SIGTERM);
  EXPECT_EQ(init.wait_code(within(15s)), 0) << init.log();
}

TEST_P(InitStop, OfManyAHundredAreNamedAndAllAreKilled) {
  const std::string many =
      "trap '' TERM; i=0; while [ $i -lt 149 ]; do sleep 1000 & i=$((i+1)); done; "
      "echo started; wait; wait; wait";
  Program init = start({"--stop-timeout=1s", "--", "sh", "-c", many});
  ASSERT_TRUE(init.wait_for_output("started\n", within(20s)));
  init.signal(SIGTERM);
  EXPECT_EQ(init.wait_code(within(20s)), 124) << init.log();
  const auto killed = init.events("stop.killing");
  ASSERT_EQ(killed.size(), 101U);
  EXPECT_EQ(killed.back().value("msg", ""), "and 50 more");
}

TEST_P(InitStop, WithoutProcItStillEndsThemAll) {
  Launch launch = init_with({"--stop-timeout=1s", "--", "sh", "-c", deaf_family});
  launch.before_exec = [] { ::umount2("/proc", MNT_DETACH); };
  Program init = Program::as_pid1(launch);
  ASSERT_TRUE(init.wait_for_output("started\n", within(20s)));
  std::vector<pid_t> family;
  ASSERT_TRUE(wait_until(
      [&] {
        family = descendants_of(init.pid());
        return family.size() == 4;
      },
      within(20s)));
  init.signal(SIGTERM);
  EXPECT_EQ(init.wait_code(within(20s)), 124) << init.log();
  for (const pid_t pid : family)
    EXPECT_FALSE(is_alive(pid));
}

}  // namespace
}  // namespace testing_support
