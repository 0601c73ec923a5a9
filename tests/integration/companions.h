#pragma once
// iris-init with the IRIS parts on: a fake agent and a fake cpfmerge lie beside a copy of it.
#include "tests/integration/init_case.h"

namespace testing_support {

/// A copy of PID 1 with its two companions in a directory of its own.
class Companions {
 public:
  /// The main program says that it runs and waits.
  [[nodiscard]] Launch launch(const std::string& init, const std::string& cpfmerge,
                              const std::string& agent = "") const {
    const std::string main =
        dir_.script("main", "trap 'exit 5' TERM\necho main runs\nwhile :; do sleep 0.05; done\n");
    Launch launch{{dir_.copy(init, "iris-init"), "--agent=on", "--stop-timeout=3s", "--run-dir",
                   run_dir(), "--", main, "--up", "true"}};
    dir_.copy(FAKE_AGENT, "iris-agent");
    dir_.copy(FAKE_CPFMERGE, "cpfmerge");
    launch.environment = {"FAKE_CPFMERGE=" + cpfmerge, "FAKE_AGENT=" + agent,
                          "NOTIFY_SOCKET=/run/notify", "ISC_CPF_MERGE_FILE=/users/own.cpf"};
    return launch;
  }
  [[nodiscard]] const TempDir& dir() const { return dir_; }
  [[nodiscard]] std::string run_dir() const { return dir_ / "run"; }

 private:
  TempDir dir_;
};

/// The only one of that name below PID 1, once it is there; 0 when it does not come.
inline pid_t await_one(const Program& init, const std::string& name) {
  std::vector<pid_t> found;
  const auto is_there = [&] {
    found = descendants_named(init.pid(), name);
    return found.size() == 1;
  };
  return wait_until(is_there, within(20s)) ? found[0] : 0;
}

}  // namespace testing_support
