#include "supervisor/agent/jobs.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include "tests/unit/agent/loop.h"

namespace sup {
namespace {

using testing_support::is_gone;
using testing_support::Loop;

Argv shell(const std::string& script) {
  return {"sh", "-c", script};
}

/// Runs one job to its report.
JobResult run(Loop& loop, const Argv& argv, Nanos deadline = seconds(20),
              Jobs::Keep keep = Jobs::Keep::output) {
  int reports = 0;
  JobResult last;
  const std::uint64_t number = loop.jobs().run(argv, deadline, keep, [&](const JobResult& result) {
    ++reports;
    last = result;
  });
  EXPECT_EQ(reports, 0);
  EXPECT_TRUE(loop.until([&] { return reports > 0; }));
  EXPECT_TRUE(loop.until([&] { return !loop.jobs().alive(number); }));
  loop.settle();
  EXPECT_EQ(reports, 1);
  return last;
}

pid_t pid_in(const std::string& output) {
  return output.empty() ? 0 : static_cast<pid_t>(std::stol(output));
}

TEST(Jobs, TellCodeAndOutput) {
  Loop loop;
  const JobResult result = run(loop, shell("echo out; echo err >&2; exit 5"));
  EXPECT_TRUE(result.started);
  EXPECT_FALSE(result.timed_out);
  EXPECT_EQ(result.code, 5);
  EXPECT_EQ(result.output, "out\n");
  EXPECT_GT(result.took, 0);
}

TEST(Jobs, LoseNothingOfWhatEndsAsItIsRead) {
  std::string all;
  for (int i = 1; i <= 3000; ++i)
    all += std::to_string(i) + "\n";
  Loop loop;
  for (int round = 0; round < 100; ++round) {
    const JobResult result = run(loop, {"seq", "1", "3000"});
    ASSERT_EQ(result.output, all) << "round " << round;
  }
}

TEST(Jobs, KeepErrorsWhenAsked) {
  Loop loop;
  const JobResult result =
      run(loop, shell("echo out; echo err >&2"), seconds(20), Jobs::Keep::output_and_errors);
  EXPECT_EQ(result.output, "out\nerr\n");
}

TEST(Jobs, AnEndBySignalIs128AndTheSignal) {
  Loop loop;
  EXPECT_EQ(run(loop, shell("kill -KILL $$")).code, 128 + SIGKILL);
}

TEST(Jobs, AProgramThatIsNotThereIs127) {
  Loop loop;
  const JobResult result = run(loop, {"no-such-program-anywhere"});
  EXPECT_TRUE(result.started);
  EXPECT_EQ(result.code, 127);
  EXPECT_EQ(run(loop, {"/dev/null"}).code, 126);
}

TEST(Jobs, OutputBeyondTheLimitIsDroppedButTheJobGoesOn) {
  Loop loop;
  const JobResult result = run(loop, shell("head -c 1000000 /dev/zero && exit 4"));
  EXPECT_EQ(result.code, 4);
  EXPECT_EQ(result.output.size(), Jobs::max_output);
}

TEST(Jobs, StandardInputIsEmptyAndNothingIsInherited) {
  Loop loop;
  EXPECT_EQ(run(loop, shell("cat; ls /proc/self/fd | wc -l")).output, "4\n");  // ls has its own
}

TEST(Jobs, EveryJobHasASessionOfItsOwn) {
  Loop loop;
  EXPECT_EQ(run(loop, shell("test $(cut -d' ' -f6 /proc/$$/stat) = $$ && echo own")).output,
            "own\n");
}

TEST(Jobs, MoreEnvironmentStandsBesideOurs) {
  Loop loop;
  std::string output;
  loop.jobs().run(shell("echo $MORE; test -n \"$PATH\" && echo ours"), seconds(20),
                  Jobs::Keep::output, [&](const JobResult& result) { output = result.output; },
                  {"MORE=a b"});
  ASSERT_TRUE(loop.until([&] { return !output.empty(); }));
  EXPECT_EQ(output, "a b\nours\n");
}

TEST(Jobs, TheProcessOfAJobIsKnownUntilItsEnd) {
  Loop loop;
  bool ended = false;
  const std::uint64_t job =
      loop.jobs().run(shell("exec sleep 1000"), minutes(10), Jobs::Keep::output,
                      [&](const JobResult&) { ended = true; });
  const WatchedProcess process = loop.jobs().process(job);
  ASSERT_GT(process.pid, 0);
  ProcessInfo info;
  ASSERT_TRUE(read_process(process.pid, info));
  EXPECT_EQ(info.started, process.started);
  ::kill(process.pid, SIGKILL);
  ASSERT_TRUE(loop.until([&] { return ended; }));
  EXPECT_EQ(loop.jobs().process(job).pid, 0);
}

TEST(Jobs, ASessionThatOverrunsIsAskedAndNotKilled) {
  Loop loop;
  std::optional<bool> timed_out;
  const std::uint64_t job = loop.jobs().run(
      shell("trap '' TERM; echo there; exec sleep 1000"), milliseconds(500), Jobs::Keep::session,
      [&](const JobResult& result) { timed_out = result.timed_out; });
  ASSERT_TRUE(loop.until([&] { return timed_out.has_value(); }));
  EXPECT_TRUE(*timed_out);
  EXPECT_FALSE(loop.until([&] { return !loop.jobs().alive(job); }, seconds(3)))
      << "others are killed 2 s after they were asked";
  ::kill(loop.jobs().process(job).pid, SIGKILL);
  EXPECT_TRUE(loop.until([&] { return !loop.jobs().alive(job); }));
}

TEST(Jobs, TheDeadlineEndsTheWholeSession) {
  Loop loop;
  const JobResult result = run(loop, shell("sleep 1000 & echo $!; sleep 1000"), seconds(2));
  EXPECT_TRUE(result.timed_out);
  EXPECT_GE(result.took, seconds(2));
  const pid_t grandchild = pid_in(result.output);
  ASSERT_GT(grandchild, 0);
  EXPECT_TRUE(loop.until([&] { return is_gone(grandchild); }));
}

TEST(Jobs, WhatAJobLeavesInItsSessionEndsWithIt) {
  Loop loop;
  const JobResult result = run(loop, shell("sleep 1000 & echo $!"));
  EXPECT_FALSE(result.timed_out);
  const pid_t grandchild = pid_in(result.output);
  ASSERT_GT(grandchild, 0);
  EXPECT_TRUE(loop.until([&] { return is_gone(grandchild); }));
}

TEST(Jobs, WhoHoldsThePipeIsNotWaitedFor) {
  Loop loop;
  const JobResult result = run(loop, shell("setsid sleep 1000 & echo $!; exit 7"));
  EXPECT_FALSE(result.timed_out);
  EXPECT_EQ(result.code, 7);
  const pid_t holder = pid_in(result.output);
  ASSERT_GT(holder, 0);
  ::kill(holder, SIGKILL);
}

TEST(Jobs, ManyRunSideBySide) {
  Loop loop;
  int sum = 0;
  int reports = 0;
  for (int i = 1; i <= 20; ++i) {
    loop.jobs().run(shell("exit " + std::to_string(i)), seconds(20), Jobs::Keep::output,
                    [&](const JobResult& result) {
                      ++reports;
                      sum += result.code;
                    });
  }
  ASSERT_TRUE(loop.until([&] { return reports == 20; }));
  EXPECT_EQ(sum, 210);
}

TEST(Jobs, AJobMayStartAnotherFromItsReport) {
  Loop loop;
  std::optional<int> second;
  loop.jobs().run(shell("exit 1"), seconds(20), Jobs::Keep::output, [&](const JobResult&) {
    loop.jobs().run(shell("exit 2"), seconds(20), Jobs::Keep::output,
                    [&](const JobResult& result) { second = result.code; });
  });
  ASSERT_TRUE(loop.until([&] { return second.has_value(); }));
  EXPECT_EQ(*second, 2);
}

}  // namespace
}  // namespace sup
