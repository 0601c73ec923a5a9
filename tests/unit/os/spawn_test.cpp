#include "supervisor/os/spawn.h"

#include <dirent.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "tests/unit/os/child.h"

namespace sup {
namespace {

using testing_support::make_pipe;
using testing_support::Pipe;

const std::vector<const char*> cat_argv{"cat", nullptr};

/// A `cat` that runs: it has answered once, so it has been executed.
class Cat {
 public:
  explicit Cat(SpawnOptions options = {}) {
    Pipe in = make_pipe();
    Pipe out = make_pipe();
    options.file = "cat";
    options.argv = cat_argv.data();
    options.environment = environ;
    options.stdin_fd = in.reader.get();
    options.stdout_fd = out.writer.get();
    const auto pid = spawn(options);
    pid_ = pid ? *pid : 0;
    input_ = std::move(in.writer);
    char byte = 'x';
    answered_ = ::write(input_.get(), &byte, 1) == 1 && ::read(out.reader.get(), &byte, 1) == 1;
  }
  Cat(const Cat&) = delete;
  Cat& operator=(const Cat&) = delete;
  ~Cat() {
    input_.reset();
    if (pid_ > 0) ::waitpid(pid_, nullptr, 0);
  }
  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] bool answered() const { return answered_; }

  [[nodiscard]] std::set<int> descriptors() const {
    std::set<int> found;
    DIR* directory = ::opendir(("/proc/" + std::to_string(pid_) + "/fd").c_str());
    if (directory == nullptr) return found;
    while (const dirent* entry = ::readdir(directory)) {
      if (entry->d_name[0] != '.') found.insert(std::atoi(entry->d_name));
    }
    ::closedir(directory);
    return found;
  }
  /// A set of signals as /proc/PID/status tells it: SigBlk, SigIgn.
  [[nodiscard]] std::uint64_t signal_set(const std::string& name) const {
    std::ifstream status{"/proc/" + std::to_string(pid_) + "/status"};
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with(name + ":"))
        return std::stoull(line.substr(name.size() + 1), nullptr, 16);
    }
    return ~std::uint64_t{0};
  }

 private:
  pid_t pid_ = 0;
  UniqueFd input_;
  bool answered_ = false;
};

constexpr std::uint64_t bit(int signal) {
  return std::uint64_t{1} << (signal - 1);
}

struct Ended {
  int code = -1;
  std::string said;  ///< on standard error
};

Ended run_to_end(const std::string& file) {
  Pipe error = make_pipe();
  const std::vector<const char*> argv{file.c_str(), nullptr};
  SpawnOptions options;
  options.file = file.c_str();
  options.argv = argv.data();
  options.environment = environ;
  options.stderr_fd = error.writer.get();
  const auto pid = spawn(options);
  EXPECT_TRUE(pid);
  error.writer.reset();
  Ended ended;
  std::array<char, 1024> buffer{};
  for (ssize_t n = 0; (n = ::read(error.reader.get(), buffer.data(), buffer.size())) > 0;)
    ended.said.append(buffer.data(), static_cast<std::size_t>(n));
  int status = 0;
  ::waitpid(*pid, &status, 0);
  if (WIFEXITED(status)) ended.code = WEXITSTATUS(status);
  return ended;
}

TEST(Spawn, WhatIsNotThereExits127AndSaysSo) {
  // A directory of PATH that this user may not search would make it 126, as execvp(3) has it.
  ASSERT_EQ(::setenv("PATH", "/usr/bin:/bin", 1), 0);
  const Ended nowhere = run_to_end("/nowhere/at-all");
  EXPECT_EQ(nowhere.code, 127);
  EXPECT_EQ(nowhere.said,
            "cannot execute '/nowhere/at-all': No such file or directory; is it installed and in "
            "PATH?\n");
  EXPECT_EQ(run_to_end("no-such-program-in-path").code, 127);
  EXPECT_EQ(run_to_end("/proc/self/stat/x").code, 127);
  EXPECT_EQ(run_to_end("").code, 127);
}

TEST(Spawn, WhatCannotBeExecutedExits126AndSaysSo) {
  std::string file = "/tmp/spawn_test.XXXXXX";
  const UniqueFd created{::mkstemp(file.data())};
  ASSERT_TRUE(created);
  const Ended ended = run_to_end(file);
  EXPECT_EQ(ended.code, 126);
  EXPECT_EQ(ended.said, "cannot execute '" + file + "': Permission denied\n");
  ::unlink(file.c_str());
  EXPECT_EQ(run_to_end("/tmp").code, 126);
}

TEST(Spawn, AMonstrousNameIsToldCut) {
  const Ended ended = run_to_end("/" + std::string(3000, 'x'));
  EXPECT_EQ(ended.code, 126);  // ENAMETOOLONG
  EXPECT_TRUE(ended.said.starts_with("cannot execute '/xxx"));
}

TEST(Spawn, AProgramsOwnCodeIsItsStatus) {
  const std::vector<const char*> argv{"sh", "-c", "exit 42", nullptr};
  SpawnOptions options;
  options.file = "sh";
  options.argv = argv.data();
  options.environment = environ;
  const auto pid = spawn(options);
  ASSERT_TRUE(pid);
  int status = 0;
  ::waitpid(*pid, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 42);
}

TEST(Spawn, NothingAboveTwoIsInherited) {
  const UniqueFd kept{::dup(0)};
  const UniqueFd high{::fcntl(0, F_DUPFD, 900)};
  ASSERT_EQ(::fcntl(high.get(), F_GETFD), 0);  // without close-on-exec
  const Cat cat;
  ASSERT_TRUE(cat.answered());
  EXPECT_EQ(cat.descriptors(), (std::set<int>{0, 1, 2}));
}

TEST(Spawn, ThePassedDescriptorIsNumberThree) {
  const UniqueFd high{::fcntl(0, F_DUPFD_CLOEXEC, 900)};
  std::array<int, 2> pair{-1, -1};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.data()), 0);
  const UniqueFd ours{pair[0]};
  UniqueFd theirs{pair[1]};
  struct stat sent {};
  ASSERT_EQ(::fstat(theirs.get(), &sent), 0);
  SpawnOptions options;
  for (const int number : {theirs.get(), 3, 4, 901}) {
    SCOPED_TRACE(number);
    const bool same = number == theirs.get();
    const UniqueFd before{
        same || ::fcntl(number, F_GETFD) == -1 ? -1 : ::fcntl(number, F_DUPFD_CLOEXEC, 1000)};
    const UniqueFd copy{same ? -1 : ::dup3(theirs.get(), number, O_CLOEXEC)};
    options.passed_fd = number;
    const Cat cat{options};
    ASSERT_TRUE(cat.answered());
    EXPECT_EQ(cat.descriptors(), (std::set<int>{0, 1, 2, 3}));
    struct stat got {};
    ASSERT_EQ(::stat(("/proc/" + std::to_string(cat.pid()) + "/fd/3").c_str(), &got), 0);
    EXPECT_EQ(got.st_ino, sent.st_ino);
  }
}

TEST(Spawn, TheMaskGivenIsTheChilds) {
  sigset_t blocked;
  sigset_t before;
  ::sigfillset(&blocked);
  ::sigprocmask(SIG_SETMASK, &blocked, &before);
  const Cat unblocked;
  sigset_t wanted;
  ::sigemptyset(&wanted);
  ::sigaddset(&wanted, SIGUSR2);
  SpawnOptions options;
  options.mask = &wanted;
  const Cat masked{options};
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  ASSERT_TRUE(unblocked.answered() && masked.answered());
  EXPECT_EQ(unblocked.signal_set("SigBlk"), 0U);
  EXPECT_EQ(masked.signal_set("SigBlk"), bit(SIGUSR2));
}

TEST(Spawn, IgnoredSignalsStayIgnoredUnlessForgotten) {
  struct sigaction ignore {};
  struct sigaction before {};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGUSR1, &ignore, &before);
  const Cat inheriting;
  SpawnOptions options;
  options.default_signals = true;
  const Cat forgetting{options};
  ::sigaction(SIGUSR1, &before, nullptr);
  ASSERT_TRUE(inheriting.answered() && forgetting.answered());
  EXPECT_EQ(inheriting.signal_set("SigIgn") & bit(SIGUSR1), bit(SIGUSR1));
  EXPECT_EQ(forgetting.signal_set("SigIgn"), 0U);
}

TEST(Spawn, SessionAndGroupAreOwnWhenAsked) {
  const Cat ordinary;
  EXPECT_EQ(::getsid(ordinary.pid()), ::getsid(0));
  EXPECT_EQ(::getpgid(ordinary.pid()), ::getpgid(0));
  SpawnOptions options;
  options.own_group = true;
  const Cat group{options};
  EXPECT_EQ(::getsid(group.pid()), ::getsid(0));
  EXPECT_EQ(::getpgid(group.pid()), group.pid());
  options = {};
  options.own_session = true;
  const Cat session{options};
  EXPECT_EQ(::getsid(session.pid()), session.pid());
  EXPECT_EQ(::getpgid(session.pid()), session.pid());
}

TEST(Spawn, TheParentDeathSignalReachesTheChild) {
  Pipe told = make_pipe();
  Pipe input = make_pipe();  // its writing end stays here: only the signal ends the cat
  testing_support::Child parent{[&] {
    SpawnOptions options;
    options.file = "cat";
    options.argv = cat_argv.data();
    options.environment = environ;
    options.stdin_fd = input.reader.get();
    options.stdout_fd = told.writer.get();
    options.parent_death_signal = SIGKILL;
    [[maybe_unused]] const auto pid = spawn(options);
  }};
  told.writer.reset();
  char byte = 'x';
  ASSERT_EQ(::write(input.writer.get(), &byte, 1), 1);
  ASSERT_EQ(::read(told.reader.get(), &byte, 1), 1);  // it runs
  parent.end();
  EXPECT_EQ(::read(told.reader.get(), &byte, 1), 0);  // it has gone, with its end of the pipe
}

}  // namespace
}  // namespace sup
