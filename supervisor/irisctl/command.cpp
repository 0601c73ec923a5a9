#include "supervisor/irisctl/command.h"

#include <poll.h>
#include <spawn.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace sup {
namespace {

constexpr int could_not_start = 125;
/// SIGCHLD wakes us at once; this is for a system that refused us the signal descriptor.
constexpr int look_again_ms = 1000;
constexpr std::array passed_on{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};

/// nullptr-terminated, as exec wants it; `words` must outlive it.
std::vector<char*> pointers_to(const std::vector<std::string>& words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  // posix_spawn does not write to them; its signature is older than const.
  for (const std::string& word : words)
    pointers.push_back(const_cast<char*>(word.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

/// The pid, or the errno of the failure.
int spawn(const std::vector<std::string>& command, const sigset_t& mask, pid_t& pid) {
  posix_spawnattr_t attributes;
  if (const int error = ::posix_spawnattr_init(&attributes); error != 0) return error;
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  ::posix_spawnattr_setsigmask(&attributes, &mask);
  const std::vector<char*> argv = pointers_to(command);
  const int error = ::posix_spawnp(&pid, argv.front(), nullptr, &attributes, argv.data(), environ);
  ::posix_spawnattr_destroy(&attributes);
  return error;
}

int code_of(int wait_status) {
  return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

/// Number 0: none waits.
signalfd_siginfo next_signal(int fd) {
  signalfd_siginfo info{};
  if (::read(fd, &info, sizeof info) != static_cast<ssize_t>(sizeof info)) return {};
  return info;
}

}  // namespace

HeldSignals::HeldSignals() {
  // An ignored SIGCHLD would make the kernel throw the exit status away.
  ::signal(SIGCHLD, SIG_DFL);
  sigset_t blocked;
  ::sigemptyset(&blocked);
  for (const int number : passed_on)
    ::sigaddset(&blocked, number);
  ::sigaddset(&blocked, SIGCHLD);
  sigset_t with_pipe = blocked;
  ::sigaddset(&with_pipe, SIGPIPE);
  ::sigprocmask(SIG_BLOCK, &with_pipe, &previous_);
  fd_.reset(::signalfd(-1, &blocked, SFD_CLOEXEC | SFD_NONBLOCK));
}

int HeldSignals::ending_signal() {
  for (;;) {
    const auto number = static_cast<int>(next_signal(fd_.get()).ssi_signo);
    if (number == 0) return 0;
    if (number != SIGCHLD) return number;
  }
}

int run_command(const std::vector<std::string>& command, HeldSignals& signals,
                std::string& problem) {
  pid_t child = 0;
  if (const int error = spawn(command, signals.previous_, child); error != 0) {
    problem = "cannot start '" + command.front() + "': " + std::strerror(error);
    return could_not_start;
  }
  for (;;) {
    int status = 0;
    const pid_t ended = ::waitpid(child, &status, WNOHANG);
    if (ended == child) return code_of(status);
    pollfd ready{signals.fd_.get(), POLLIN, 0};
    ::poll(&ready, 1, look_again_ms);
    const signalfd_siginfo info = next_signal(signals.fd_.get());
    const auto number = static_cast<int>(info.ssi_signo);
    // A terminal's Ctrl-C reaches COMMAND by itself: it is in our process group.
    const bool from_terminal = info.ssi_code == SI_KERNEL;
    if (number != 0 && number != SIGCHLD && !from_terminal) ::kill(child, number);
  }
}

}  // namespace sup
