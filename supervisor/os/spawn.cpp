#include "supervisor/os/spawn.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "supervisor/base/fixed_text.h"
#include "supervisor/os/directory.h"

namespace sup {
namespace {

constexpr int passed_number = 3;
constexpr int also_passed_number = 4;
constexpr std::string_view usual_path =
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Nothing from `first` on outlives the exec. Old seccomp profiles answer EPERM to close_range.
void close_from(unsigned first) {
  if (::syscall(SYS_close_range, first, ~0U, 0U) == 0) return;
  const auto mark = [first](pid_t fd) {
    if (fd >= static_cast<pid_t>(first)) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  };
  if (for_each_number_in("/proc/self/fd", mark)) return;
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const rlim_t last = limit.rlim_cur == RLIM_INFINITY ? 65536 : limit.rlim_cur;
  for (rlim_t fd = first; fd < last; ++fd)
    mark(static_cast<pid_t>(fd));
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

/// Out of the way of what will be placed at 0–4.
int lifted(int fd) {
  return fd >= 0 && fd <= also_passed_number ? ::fcntl(fd, F_DUPFD, also_passed_number + 1) : fd;
}

void place_descriptors(const SpawnOptions& options) {
  const int passed = lifted(options.passed_fd);
  const int also_passed = lifted(options.also_passed_fd);
  place(options.stdin_fd, STDIN_FILENO);
  place(options.stdout_fd, STDOUT_FILENO);
  place(options.stderr_fd, STDERR_FILENO);
  place(passed, passed_number);
  place(also_passed, also_passed_number);
  if (options.keep_descriptors) return;
  close_from(also_passed >= 0 ? also_passed_number + 1
             : passed >= 0    ? passed_number + 1
                              : passed_number);
}

void set_dispositions(const SpawnOptions& options) {
  struct sigaction meaning {};
  meaning.sa_handler = SIG_DFL;
  for (int number = 1; options.default_signals && number < NSIG; ++number)
    ::sigaction(number, &meaning, nullptr);
  if (!options.child_ignored) return;
  meaning.sa_handler = SIG_IGN;
  ::sigaction(SIGCHLD, &meaning, nullptr);
}

/// All 64 of them: the C libraries' functions leave out those that they use themselves.
void set_mask(const sigset_t* mask) {
  const std::uint64_t none = 0;
  const void* wanted = mask != nullptr ? static_cast<const void*>(mask) : &none;
  ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, wanted, nullptr, sizeof none);
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

/// Returns only with the reason why it could not.
int execute_file(const char* path, const SpawnOptions& options) {
  ::execve(path, const_cast<char* const*>(options.argv),
           const_cast<char* const*>(options.environment));
  if (errno != ENOEXEC) return errno;
  std::array<const char*, 4096> words{"/bin/sh", path};
  std::size_t count = 2;
  for (const char* const* word = options.argv; *word != nullptr && word[1] != nullptr; ++word) {
    if (count + 1 == words.size()) return E2BIG;
    words[count++] = word[1];
  }
  ::execve(words[0], const_cast<char* const*>(words.data()),
           const_cast<char* const*>(options.environment));
  return ENOEXEC;
}

std::string_view search_path(const char* const* environment) {
  for (; *environment != nullptr; ++environment) {
    const std::string_view entry{*environment};
    if (entry.starts_with("PATH=")) return entry.substr(5);
  }
  return usual_path;
}

/// As execvpe(3), which differs between the C libraries: in what it does without a PATH, and with
/// a script that does not name its interpreter.
int execute(const SpawnOptions& options) {
  const std::string_view file{options.file};
  if (file.empty()) return ENOENT;
  if (file.find('/') != std::string_view::npos) return execute_file(options.file, options);
  int reason = ENOENT;
  for (std::string_view rest = search_path(options.environment);;) {
    const std::size_t end = std::min(rest.find(':'), rest.size());
    FixedText<4096> path{rest.substr(0, end)};
    if (!path.empty()) path.append('/');  // an empty entry is the working directory
    path.append(file);
    const int error = path.cut() ? ENAMETOOLONG : execute_file(path.c_str(), options);
    if (error == EACCES) reason = EACCES;  // tells more than that it is not in the next one either
    const bool elsewhere = error == EACCES || error == ENOENT || error == ENOTDIR ||
                           error == ENAMETOOLONG || error == ELOOP;
    if (!elsewhere) return error;
    if (end == rest.size()) return reason;
    rest.remove_prefix(end + 1);
  }
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
  set_dispositions(options);
  set_mask(options.mask);
  explain_and_exit(options.file, execute(options));
}

}  // namespace

ErrnoOr<pid_t> spawn(const SpawnOptions& options) {
  const pid_t parent = ::getpid();
  // Nobody registers fork handlers here, and _Fork() runs none.
  const pid_t pid = ::_Fork();
  if (pid < 0) return ErrnoOr<pid_t>::failed(errno);
  if (pid == 0) become(options, parent);
  // Both sides do it: whoever signals the group at once must find it. Too late: the child did.
  if (options.own_group) ::setpgid(pid, pid);
  return pid;
}

}  // namespace sup
