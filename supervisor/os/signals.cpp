#include "supervisor/os/signals.h"

#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace sup {
namespace {

/// The kernel's set has one bit for each of 64 signals. The C libraries' functions leave out those
/// that they use themselves (32, 33; musl also 34, which is SIGRTMIN for programs on glibc), which
/// would change what our children get back.
constexpr std::size_t kernel_set_size = sizeof(std::uint64_t);

sigset_t set_of(std::uint64_t bits) {
  sigset_t set;
  std::memset(&set, 0, sizeof set);
  std::memcpy(&set, &bits, sizeof bits);
  return set;
}

/// Blocks them; says whether SIGCHLD was ignored, which it then is no longer.
bool block(const sigset_t& blocked, sigset_t& previous) {
  ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &blocked, &previous, kernel_set_size);
  struct sigaction before {};
  struct sigaction by_default {};
  by_default.sa_handler = SIG_DFL;
  ::sigaction(SIGCHLD, &by_default, &before);
  return before.sa_handler == SIG_IGN;
}

}  // namespace

CallersSignals SignalQueue::block_all() {
  CallersSignals callers;
  callers.child_ignored = block(set_of(~std::uint64_t{0}), callers.mask);
  return callers;
}

ReceivedSignal SignalQueue::take(Nanos at_most) {
  siginfo_t info{};
  int number = -1;
  if (given_ != 0) {
    const sigset_t not_yet = set_of(~given_);
    constexpr timespec at_once{};
    number = ::sigtimedwait(&not_yet, &info, &at_once);
  }
  if (number < 0) {  // the round is over
    given_ = 0;
    const sigset_t all = set_of(~std::uint64_t{0});
    const timespec limit{at_most / seconds(1), at_most % seconds(1)};
    number = ::sigtimedwait(&all, &info, at_most == never ? nullptr : &limit);
  }
  if (number <= 0) return {};
  given_ |= std::uint64_t{1} << static_cast<unsigned>(number - 1);
  return {number, info.si_code == SI_KERNEL ? 0 : info.si_pid, info.si_code == SI_KERNEL};
}

ErrnoOr<UniqueFd> open_signal_fd() {
  const sigset_t all = set_of(~std::uint64_t{0});
  UniqueFd fd{::signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK)};
  if (!fd) return ErrnoOr<UniqueFd>::failed(errno);
  return ErrnoOr<UniqueFd>{std::move(fd)};
}

ErrnoOr<SignalInput> block_and_read_signals() {
  SignalInput input;
  sigset_t blocked = set_of(~std::uint64_t{0});
  for (const int fault : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT, SIGSYS})
    ::sigdelset(&blocked, fault);
  block(blocked, input.previous);
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
