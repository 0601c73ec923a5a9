#pragma once
// Child: a forked process of a test that does what it is told and then waits; it never outlives the
// test. Its end is not reaped by anybody else.
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <utility>

#include "supervisor/base/unique_fd.h"

namespace sup::testing_support {

struct Pipe {
  UniqueFd reader;
  UniqueFd writer;
};

inline Pipe make_pipe() {
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return {};
  return {UniqueFd{ends[0]}, UniqueFd{ends[1]}};
}

class Child {
 public:
  /// Runs `work` in a child and returns when it is done; the child then sleeps until it is killed.
  explicit Child(const std::function<void()>& work) {
    Pipe done = make_pipe();
    pid_ = ::fork();
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      work();
      [[maybe_unused]] const ssize_t told = ::write(done.writer.get(), "x", 1);
      for (;;)
        ::pause();
    }
    done.writer.reset();
    char byte = 0;
    [[maybe_unused]] const ssize_t got = ::read(done.reader.get(), &byte, 1);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() { end(); }

  [[nodiscard]] pid_t pid() const { return pid_; }
  void end() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

 private:
  pid_t pid_ = 0;
};

}  // namespace sup::testing_support
