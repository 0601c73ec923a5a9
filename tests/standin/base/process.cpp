// Children, daemons, and this program again under another name.
#include "base/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <functional>

#include "base/clock.h"
#include "base/text.h"

namespace standin {
namespace {

constexpr int readiness_fd = 3;
constexpr std::int64_t most_looks = 1000;  // a thread of the kernel never has a command line

struct Pipe {
  UniqueFd out;  // read here
  UniqueFd in;   // write here
};

Pipe make_pipe() {
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return {};
  return {UniqueFd{ends[0]}, UniqueFd{ends[1]}};
}

/// Signals as a fresh process expects them: iris-main blocks some, daemons ignore some.
void reset_signals() {
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGPIPE, SIGCHLD})
    ::signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

void exec(const std::string& file, const Words& words) {
  std::vector<char*> arguments;
  Words copies = words;
  for (std::string& word : copies)
    arguments.push_back(word.data());
  arguments.push_back(nullptr);
  ::execvp(file.c_str(), arguments.data());
}

void exec_command(const std::string& command) {
  exec("/bin/sh", {"sh", "-c", command});
  const Words words = words_of(command);
  if (!words.empty()) exec(words.front(), words);
}

/// Reads both pipes until no one has them open for writing any more: true. False when
/// `interruption` became readable before.
bool drain(const Pipe& output, const Pipe& errors, int interruption, Outcome& outcome) {
  std::array<pollfd, 3> ends{pollfd{output.out.get(), POLLIN, 0},
                             pollfd{errors.out.get(), POLLIN, 0}, pollfd{interruption, POLLIN, 0}};
  std::array<std::string*, 2> texts{&outcome.output, &outcome.errors};
  std::array<char, 4096> piece{};
  while (ends[0].fd >= 0 || ends[1].fd >= 0) {
    if (::poll(ends.data(), ends.size(), -1) < 0) {
      if (errno == EINTR) continue;
      return true;
    }
    for (std::size_t i = 0; i < texts.size(); ++i) {
      if (ends.at(i).revents == 0) continue;
      const ssize_t n = ::read(ends.at(i).fd, piece.data(), piece.size());
      if (n > 0)
        texts.at(i)->append(piece.data(), static_cast<std::size_t>(n));
      else if (n == 0 || errno != EINTR)
        ends.at(i).fd = -1;
    }
    const bool ended = ends[0].fd < 0 && ends[1].fd < 0;
    if (!ended && ends[2].revents != 0) return false;
  }
  return true;
}

/// Nothing when `interruption` became readable first.
std::optional<Outcome> run(const std::function<void()>& become, Streams streams,
                           int interruption = -1) {
  Pipe output = make_pipe();
  Pipe errors = streams == Streams::apart ? make_pipe() : Pipe{};
  const pid_t child = ::fork();
  if (child == 0) {
    reset_signals();
    ::dup2(output.in.get(), STDOUT_FILENO);
    ::dup2(errors.in ? errors.in.get() : output.in.get(), STDERR_FILENO);
    become();
    ::_exit(127);
  }
  output.in.close();
  errors.in.close();
  Outcome outcome;
  if (child < 0) return Outcome{1 << 8, "cannot fork\n", {}};
  if (!drain(output, errors, interruption, outcome)) {
    // Its output keeps a reader: it must not die of saying something.
    output.out.release();
    return std::nullopt;
  }
  outcome.wait_status = await(child);
  return outcome;
}

fs::path proc(pid_t pid) {
  return fs::path{"/proc"} / std::to_string(pid);
}

/// A zombie, or gone: a stat line has its state behind the last ")".
bool is_over(pid_t pid) {
  const std::string line = read_file(proc(pid) / "stat").value_or("");
  const std::size_t name_ends = line.rfind(") ");
  return name_ends == std::string::npos || line.find_first_of("ZX", name_ends) == name_ends + 2;
}

}  // namespace

void exec_self(const Words& words) {
  exec("/proc/self/exe", words);
}

Outcome run_self(const Words& words) {
  return *run([&words] { exec_self(words); }, Streams::together);
}

std::optional<Outcome> run_self_until(const Words& words, const sigset_t& signals) {
  const UniqueFd pending{::signalfd(-1, &signals, SFD_CLOEXEC)};
  return run([&words] { exec_self(words); }, Streams::together, pending.get());
}

Outcome run_command(const std::string& command, Streams streams) {
  return *run([&command] { exec_command(command); }, streams);
}

pid_t spawn_self(const Words& words) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  reset_signals();
  exec_self(words);
  ::_exit(127);
}

pid_t spawn_orphan(const Words& words) {
  Pipe number = make_pipe();
  const pid_t between = ::fork();
  if (between == 0) {
    const pid_t orphan = spawn_self(words);
    if (::write(number.in.get(), &orphan, sizeof orphan) != sizeof orphan) ::_exit(1);
    ::_exit(0);
  }
  if (between < 0) return -1;
  await(between);
  pid_t orphan = -1;
  return ::read(number.out.get(), &orphan, sizeof orphan) == sizeof orphan ? orphan : -1;
}

UniqueFd spawn_daemon(const Words& words, const fs::path& log, const fs::path& directory) {
  Pipe ready = make_pipe();
  const pid_t child = ::fork();
  if (child == 0) {
    // Twice: the second child is no session leader, and its parent is gone at once, so that it
    // belongs to PID 1 or the nearest subreaper.
    ::setsid();
    if (::fork() != 0) ::_exit(0);
    reset_signals();
    ::dup2(ready.in.get(), readiness_fd);
    ::fcntl(readiness_fd, F_SETFD, 0);
    const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    const int out = ::open(log.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
    ::dup2(null, STDIN_FILENO);
    ::dup2(out, STDOUT_FILENO);
    ::dup2(out, STDERR_FILENO);
    ::close_range(readiness_fd + 1, ~0U, 0);
    if (::chdir(directory.c_str()) == 0) exec_self(words);
    ::_exit(127);
  }
  if (child > 0) await(child);
  return std::move(ready.out);
}

int await(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return 1 << 8;
  return status;
}

bool runs_with_argument(pid_t pid, std::string_view word) {
  if (pid <= 0) return false;
  for (std::int64_t look = 0; look < most_looks; ++look) {
    const auto line = read_file(proc(pid) / "cmdline");
    if (!line) return false;
    if (!line->empty()) {
      const auto arguments = split(*line, '\0');
      return std::find(arguments.begin(), arguments.end(), word) != arguments.end();
    }
    // A zombie has no command line, and for a moment neither has who becomes another program.
    if (is_over(pid)) return false;
    sleep_ms(1);
  }
  return false;
}

void set_process_name(const std::string& name) {
  ::prctl(PR_SET_NAME, name.c_str(), 0, 0, 0);
}

}  // namespace standin
