#pragma once
// IrisContainer: a directory with everything that a container of ours has, the stand-in in the
// place of IRIS, and iris-init as PID 1 in it; as often as a test wants to start it.
#include <functional>
#include <string>
#include <vector>

#include "tests/integration/harness/http_client.h"
#include "tests/integration/harness/namespaces.h"
#include "tests/integration/harness/processes.h"
#include "tests/integration/harness/program.h"
#include "tests/integration/harness/temp_dir.h"

namespace testing_support {

class IrisContainer {
 public:
  static constexpr int port = 8008;
  static constexpr const char* password = "Correct-Horse-7";

  /// With the seed's merge file (no newline at its end), a fragment in merge.d and a password.
  IrisContainer();

  /// Adds or replaces a variable of the container's environment.
  void set(const std::string& name, const std::string& value);
  void unset(const std::string& name);
  /// Switches a fault of the stand-in on (its README lists them), or off with "".
  void fault(const std::string& name, const std::string& value) const;
  /// For tests of an IRIS that dies or goes down and comes back in place: an iris-main that ends
  /// with its IRIS, as one value of the cover has it, would end the container.
  void main_outlives_iris() const { fault("main_outlives_iris", "stays"); }

  /// Whether the row of the cover that the suite runs with has this value, which is no default.
  [[nodiscard]] static bool has_fact(const std::string& name, const std::string& value);

  /// iris-init with these options, then `-- iris-main` with these.
  [[nodiscard]] Program start(const std::vector<std::string>& init_options = {},
                              const std::vector<std::string>& main_options = {}) const;
  /// The same, and IRIS is up: the test fails when it does not come up.
  [[nodiscard]] Program start_up(const std::vector<std::string>& init_options = {}) const;

  struct Answer {
    int code = -1;
    std::string out;
    std::string err;
  };
  /// A program in the container, as `kubectl exec` would run it.
  [[nodiscard]] Answer exec(const Program& init, const std::vector<std::string>& argv) const;
  [[nodiscard]] Answer irisctl(const Program& init, std::vector<std::string> words) const;
  /// The same, left running.
  [[nodiscard]] Program begin(const Program& init, const std::vector<std::string>& argv) const;
  /// A session's code; its exit status is the answer.
  [[nodiscard]] int session(const Program& init, const std::string& code) const;

  /// The oldest irisdb: the control process.
  [[nodiscard]] static pid_t control_process(const Program& init);
  [[nodiscard]] static int probe(const std::string& name, Deadline deadline = within(5s));

  TempDir dir;
  /// Words before iris-init: a program that prepares its namespace and then becomes the rest.
  std::vector<std::string> before_init;
  /// In the child that becomes PID 1: masks, limits, filters.
  std::function<void()> before_exec;

 private:
  std::vector<std::string> environment_;
};

/// A start on its data finds nothing to recover.
void expect_clean(const IrisContainer& container);

}  // namespace testing_support
