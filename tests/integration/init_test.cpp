// iris-init as PID 1 of a plain program: what tini does, and no more.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "tests/integration/init_case.h"

namespace testing_support {
namespace {

class PlainInit : public InitCase {};
INSTANTIATE_TEST_SUITE_P(, PlainInit, ::testing::ValuesIn(init_builds()), name_of_build);

TEST_P(PlainInit, EndsWithTheProgramsCode) {
#ifdef __SANITIZE_ADDRESS__
  constexpr int step = 17;  // a process takes long to start there
#else
  constexpr int step = 1;
#endif
  for (int code = 0; code <= 255; code += step) {
    Program init = start({"--", "sh", "-c", "exit " + std::to_string(code)});
    ASSERT_EQ(init.wait_exit(within(20s)), code << 8) << init.log();
    ASSERT_EQ(init.log(), "");
  }
}

TEST_P(PlainInit, EndsWith128AndTheSignalThatEndedTheProgram) {
  for (const int number :
       {SIGHUP, SIGINT, SIGQUIT, SIGABRT, SIGKILL, SIGUSR1, SIGSEGV, SIGTERM, 34, 64}) {
    Program init = start({"sh", "-c", "ulimit -c 0; kill -" + std::to_string(number) + " $$"});
    EXPECT_EQ(init.wait_exit(within(20s)), (128 + number) << 8) << init.log();
  }
}

TEST_P(PlainInit, SaysWhenTheProgramCannotBeStarted) {
  Program missing = start({"/no/such/program"});
  EXPECT_EQ(missing.wait_code(within(20s)), 127);
  EXPECT_EQ(missing.log(),
            "cannot execute '/no/such/program': No such file or directory; is it installed and in "
            "PATH?\n");
  Program directory = start({"--", "/tmp"});
  EXPECT_EQ(directory.wait_code(within(20s)), 126);
  EXPECT_EQ(directory.log(), "cannot execute '/tmp': Permission denied\n");
}

TEST_P(PlainInit, WrongUseIsOneLineAndCode1) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"--nonsense", "true"}, {"--stop-timeout=soon", "true"}, {}}) {
    Program init = start(words);
    EXPECT_EQ(init.wait_code(within(20s)), 1);
    EXPECT_EQ(init.log_lines().size(), 1U) << init.log();
    EXPECT_TRUE(init.log().starts_with("iris-init: ")) << init.log();
    EXPECT_EQ(init.out(), "");
  }
}

TEST_P(PlainInit, TellsHelpAndVersionOnStandardOutput) {
  Program help = start({"--help"});
  EXPECT_EQ(help.wait_code(within(20s)), 0);
  EXPECT_TRUE(help.out().starts_with("Usage: iris-init")) << help.out();
  Program version = start({"--version"});
  EXPECT_EQ(version.wait_code(within(20s)), 0);
  EXPECT_TRUE(version.out().starts_with("iris-init ")) << version.out();
}

TEST_P(PlainInit, ForwardsEverySignalThatCanBe) {
  Program init = start({SIGNAL_PRINTER});
  ASSERT_TRUE(init.wait_for_output("ready\n", within(20s)));
  // Faults too, when somebody sends them, and the two that the C libraries keep for themselves.
  const std::vector<int> not_forwarded{SIGKILL, SIGSTOP, SIGCHLD, SIGTTIN, SIGTTOU};
  for (int number = 1; number <= 64; ++number) {
    if (std::find(not_forwarded.begin(), not_forwarded.end(), number) != not_forwarded.end())
      continue;
    init.signal(number);
    EXPECT_TRUE(init.wait_for_output("got " + std::to_string(number) + "\n", within(20s)))
        << number;
    if (HasFailure()) break;
  }
}

TEST_P(PlainInit, ATerminalsStopSignalsAndSigchldAreNotForwarded) {
  Program init = start({SIGNAL_PRINTER});
  ASSERT_TRUE(init.wait_for_output("ready\n", within(20s)));
  for (const int number : {SIGCHLD, SIGTTIN, SIGTTOU})
    init.signal(number);
  init.signal(SIGUSR1);
  ASSERT_TRUE(init.wait_for_output("got 10\n", within(20s)));
  init.signal(SIGUSR2);
  ASSERT_TRUE(init.wait_for_output("got 12\n", within(20s)));
  EXPECT_EQ(init.out(), "ready\ngot 10\ngot 12\n");
}

TEST_P(PlainInit, AStormOfOneSignalLosesNoOther) {
  Program init = start({SIGNAL_PRINTER});
  ASSERT_TRUE(init.wait_for_output("ready\n", within(20s)));
  for (int i = 0; i < 20'000; ++i)
    init.signal(SIGUSR1);
  init.signal(SIGTERM);
  EXPECT_TRUE(init.wait_for_output("got 15\n", within(20s)));
  EXPECT_NE(init.out().find("got 10\n"), std::string::npos);
}

TEST_P(PlainInit, ReapsTwoThousandOrphans) {
  Program init = start({ORPHAN_MAKER, "2000"});
  ASSERT_TRUE(init.wait_for_output("done\n", within(40s)));
  EXPECT_TRUE(wait_until(
      [&] { return zombies_of(init.pid()) == 0 && descendants_of(init.pid()).size() == 1; },
      within(20s)));
  EXPECT_EQ(init.wait_exit(within(1ms)), std::nullopt);
}

TEST_P(PlainInit, TheProgramGetsMaskAndIgnoredSignalsBack) {
  Launch launch = init_with({"sh", "-c", "echo started; exec sleep 1000"});
  launch.before_exec = [] {
    ::signal(SIGUSR1, SIG_IGN);
    ::signal(SIGHUP, SIG_IGN);
    sigset_t blocked;
    ::sigemptyset(&blocked);
    ::sigaddset(&blocked, SIGUSR2);
    ::sigprocmask(SIG_SETMASK, &blocked, nullptr);
  };
  Program init = Program::as_pid1(launch);
  ASSERT_TRUE(init.wait_for_output("started\n", within(20s)));
  const std::vector<pid_t> children = descendants_of(init.pid());
  ASSERT_EQ(children.size(), 1U);
  const auto bit = [](int number) { return std::uint64_t{1} << (number - 1); };
  EXPECT_EQ(signal_set(children[0], "SigBlk"), bit(SIGUSR2));
  EXPECT_EQ(signal_set(children[0], "SigIgn"), bit(SIGUSR1) | bit(SIGHUP));
}

TEST_P(PlainInit, TheProgramGetsTheDescriptorsThatWereHandedToUs) {
  Launch launch = init_with({"sh", "-c", "echo started; exec sleep 1000"});
  launch.before_exec = [] {
    ::dup2(STDOUT_FILENO, 9);
    ::dup2(STDOUT_FILENO, 250);
  };
  Program init = Program::as_pid1(launch);
  ASSERT_TRUE(init.wait_for_output("started\n", within(20s)));
  ASSERT_TRUE(
      wait_until([&] { return !descendants_named(init.pid(), "sleep").empty(); }, within(20s)));
  const std::vector<int> theirs = descriptors_of(descendants_named(init.pid(), "sleep")[0]);
  for (const int fd : {0, 1, 2, 9, 250})
    EXPECT_NE(std::find(theirs.begin(), theirs.end(), fd), theirs.end()) << fd;
}

TEST_P(PlainInit, TheThreeDescriptorsStayBlocking) {
  Program init = start({"sh", "-c", "grep -h flags /proc/self/fdinfo/1 /proc/self/fdinfo/2"});
  EXPECT_EQ(init.wait_code(within(20s)), 0);
  EXPECT_EQ(init.out().find("04"), std::string::npos) << init.out();  // O_NONBLOCK is 04000
}

TEST_P(PlainInit, NothingHappensWhileNothingHappens) {
  Program init = start({"sh", "-c", "echo started; exec sleep 1000"});
  ASSERT_TRUE(init.wait_for_output("started\n", within(20s)));
  const auto switches = [&] { return status_field(init.pid(), "voluntary_ctxt_switches"); };
  // It sleeps once it waits in ppoll(): the number has stopped growing.
  ASSERT_TRUE(
      wait_until([&] { return status_field(init.pid(), "State").starts_with("S"); }, within(20s)));
  const std::string before = switches();
  ASSERT_NE(before, "");
  EXPECT_FALSE(init.wait_for_output("never said", within(1s)));
  EXPECT_EQ(switches(), before);
}

TEST_P(PlainInit, TheProgramHasAGroupOfItsOwn) {
  Program init = start({"sh", "-c", "echo started; exec sleep 1000"});
  ASSERT_TRUE(init.wait_for_output("started\n", within(20s)));
  const std::vector<pid_t> children = descendants_of(init.pid());
  ASSERT_EQ(children.size(), 1U);
  EXPECT_EQ(::getpgid(children[0]), children[0]);
}

TEST_P(PlainInit, OneThreadIsAllItHas) {
  Program init = start({"sh", "-c", "echo started; exec sleep 1000"});
  ASSERT_TRUE(init.wait_for_output("started\n", within(20s)));
  EXPECT_EQ(status_field(init.pid(), "Threads"), "1");
}

/// As a user who may have one process only, which is PID 1 itself.
Launch without_room(Launch launch) {
  // A leak check needs a process of its own.
  launch.environment.emplace_back("ASAN_OPTIONS=detect_leaks=0");
  launch.before_exec = [] {
    const rlimit one{1, 1000};
    ::setrlimit(RLIMIT_NPROC, &one);
    if (::setgid(crowded_user) != 0 || ::setuid(crowded_user) != 0) ::_exit(120);
  };
  return launch;
}

TEST_P(PlainInit, AForkThatIsRefusedIsToldAndTriedAgain) {
  if (::geteuid() != 0) GTEST_SKIP() << "becoming another user needs root";
  Program init = Program::as_pid1(without_room(init_with({"echo", "hello"})));
  const auto delayed = init.wait_for_event("start.delayed", within(20s));
  ASSERT_TRUE(delayed) << init.log();
  EXPECT_NE(delayed->value("msg", "").find("Resource temporarily unavailable"), std::string::npos);
  ASSERT_TRUE(limit_processes(init.pid(), 1000));
  EXPECT_EQ(init.wait_code(within(20s)), 0) << init.log();
  EXPECT_EQ(init.out(), "hello\n");
  EXPECT_EQ(init.log_lines().size(), 1U) << "it is told once: " << init.log();
}

TEST_P(PlainInit, AStopWhileForkIsRefusedIsHeard) {
  if (::geteuid() != 0) GTEST_SKIP() << "becoming another user needs root";
  for (const bool staged : {false, true}) {
    std::vector<std::string> words{"echo", "hello"};
    if (staged) words.insert(words.begin(), "--stop-timeout=5s");
    Program init = Program::as_pid1(without_room(init_with(words)));
    ASSERT_TRUE(init.wait_for_event("start.delayed", within(20s))) << init.log();
    init.signal(SIGTERM);
    EXPECT_EQ(init.wait_code(within(20s)), 128 + SIGTERM) << init.log();
  }
}

TEST_P(PlainInit, StartsWithoutADescriptorToBeHad) {
  if (GetParam().name != std::string{"musl"})
    GTEST_SKIP() << "a dynamic program needs descriptors to be loaded";
  Launch launch = init_with({"--", GetParam().path, "--version"});
  launch.before_exec = [] {
    constexpr rlimit three{3, 3};
    ::setrlimit(RLIMIT_NOFILE, &three);
  };
  Program init = Program::as_pid1(launch);
  EXPECT_EQ(init.wait_code(within(20s)), 0) << init.log();
  EXPECT_TRUE(init.out().starts_with("iris-init ")) << init.out();
}

}  // namespace
}  // namespace testing_support
