#include "tests/integration/harness/program.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <utility>

#include "tests/integration/harness/namespaces.h"

namespace testing_support {
namespace {

using sup::UniqueFd;

constexpr const char* usual_path =
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

struct Pipe {
  UniqueFd reader;
  UniqueFd writer;
};

Pipe make_pipe() {
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) std::abort();
  // Only our end: what is set on an open file is shared with whoever else has it.
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return {UniqueFd{ends[0]}, UniqueFd{ends[1]}};
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& text : texts)
    out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

[[noreturn]] void give_up(const char* what, int error) {
  const std::string line =
      std::string{"harness: cannot "} + what + ": " + std::strerror(error) + "\n";
  [[maybe_unused]] const ssize_t ignored = ::write(STDERR_FILENO, line.data(), line.size());
  ::_exit(121);
}

[[noreturn]] void execute(const Launch& launch) {
  std::vector<std::string> words = launch.argv;
  std::vector<std::string> environment = launch.environment;
  bool has_path = false;
  for (const std::string& entry : environment)
    has_path = has_path || entry.starts_with("PATH=");
  if (!has_path) environment.emplace_back(usual_path);
  if (!launch.directory.empty() && ::chdir(launch.directory.c_str()) != 0)
    give_up("change directory", errno);
  if (launch.before_exec) launch.before_exec();
  ::execvpe(words[0].c_str(), pointers_to(words).data(), pointers_to(environment).data());
  give_up(("execute '" + words[0] + "'").c_str(), errno);
}

/// Joins the namespaces of `pid`, but for the PID namespace, which only fork() can.
int join(pid_t pid) {
  for (const char* kind : {"ipc", "mnt"}) {
    const std::string path = "/proc/" + std::to_string(pid) + "/ns/" + kind;
    const UniqueFd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!fd || ::setns(fd.get(), 0) != 0) return errno;
  }
  return 0;
}

/// A child of ours whose PID namespace is that of `pid`. A process between the two changes
/// namespace: in a user namespace there would be no way back for us.
pid_t fork_into(pid_t pid) {
  const UniqueFd theirs{
      ::open(("/proc/" + std::to_string(pid) + "/ns/pid").c_str(), O_RDONLY | O_CLOEXEC)};
  std::array<int, 2> told{-1, -1};
  if (::pipe2(told.data(), O_CLOEXEC) != 0) return -1;
  const UniqueFd reader{told[0]};
  const UniqueFd writer{told[1]};
  const pid_t between = ::fork();
  if (between == 0) {
    pid_t child = -1;
    if (::setns(theirs.get(), CLONE_NEWPID) == 0)
      child = static_cast<pid_t>(::syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0));
    if (child == 0) return 0;
    if (child < 0) child = -errno;
    [[maybe_unused]] const ssize_t ignored = ::write(writer.get(), &child, sizeof child);
    ::_exit(0);
  }
  ::waitpid(between, nullptr, 0);
  pid_t child = -1;
  const bool heard = ::read(reader.get(), &child, sizeof child) == sizeof child;
  if (heard && child < 0) errno = -child;
  return heard ? child : -1;
}

}  // namespace

Program Program::start(const Launch& launch, const std::function<pid_t()>& fork_it,
                       const std::function<int()>& in_child) {
  Pipe out = make_pipe();
  Pipe err = make_pipe();
  const UniqueFd null{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
  Program program;
  program.pid_ = fork_it();
  if (program.pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);         // a test that is killed leaves nobody behind
    for (const int number : {SIGINT, SIGQUIT})  // a script's job in the background has them ignored
      ::signal(number, SIG_DFL);
    ::dup2(null.get(), STDIN_FILENO);
    ::dup2(out.writer.get(), STDOUT_FILENO);
    ::dup2(err.writer.get(), STDERR_FILENO);
    if (const int error = in_child(); error != 0) give_up("enter the namespaces", error);
    execute(launch);
  }
  // A test's failure, not the end of all tests: a PID namespace whose PID 1 has ended takes nobody
  // in.
  if (program.pid_ < 0)
    throw std::system_error{errno, std::generic_category(), "harness: cannot fork"};
  program.pidfd_.reset(static_cast<int>(::syscall(SYS_pidfd_open, program.pid_, 0)));
  program.out_.fd = std::move(out.reader);
  program.err_.fd = std::move(err.reader);
  program.log_is_read_ = launch.log_is_read;
  return program;
}

Program Program::as_pid1(const Launch& launch) {
  return start(
      launch,
      [] {
        return static_cast<pid_t>(
            ::syscall(SYS_clone, CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | SIGCHLD, 0, 0, 0, 0));
      },
      mount_own_proc);
}

Program Program::inside(const Launch& launch) const {
  return start(
      launch, [this] { return fork_into(pid_); }, [this] { return join(pid_); });
}

Program::Program(Program&& other) noexcept
    : pid_{std::exchange(other.pid_, 0)},
      status_{other.status_},
      pidfd_{std::move(other.pidfd_)},
      out_{std::move(other.out_)},
      err_{std::move(other.err_)},
      log_is_read_{other.log_is_read_},
      returned_{std::move(other.returned_)} {}

Program::~Program() {
  if (pid_ <= 0 || status_) return;
  ::kill(pid_, SIGKILL);
  take_status(true);
}

void Program::signal(int number) const {
  if (pid_ > 0 && !status_) ::kill(pid_, number);
}

void Program::Stream::read_available() {
  std::array<char, 65'536> buffer{};
  while (fd) {
    const ssize_t n = ::read(fd.get(), buffer.data(), buffer.size());
    if (n < 0) return;
    if (n == 0) return fd.reset();
    text.append(buffer.data(), static_cast<std::size_t>(n));
  }
}

void Program::pump() {
  out_.read_available();
  if (log_is_read_) err_.read_available();
}

void Program::take_status(bool wait) {
  int status = 0;
  if (!status_ && ::waitpid(pid_, &status, wait ? 0 : WNOHANG) == pid_) status_ = status;
}

bool Program::wait_for_something(Deadline deadline) {
  std::array<pollfd, 3> inputs{{{out_.fd.get(), POLLIN, 0},
                                {log_is_read_ ? err_.fd.get() : -1, POLLIN, 0},
                                {status_ ? -1 : pidfd_.get(), POLLIN, 0}}};
  // Without pidfd_open (old seccomp profiles) an end is met by looking again.
  const int left = milliseconds_left(deadline);
  ::poll(inputs.data(), inputs.size(), pidfd_ ? left : std::min(left, 10));
  take_status(false);
  pump();
  return !status_;
}

std::optional<int> Program::wait_exit(Deadline deadline) {
  while (!status_ && milliseconds_left(deadline) > 0)
    wait_for_something(deadline);
  if (status_) pump();
  return status_;
}

int Program::wait_code(Deadline deadline) {
  const auto status = wait_exit(deadline);
  if (!status) return -1;
  return WIFSIGNALED(*status) ? 128 + WTERMSIG(*status) : WEXITSTATUS(*status);
}

std::optional<nlohmann::json> Program::wait_for_event(const std::string& event, Deadline deadline) {
  pump();
  for (bool more = true;;) {
    auto found = events(event);
    std::size_t& returned = returned_[event];
    if (found.size() > returned) return std::move(found[returned++]);
    if (!more || milliseconds_left(deadline) == 0) return std::nullopt;
    more = wait_for_something(deadline);
  }
}

bool Program::wait_for_output(std::string_view text, Deadline deadline) {
  pump();
  for (bool more = true;;) {
    if (out_.text.find(text) != std::string::npos) return true;
    if (!more || milliseconds_left(deadline) == 0) return false;
    more = wait_for_something(deadline);
  }
}

std::vector<std::string> Program::log_lines() const {
  std::vector<std::string> lines;
  std::size_t begin = 0;
  for (std::size_t end = 0; (end = err_.text.find('\n', begin)) != std::string::npos;
       begin = end + 1)
    lines.push_back(err_.text.substr(begin, end - begin));
  return lines;
}

std::vector<nlohmann::json> Program::events(const std::string& event) const {
  std::vector<nlohmann::json> found;
  for (const std::string& line : log_lines()) {
    if (line.find(event) == std::string::npos) continue;
    auto parsed = nlohmann::json::parse(line, nullptr, false);
    if (parsed.is_object() && parsed.value("event", "") == event)
      found.push_back(std::move(parsed));
  }
  return found;
}

}  // namespace testing_support
