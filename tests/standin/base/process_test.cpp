// What is said of other processes holds in every instant of theirs.
#include "base/process.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace standin {
namespace {

constexpr const char* mark = "the-mark-of-this-test";
/// Becomes itself again `$1` times, always with the mark among its arguments.
constexpr const char* again =
    R"sh(test "$1" -eq 0 || exec /bin/sh -c "$2" "$0" "$(($1 - 1))" "$2")sh";

bool has_ended(pid_t child) {
  siginfo_t end{};
  return ::waitid(P_PID, static_cast<id_t>(child), &end, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         end.si_pid == child;
}

TEST(Process, RunsWithItsArgumentWhileItBecomesAnotherProgram) {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::execl("/bin/sh", "sh", "-c", again, mark, "500", again, nullptr);
    ::_exit(127);
  }
  while (!runs_with_argument(child, mark) && !has_ended(child)) {
  }
  long looks = 0;
  long misses = 0;
  // A miss counts when it was still there afterwards.
  do {
    ++looks;
    if (!runs_with_argument(child, mark) && !has_ended(child)) ++misses;
  } while (!has_ended(child));
  EXPECT_EQ(misses, 0) << "of " << looks;
  EXPECT_FALSE(runs_with_argument(child, mark));  // a zombie
  int status = -1;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_FALSE(runs_with_argument(child, mark));
}

}  // namespace
}  // namespace standin
