// The harness itself: what the other tests rely on.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/integration/harness/http_client.h"
#include "tests/integration/harness/namespaces.h"
#include "tests/integration/harness/processes.h"
#include "tests/integration/harness/program.h"
#include "tests/integration/harness/temp_dir.h"

namespace testing_support {
namespace {

TEST(Harness, AProgramIsPid1OfItsOwnNamespaces) {
  SKIP_WITHOUT_NAMESPACES();
  Program program =
      Program::as_pid1({{"sh", "-c", "echo $$; ls -d /proc/[0-9]*; cat /proc/sysvipc/shm"}});
  EXPECT_EQ(program.wait_exit(within(10s)), 0) << program.log();
  EXPECT_TRUE(program.out().starts_with("1\n/proc/1\n")) << program.out();
  EXPECT_EQ(program.log(), "");
}

TEST(Harness, CodesAndSignalsComeAsTheWaitStatus) {
  SKIP_WITHOUT_NAMESPACES();
  EXPECT_EQ(Program::as_pid1({{"sh", "-c", "exit 42"}}).wait_exit(within(10s)), 42 << 8);
  Program sleeper = Program::as_pid1({{"sleep", "1000"}});
  sleeper.signal(SIGKILL);
  EXPECT_EQ(sleeper.wait_exit(within(10s)), SIGKILL);
  EXPECT_EQ(sleeper.wait_code(within(1ms)), 137);
}

TEST(Harness, ADeadlineEndsEveryWait) {
  SKIP_WITHOUT_NAMESPACES();
  Program sleeper = Program::as_pid1({{"sleep", "1000"}});
  EXPECT_EQ(sleeper.wait_exit(within(50ms)), std::nullopt);
  EXPECT_EQ(sleeper.wait_for_event("a.b", within(50ms)), std::nullopt);
  EXPECT_FALSE(sleeper.wait_for_output("x", within(50ms)));
  EXPECT_FALSE(wait_until([] { return false; }, within(50ms)));
  EXPECT_EQ(http_get(8008, "/", within(50ms)).status, 0);
}

TEST(Harness, EventsAreGivenOneAfterTheOther) {
  SKIP_WITHOUT_NAMESPACES();
  Program program = Program::as_pid1(
      {{"sh", "-c",
        "for n in 1 2; do echo '{\"event\":\"a.b\",\"n\":'$n'}' >&2; echo 'a.b text' >&2; done"}});
  EXPECT_EQ(program.wait_for_event("a.b", within(10s)).value_or(nullptr).value("n", 0), 1);
  EXPECT_EQ(program.wait_for_event("a.b", within(10s)).value_or(nullptr).value("n", 0), 2);
  EXPECT_EQ(program.wait_for_event("a.b", within(10s)), std::nullopt);
  EXPECT_EQ(program.events("a.b").size(), 2U);
  EXPECT_EQ(program.log_lines().size(), 4U);
}

TEST(Harness, AnotherProgramRunsInsideTheSameNamespaces) {
  SKIP_WITHOUT_NAMESPACES();
  const Program first = Program::as_pid1({{"sleep", "1000"}});
  Program second = first.inside(
      {{"sh", "-c", "cat /proc/1/comm; readlink /proc/1/ns/ipc /proc/self/ns/ipc | uniq | wc -l"}});
  EXPECT_EQ(second.wait_exit(within(10s)), 0) << second.log();
  EXPECT_EQ(second.out(), "sleep\n1\n");
  EXPECT_EQ(Program::as_pid1({{"true"}}).wait_exit(within(10s)),
            0);  // our own namespace is as before
}

TEST(Harness, NobodyOutlivesAProgram) {
  SKIP_WITHOUT_NAMESPACES();
  std::vector<pid_t> all;
  {
    Program program =
        Program::as_pid1({{"sh", "-c", "sleep 1000 & sleep 1000 & echo ready; wait"}});
    ASSERT_TRUE(program.wait_for_output("ready", within(10s)));
    all = descendants_of(program.pid());
    EXPECT_EQ(all.size(), 2U);
  }
  for (const pid_t pid : all)
    EXPECT_FALSE(is_alive(pid));
}

TEST(Harness, TheEnvironmentIsWhatTheTestGives) {
  SKIP_WITHOUT_NAMESPACES();
  Launch launch{{"env"}};
  launch.environment = {"A=1"};
  launch.directory = "/";
  Program program = Program::as_pid1(launch);
  EXPECT_EQ(program.wait_exit(within(10s)), 0);
  EXPECT_EQ(program.out(),
            "A=1\nPATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n");
}

TEST(Harness, ATempDirIsRemovedWithAllInIt) {
  std::string path;
  {
    const TempDir dir;
    path = dir.path().string();
    EXPECT_EQ(dir.write("a/b", "text"), path + "/a/b");
    EXPECT_EQ(dir.read("a/b"), "text");
    EXPECT_EQ(dir.read("c"), "");
    EXPECT_EQ(::access(dir.script("s", "true\n").c_str(), X_OK), 0);
  }
  EXPECT_NE(::access(path.c_str(), F_OK), 0);
}

TEST(Harness, TheOlderOfTwoProcessesIsKnownAlthoughNumbersBeginAnew) {
  const auto born = [](std::int64_t started, pid_t pid) {
    sup::ProcessInfo process;
    process.started = started;
    process.pid = pid;
    return process;
  };
  EXPECT_TRUE(is_older(born(7, 32'760), born(8, 310)));
  EXPECT_FALSE(is_older(born(8, 310), born(7, 32'760)));
  EXPECT_TRUE(is_older(born(7, 500), born(7, 501)));
  EXPECT_FALSE(is_older(born(7, 501), born(7, 500)));
  EXPECT_TRUE(is_older(born(7, 32'767), born(7, 301)));
  EXPECT_FALSE(is_older(born(7, 301), born(7, 32'767)));
  EXPECT_FALSE(is_older(born(7, 500), born(7, 500)));
}

}  // namespace
}  // namespace testing_support
