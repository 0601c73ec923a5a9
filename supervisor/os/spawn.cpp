#include "supervisor/os/spawn.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "supervisor/base/fixed_text.h"

namespace sup {
namespace {

constexpr int passed_number = 3;

/// Closes every descriptor from `first` on. Old seccomp profiles answer EPERM to close_range.
void close_from(unsigned first) {
  if (::syscall(SYS_close_range, first, ~0U, 0U) == 0) return;
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const rlim_t last = limit.rlim_cur == RLIM_INFINITY ? 65536 : limit.rlim_cur;
  for (rlim_t fd = first; fd < last; ++fd)
    ::close(static_cast<int>(fd));
}

/// Moves `from` to `to`; above `to` nothing is kept. dup2 clears close-on-exec, unless both are
/// equal.
void place(int from, int to) {
  if (from < 0) return;
  if (from == to)
    ::fcntl(from, F_SETFD, 0);
  else
    ::dup2(from, to);
}

void place_descriptors(const SpawnOptions& options) {
  // The passed one first out of the way of 0–2, then the three, then everything else is closed.
  int passed = options.passed_fd;
  if (passed >= 0 && passed < passed_number) passed = ::fcntl(passed, F_DUPFD, passed_number + 1);
  place(options.stdin_fd, STDIN_FILENO);
  place(options.stdout_fd, STDOUT_FILENO);
  place(options.stderr_fd, STDERR_FILENO);
  place(passed, passed_number);
  close_from(passed >= 0 ? passed_number + 1 : passed_number);
}

void forget_ignored_signals() {
  struct sigaction by_default {};
  by_default.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; ++number)
    ::sigaction(number, &by_default, nullptr);
}

void join_group(const SpawnOptions& options) {
  if (options.own_session) {
    ::setsid();
    return;
  }
  if (!options.own_group) return;
  ::setpgid(0, 0);
  // SIGTTOU is blocked here, so a background group may take the terminal. ENOTTY: there is none.
  if (options.foreground) ::tcsetpgrp(STDIN_FILENO, ::getpgrp());
}

[[noreturn]] void explain_and_exit(const char* file, int error) {
  FixedText<512> line;
  line.append("cannot execute '").append(file).append("': ").append(std::strerror(error));
  if (error == ENOENT) line.append("; is it installed and in PATH?");
  line.append('\n');
  [[maybe_unused]] const ssize_t ignored = ::write(STDERR_FILENO, line.view().data(), line.size());
  ::_exit(error == ENOENT || error == ENOTDIR ? 127 : 126);
}

[[noreturn]] void become(const SpawnOptions& options, pid_t parent) {
  if (options.parent_death_signal != 0) {
    ::prctl(PR_SET_PDEATHSIG, options.parent_death_signal);
    if (::getppid() != parent) ::_exit(125);  // it died before we asked to be told
  }
  join_group(options);
  place_descriptors(options);
  if (options.default_signals) forget_ignored_signals();
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, options.mask != nullptr ? options.mask : &none, nullptr);
  ::execvpe(options.file, const_cast<char* const*>(options.argv),
            const_cast<char* const*>(options.environment));
  explain_and_exit(options.file, errno);
}

}  // namespace

ErrnoOr<pid_t> spawn(const SpawnOptions& options) {
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return ErrnoOr<pid_t>::failed(errno);
  if (pid == 0) become(options, parent);
  return pid;
}

}  // namespace sup
