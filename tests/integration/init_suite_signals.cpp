// Signals from outside, one by one and in storms.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <vector>

#include "tests/integration/init_suite.h"

namespace testing_support {
namespace {

Program printer(const std::string& init) {
  Program program = Program::as_pid1(launch_of(init, {"--", SIGNAL_PRINTER}));
  program.wait_for_output("ready\n", within(20s));
  return program;
}

Verdict forwards(const std::string& init, const std::vector<int>& numbers) {
  Program program = printer(init);
  for (const int number : numbers) {
    program.signal(number);
    if (!program.wait_for_output("got " + std::to_string(number) + "\n", within(2s)))
      return "signal " + std::to_string(number) + " did not arrive";
  }
  return {};
}

Verdict ordinary(const std::string& init) {
  return forwards(init, {1, 2, 3, 10, 12, 13, 14, 15, 16, 18, 20, 23, 24, 25, 26, 27, 28, 29, 30});
}
Verdict real_time(const std::string& init) {
  std::vector<int> numbers;
  for (int number = 34; number <= 64; ++number)
    numbers.push_back(number);
  return forwards(init, numbers);
}
Verdict of_the_library(const std::string& init) {
  return forwards(init, {32, 33});
}
Verdict faults(const std::string& init) {
  return forwards(init, {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT, SIGSYS});
}

Verdict own_business(const std::string& init) {
  Program program = printer(init);
  for (const int number : {SIGCHLD, SIGTTIN, SIGTTOU})
    program.signal(number);
  program.signal(SIGUSR1);
  if (!program.wait_for_output("got 10\n", within(2s))) return "SIGUSR1 did not arrive";
  return program.out() == "ready\ngot 10\n" ? "" : "it got more: " + program.out();
}

Verdict not_stopped(const std::string& init) {
  Program program = printer(init);
  program.signal(SIGTSTP);
  if (!program.wait_for_output("got 20\n", within(2s))) return "SIGTSTP did not arrive";
  program.signal(SIGUSR1);
  return program.wait_for_output("got 10\n", within(2s)) ? "" : "it stopped itself";
}

Verdict own_group(const std::string& init) {
  Program program = Program::as_pid1(launch_of(init, {"--", SIGNAL_PRINTER}));
  program.wait_for_output("ready\n", within(20s));
  const auto children = descendants_of(program.pid());
  return children.size() == 1 && ::getpgid(children[0]) == children[0]
             ? ""
             : "the program has no process group of its own";
}

/// A TERM after `count` signals of each of `flood` must arrive.
Verdict storm(const std::string& init, const std::vector<int>& flood, int count) {
  Program program = printer(init);
  for (int i = 0; i < count; ++i)
    for (const int number : flood)
      program.signal(number);
  program.signal(SIGTERM);
  return program.wait_for_output("got 15\n", within(20s)) ? "" : "SIGTERM was lost";
}

Verdict storm_of_one(const std::string& init) {
  return storm(init, {SIGUSR1}, storm_size);
}
Verdict storm_of_many(const std::string& init) {
  return storm(init, {SIGHUP, SIGUSR1, SIGCHLD, SIGCONT}, storm_size / 4);
}

/// The flood goes on while the TERM is waited for.
Verdict endless_storm(const std::string& init) {
  Program program = printer(init);
  std::vector<pid_t> flooders;
  for (const int number : {SIGHUP, SIGQUIT}) {
    const pid_t flooder = ::fork();
    if (flooder == 0) {
      for (const pid_t victim = program.pid(); ::kill(victim, number) == 0;) {
      }
      ::_exit(0);
    }
    flooders.push_back(flooder);
  }
  const bool floods = program.wait_for_output("got 1\n", within(10s));
  program.signal(SIGTERM);
  const bool arrived = program.wait_for_output("got 15\n", within(10s));
  for (const pid_t flooder : flooders) {
    ::kill(flooder, SIGKILL);
    ::waitpid(flooder, nullptr, 0);
  }
  if (!floods) return "SIGHUP did not arrive";
  return arrived ? "" : "SIGTERM starved";
}

Verdict storm_of_orphans(const std::string& init) {
  Program program = Program::as_pid1(
      launch_of(init, {"--", ORPHAN_MAKER, std::to_string(storm_size / 10), "until-term"}));
  if (!program.wait_for_output("begun\n", within(20s))) return "does not run";
  program.signal(SIGTERM);
  const int code = program.wait_code(within(40s));
  return code == 15 ? "" : "SIGTERM did not end it: code " + std::to_string(code);
}

Verdict reaps(const std::string& init) {
  Program program =
      Program::as_pid1(launch_of(init, {"--", ORPHAN_MAKER, std::to_string(storm_size / 10)}));
  if (!program.wait_for_output("done\n", within(60s))) return "does not run";
  return wait_until(
             [&] {
               return zombies_of(program.pid()) == 0 && descendants_of(program.pid()).size() == 1;
             },
             within(20s))
             ? ""
             : std::to_string(zombies_of(program.pid())) + " zombies are left";
}

constexpr std::array checks{
    Check{"forwards the ordinary signals", ordinary},
    Check{"forwards real-time signals", real_time},
    Check{"forwards the two that the C library keeps for itself", of_the_library},
    Check{"forwards faults that somebody sends", faults},
    Check{"SIGCHLD, SIGTTIN, SIGTTOU are its own business", own_business},
    Check{"SIGTSTP reaches the program and does not stop the init", not_stopped},
    Check{"the program leads a process group of its own", own_group},
    Check{"a storm of one signal loses no SIGTERM", storm_of_one},
    Check{"a storm of four signals loses no SIGTERM", storm_of_many},
    Check{"a storm without end starves no SIGTERM", endless_storm},
    Check{"a storm of orphans loses no SIGTERM", storm_of_orphans},
    Check{"reaps every orphan", reaps},
};

}  // namespace

std::span<const Check> signal_checks() {
  return checks;
}

}  // namespace testing_support
