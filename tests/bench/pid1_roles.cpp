#include "tests/bench/pid1_roles.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

namespace bench {
namespace {

void say(std::string_view text) {
  if (::write(STDOUT_FILENO, text.data(), text.size()) < 0) ::_exit(1);
}

[[noreturn]] void echo() {
  sigset_t wanted;
  ::sigemptyset(&wanted);
  ::sigaddset(&wanted, SIGUSR1);
  ::sigprocmask(SIG_BLOCK, &wanted, nullptr);
  say("r");
  for (int number = 0;;) {
    if (::sigwait(&wanted, &number) == 0) say("s");
  }
}

/// All orphans wait on one pipe and end together when its last writing end is closed.
[[noreturn]] void orphans(int count) {
  int gate[2] = {-1, -1};
  if (::pipe(gate) != 0) ::_exit(1);
  constexpr int at_once = 200;
  for (int made = 0; made < count; made += at_once) {
    const pid_t between = ::fork();
    if (between < 0) ::_exit(1);
    if (between > 0) {
      ::waitpid(between, nullptr, 0);
      continue;
    }
    ::close(gate[1]);
    for (int i = 0; i < at_once; ++i) {
      const pid_t orphan = ::fork();
      if (orphan < 0) ::_exit(1);
      if (orphan > 0) continue;
      char byte = 0;
      [[maybe_unused]] const ssize_t ended = ::read(gate[0], &byte, 1);
      ::_exit(0);
    }
    ::_exit(0);
  }
  say("ready\n");
  char byte = 0;
  [[maybe_unused]] const ssize_t released = ::read(STDIN_FILENO, &byte, 1);
  ::close(gate[1]);
  for (;;)
    ::pause();
}

[[noreturn]] void floor_of(char** program) {
  ::signal(SIGCHLD, SIG_IGN);
  if (::fork() == 0) {
    ::signal(SIGCHLD, SIG_DFL);
    ::execv(program[0], program);
    ::_exit(127);
  }
  for (;;)
    ::pause();
}

}  // namespace

bool is_role(std::string_view word) {
  return word == "echo" || word == "orphans" || word == "floor";
}

int play_role(char** words) {
  const std::string_view role{words[0]};
  if (role == "echo") echo();
  if (role == "orphans") orphans(std::atoi(words[1]));
  floor_of(words + 1);
}

}  // namespace bench
