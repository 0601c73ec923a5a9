#pragma once
// World: one data directory, the container that serves it, the writers on it, and whoever starts
// the container again when it ends, as a kubelet would. It looks all the time at what must always
// hold:
//
//   - a container ends only with an exit code that its last fault allows
//   - never two containers with a living IRIS on the one directory
//   - ready again in time after each fault, and never unready without one
//   - what was acknowledged after fsync is there after every end, says the stand-in's checker
//
// A breach is kept with when and what; nothing stops for it.
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/integration/iris/container.h"

namespace chaos {

using namespace std::chrono_literals;
using testing_support::Deadline;
using testing_support::IrisContainer;
using testing_support::Program;
using Clock = std::chrono::steady_clock;

class World {
 public:
  /// `own_file_system`: the data lies on an ext4 of its own that can be filled and frozen.
  explicit World(bool own_file_system);
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  ~World();

  /// A container is started, IRIS comes up, the writers write. False: a breach says why not.
  bool begin();
  /// The container is stopped in order, and what is there is checked for the last time.
  void end();

  /// A fault begins: the container may end with these codes, and readiness may be lost.
  void fault_begins(const std::string& name, std::set<int> codes);
  /// Another one, before the first has been got over.
  void fault_joins(const std::string& name, const std::set<int>& codes);
  /// Ready, with writers that write, within `limit` from now; the container is started again as
  /// often as it ends. The time it took; nullopt, with a breach, when it did not come.
  std::optional<std::chrono::milliseconds> settle(Clock::duration limit);
  /// Looks until `condition` holds or the time is over; the container is not started again.
  bool watch(const std::function<bool()>& condition, Clock::duration limit);
  /// Looks for so long; nobody's fault: what is lost meanwhile is a breach.
  void be_quiet(Clock::duration length);
  /// Not told `event` since fault_begins(): a breach.
  void expect_event(const std::vector<std::string>& any_of);
  [[nodiscard]] bool told(const std::string& event);
  void breach(const std::string& what);

  [[nodiscard]] IrisContainer& container() { return container_; }
  [[nodiscard]] Program& init() { return *init_; }
  [[nodiscard]] bool container_runs();
  [[nodiscard]] std::vector<pid_t> irisdb() const;
  [[nodiscard]] std::string data() const { return container_.dir / "data"; }
  [[nodiscard]] bool own_file_system() const { return own_file_system_; }
  IrisContainer::Answer irisctl(const std::vector<std::string>& words);
  IrisContainer::Answer exec(const std::vector<std::string>& argv);
  /// A copy of the data, or the data of a container that has ended, has all that `known` holds.
  void verify(const std::string& directory, const std::string& known, const std::string& when);
  /// What has been acknowledged so far, as a file of its own.
  [[nodiscard]] std::string known_now() const;
  /// The machine dies: what was not flushed to the data's own file system is lost, and no container
  /// gets a signal that it could hear.
  void power_cut();
  /// A second container, on the same data, takes over once the first one is killed.
  void take_over();

  struct Figures {
    int containers = 0;
    int verified = 0;
    long acknowledged = 0;
    std::map<int, int> codes;  ///< exit codes of containers
  };
  [[nodiscard]] const Figures& figures() const { return figures_; }
  [[nodiscard]] const std::vector<std::string>& breaches() const { return breaches_; }
  [[nodiscard]] double seconds() const;
  [[nodiscard]] const std::string& fault() const { return fault_; }
  std::string log_directory;  ///< each container's log is kept there

 private:
  void start_container();
  void container_ended();
  void keep_log();
  bool writers_write(Clock::duration limit);
  bool stays_ready();
  void end_writers();
  void look();
  [[nodiscard]] std::string acknowledged() const { return container_.dir / "acknowledged"; }

  const bool own_file_system_;
  IrisContainer container_;
  std::optional<Program> init_;
  std::optional<Program> writers_;
  Clock::time_point began_ = Clock::now();
  std::string fault_ = "nothing";
  std::set<int> codes_;
  std::size_t log_at_fault_ = 0;
  std::string told_before_;  ///< what containers that have ended since the fault have told
  bool quiet_ = false;
  Clock::duration verifying_{};  ///< the checker's time is no outage
  Figures figures_;
  std::vector<std::string> breaches_;
};

}  // namespace chaos
