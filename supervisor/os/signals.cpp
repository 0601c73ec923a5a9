#include "supervisor/os/signals.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace sup {

ErrnoOr<SignalInput> block_and_read_signals() {
  SignalInput input;
  sigset_t blocked;
  // Not sigfillset(): musl's leaves out 34, which is SIGRTMIN for programs on glibc.
  std::memset(&blocked, 0xff, sizeof blocked);
  for (const int fault : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT, SIGSYS})
    ::sigdelset(&blocked, fault);
  if (::sigprocmask(SIG_SETMASK, &blocked, &input.previous) != 0)
    return ErrnoOr<SignalInput>::failed(errno);
  struct sigaction by_default {};
  by_default.sa_handler = SIG_DFL;
  ::sigaction(SIGCHLD, &by_default, nullptr);
  input.fd.reset(::signalfd(-1, &blocked, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!input.fd) return ErrnoOr<SignalInput>::failed(errno);
  return ErrnoOr<SignalInput>{std::move(input)};
}

ReceivedSignal next_signal(int signal_fd) {
  signalfd_siginfo info{};
  if (::read(signal_fd, &info, sizeof info) != static_cast<ssize_t>(sizeof info)) return {};
  return {static_cast<int>(info.ssi_signo), static_cast<pid_t>(info.ssi_pid),
          info.ssi_code == SI_KERNEL};
}

}  // namespace sup
