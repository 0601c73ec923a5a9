#pragma once
// Program: the real irisctl as a child, its output in pipes.
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>
#include <vector>

#include "supervisor/base/unique_fd.h"

namespace sup {

struct Outcome {
  int code = -1;  ///< 128 + n for a signal
  std::string out = {};
  std::string err = {};
};

class Program {
 public:
  /// irisctl --run-dir `run_dir` `words`; `prefix` is what runs it.
  Program(const std::string& run_dir, const std::vector<std::string>& words,
          std::vector<std::string> prefix = {}) {
    std::vector<std::string> all = std::move(prefix);
    all.insert(all.end(), {IRISCTL, "--run-dir", run_dir});
    all.insert(all.end(), words.begin(), words.end());
    std::vector<char*> argv;
    argv.reserve(all.size() + 1);
    for (std::string& word : all)
      argv.push_back(word.data());
    argv.push_back(nullptr);

    std::array<int, 2> out{};
    std::array<int, 2> err{};
    if (::pipe2(out.data(), O_CLOEXEC) != 0 || ::pipe2(err.data(), O_CLOEXEC) != 0) std::abort();
    out_.reset(out[0]);
    err_.reset(err[0]);
    const UniqueFd out_end{out[1]};
    const UniqueFd err_end{err[1]};
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, out_end.get(), STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, err_end.get(), STDERR_FILENO);
    if (::posix_spawnp(&pid_, argv.front(), &actions, nullptr, argv.data(), environ) != 0)
      std::abort();
    ::posix_spawn_file_actions_destroy(&actions);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  Program(Program&&) = delete;
  Program& operator=(Program&&) = delete;
  ~Program() {
    if (pid_ > 0) wait();
  }

  [[nodiscard]] pid_t pid() const { return pid_; }
  void signal(int number) const { ::kill(pid_, number); }

  /// Reads standard output until `text` came.
  void wait_for_output(const std::string& text) {
    while (outcome_.out.find(text) == std::string::npos && read_some(out_, outcome_.out)) {
    }
  }
  /// Until both pipes are closed and the program has ended.
  Outcome wait() {
    int status = 0;
    while (read_some(out_, outcome_.out)) {
    }
    while (read_some(err_, outcome_.err)) {
    }
    ::waitpid(pid_, &status, 0);
    pid_ = 0;
    outcome_.code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return outcome_;
  }

 private:
  static bool read_some(const UniqueFd& from, std::string& to) {
    std::array<char, 4096> piece{};
    const ssize_t n = ::read(from.get(), piece.data(), piece.size());
    if (n > 0) to.append(piece.data(), static_cast<std::size_t>(n));
    return n > 0;
  }

  pid_t pid_ = 0;
  UniqueFd out_;
  UniqueFd err_;
  Outcome outcome_;
};

inline Outcome run(const std::string& run_dir, const std::vector<std::string>& words,
                   std::vector<std::string> prefix = {}) {
  return Program{run_dir, words, std::move(prefix)}.wait();
}

}  // namespace sup
