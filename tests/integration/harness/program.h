#pragma once
// Program: what an integration test starts, hears, signals and ends.
//
//   TEST(Subject, Behaviour) {
//     SKIP_WITHOUT_NAMESPACES();                                   // namespaces.h; says why
//     const TempDir dir;
//     Launch launch{{IRIS_INIT_PROGRAM, "--agent=on", "--", dir.script("main", "exec sleep 100")}};
//     launch.environment = {"IRIS_INIT_PATHS_RUN_DIR=" + (dir / "run")};
//     Program init = Program::as_pid1(launch);                     // PID 1 of new namespaces
//     auto started = init.wait_for_event("main.started", within(10s));
//     ASSERT_TRUE(started) << init.log();                          // the JSON line, parsed
//     EXPECT_EQ(http_get(8008, "/readyz", within(5s)).status, 200);  // http_client.h
//     Program other = init.inside({{"ps", "-e"}});                 // like kubectl exec
//     EXPECT_EQ(other.wait_exit(within(5s)), 0);                   // a wait status: WIFEXITED …
//     init.signal(SIGTERM);                                        // from outside
//     EXPECT_EQ(init.wait_exit(within(30s)), 0) << init.log();
//   }                                                              // whatever still lives is
//   killed
//
// One thread: output is read while a wait is under way (or by pump()). Pids are the outer ones;
// /proc of the test program shows them. The network namespace is the test program's, shared by all
// it starts.
#include <sys/types.h>

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "supervisor/base/unique_fd.h"
#include "tests/integration/harness/deadline.h"

namespace testing_support {

struct Launch {
  std::vector<std::string> argv;  ///< the program first: a path, or a name looked up in PATH
  std::vector<std::string> environment =
      {};                      ///< NAME=value, nothing else but PATH when it is missing
  std::string directory = {};  ///< working directory; "": the test's own
  bool log_is_read = true;     ///< false: standard error is a pipe that nobody empties
  std::function<void()> before_exec =
      {};  ///< in the child, with its own /proc: mounts, masks, limits
};

class Program {
 public:
  /// As PID 1 of new PID, mount and IPC namespaces. When it ends, all in them end.
  static Program as_pid1(const Launch& launch);
  /// In the PID, mount and IPC namespaces of this one, as a child of nobody in them.
  [[nodiscard]] Program inside(const Launch& launch) const;

  Program(Program&& other) noexcept;
  Program& operator=(Program&&) = delete;
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program();

  [[nodiscard]] pid_t pid() const { return pid_; }
  void signal(int number) const;

  /// The wait status (waitpid(2)), with all output read; nullopt when the deadline came first.
  std::optional<int> wait_exit(Deadline deadline);
  /// The same as an exit code: 128 + n for signal n, -1 when the deadline came first.
  int wait_code(Deadline deadline);

  /// The next JSON line with this `event` that no call has returned before; nullopt when the
  /// deadline came first, or the program ended without it.
  std::optional<nlohmann::json> wait_for_event(const std::string& event, Deadline deadline);
  /// Until standard output holds `text`.
  bool wait_for_output(std::string_view text, Deadline deadline);
  /// Reads what is there now; never waits.
  void pump();

  [[nodiscard]] const std::string& out() const { return out_.text; }  ///< standard output so far
  [[nodiscard]] const std::string& log() const { return err_.text; }  ///< standard error so far
  /// The whole lines of standard error so far.
  [[nodiscard]] std::vector<std::string> log_lines() const;
  /// Those of them that are JSON with this `event`.
  [[nodiscard]] std::vector<nlohmann::json> events(const std::string& event) const;

 private:
  struct Stream {
    sup::UniqueFd fd;
    std::string text;
    void read_available();
  };
  Program() = default;
  static Program start(const Launch& launch, const std::function<pid_t()>& fork_it,
                       const std::function<int()>& in_child);
  /// Waits for output, an end or the deadline, and reads. False: nothing more will come.
  bool wait_for_something(Deadline deadline);
  void take_status(bool wait);

  pid_t pid_ = 0;
  std::optional<int> status_;
  sup::UniqueFd pidfd_;
  Stream out_;
  Stream err_;
  bool log_is_read_ = true;
  std::map<std::string, std::size_t> returned_;  ///< how many of each event a wait has given
};

}  // namespace testing_support
