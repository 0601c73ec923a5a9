#include "supervisor/os/reap.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>

#include <map>

#include "tests/unit/os/child.h"

namespace sup {
namespace {

/// Waits until a child has ended, without taking it.
void await_end(pid_t pid) {
  siginfo_t ended{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(pid), &ended, WEXITED | WNOWAIT), 0);
}

pid_t fork_that_exits(int code) {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(code);
  return pid;
}

TEST(ReapOne, WithoutChildrenIsNobody) {
  EXPECT_EQ(reap_one(false).pid, 0);
  EXPECT_EQ(reap_one(true).pid, 0);
}

TEST(ReapOne, ALivingChildIsNobody) {
  const testing_support::Child child{[] {}};
  EXPECT_EQ(reap_one(false).pid, 0);
  EXPECT_EQ(reap_one(true).pid, 0);
}

TEST(ReapOne, GivesTheStatusAsWaitpidDoes) {
  for (const bool with_name : {false, true}) {
    for (const int code : {0, 1, 127, 255}) {
      const pid_t pid = fork_that_exits(code);
      await_end(pid);
      const Reaped reaped = reap_one(with_name);
      EXPECT_EQ(reaped.pid, pid);
      EXPECT_TRUE(WIFEXITED(reaped.status));
      EXPECT_EQ(WEXITSTATUS(reaped.status), code);
    }
    for (const int signal : {SIGTERM, SIGKILL, 64}) {
      const pid_t pid = ::fork();
      if (pid == 0) {
        for (;;)
          ::pause();
      }
      ::kill(pid, signal);
      await_end(pid);
      const Reaped reaped = reap_one(with_name);
      EXPECT_EQ(reaped.pid, pid);
      EXPECT_TRUE(WIFSIGNALED(reaped.status));
      EXPECT_EQ(WTERMSIG(reaped.status), signal);
    }
  }
}

TEST(ReapOne, TellsTheNameOnlyWhenAsked) {
  for (const bool with_name : {false, true}) {
    const pid_t pid = ::fork();
    if (pid == 0) {
      ::prctl(PR_SET_NAME, "irisdb");
      ::_exit(0);
    }
    await_end(pid);
    EXPECT_EQ(reap_one(with_name).name.view(), with_name ? "irisdb" : "");
  }
}

TEST(ReapOne, TakesEveryOneOnceAndThenNobody) {
  std::map<pid_t, int> expected;
  for (int code = 0; code < 100; ++code)
    expected[fork_that_exits(code)] = code;
  for (const auto& [pid, code] : expected)
    await_end(pid);
  std::map<pid_t, int> found;
  for (Reaped reaped = reap_one(true); reaped.pid != 0; reaped = reap_one(true))
    found[reaped.pid] = WEXITSTATUS(reaped.status);
  EXPECT_EQ(found, expected);
}

}  // namespace
}  // namespace sup
