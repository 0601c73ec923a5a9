#pragma once
// World: one data directory, the container that serves it, the writers on it, and whoever starts
// the container again when it ends, as a kubelet would. It looks all the time at what must always
// hold:
//
//   - PID 1 ends only with an exit code that its last fault allows
//   - never two databases on the one directory (database_watch.h)
//   - ready again in time after each fault, and never unready without one
//   - what was acknowledged after fsync is there after every end, says the stand-in's checker
//   - each fault is told as it has to be, and what is told as wrong belongs to a fault
//   - what the agent tells is in the timeline, too
//
// A breach is kept with when and what; nothing stops for it.
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/chaos/database_watch.h"
#include "tests/integration/harness/own_disk.h"
#include "tests/integration/iris/container.h"

namespace chaos {

using namespace std::chrono_literals;
using testing_support::Deadline;
using testing_support::IrisContainer;
using testing_support::OwnDisk;
using testing_support::Program;
using Clock = std::chrono::steady_clock;

/// What may come of a fault, and what has to be told of it.
struct Consequences {
  std::set<int> codes;               ///< with which the container may end
  std::vector<std::string> told_by;  ///< events, each of which has to be told
  std::set<std::string> explains;    ///< warnings and errors that may be told, beside those
};

class World {
 public:
  static constexpr auto stop_timeout = 20s;
  /// `own_disk`: the data lies on a file system of its own that can be filled, frozen and so on.
  explicit World(bool own_disk);
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  ~World();

  /// A container is started, IRIS comes up, the writers write. False: a breach says why not.
  bool begin();
  /// The container is stopped in order, and what is there is checked for the last time.
  void end();

  /// A fault begins: readiness may be lost, and this may come of it.
  void fault_begins(const std::string& name, const Consequences& consequences);
  /// Another one, before the first has been got over.
  void fault_joins(const std::string& name, const Consequences& consequences);
  /// From now on the container may end with these codes only.
  void may_end_with(std::set<int> codes) { may_.codes = std::move(codes); }
  /// Ready, with writers that write, within `limit` from now; the container is started again as
  /// often as it ends. The time it took; nullopt, with a breach, when it did not come.
  std::optional<std::chrono::milliseconds> settle(Clock::duration limit);
  /// Looks until `condition` holds or the time is over; the container is not started again.
  bool watch(const std::function<bool()>& condition, Clock::duration limit);
  /// Looks for so long: what may happen, may happen in this time.
  void let_pass(Clock::duration length) {
    watch([] { return false; }, length);
  }
  /// Looks for so long; nobody's fault: what is lost meanwhile is a breach, and so is what is told
  /// as wrong.
  void be_quiet(Clock::duration length);
  void breach(const std::string& what);

  // What is told: world_told.cpp.
  /// Since fault_begins(), by whichever container.
  [[nodiscard]] bool told(const std::string& event);
  /// Not all of them are told, or a warning or error that the fault does not explain, or one of the
  /// agent's is not in the timeline: a breach each.
  void expect_told();
  void expect_explained();
  void expect_in_timeline();

  [[nodiscard]] IrisContainer& container() { return container_; }
  [[nodiscard]] Program& init() { return *init_; }
  [[nodiscard]] bool container_runs();
  void start_container();
  [[nodiscard]] std::vector<pid_t> irisdb() const;
  [[nodiscard]] std::string data() const { return container_.dir / "data"; }
  /// nullptr: the data lies on this machine's file system.
  [[nodiscard]] OwnDisk* disk() { return disk_ ? &*disk_ : nullptr; }
  IrisContainer::Answer irisctl(const std::vector<std::string>& words);
  IrisContainer::Answer exec(const std::vector<std::string>& argv);
  /// A copy of the data, or the data of a container that has ended, has all that `known` holds.
  void verify(const std::string& directory, const std::string& known, const std::string& when);
  /// What has been acknowledged so far, as a file of its own.
  [[nodiscard]] std::string known_now() const;
  [[nodiscard]] std::string acknowledged() const { return container_.dir / "acknowledged"; }
  void end_writers();

  // More than one machine: world_machines.cpp.
  /// The machine dies: what was not flushed to the data's own file system is lost, and no container
  /// gets a signal that it could hear.
  void power_cut();
  /// The container has ended, another machine takes its data over.
  void mount_elsewhere();
  /// A second container, on the same data, takes over once the first one is killed.
  void take_over();
  /// A second container is stopped while it waits for the data.
  void wait_in_vain();

  struct Figures {
    int containers = 0;
    int verified = 0;
    long acknowledged = 0;
    std::map<int, int> codes;  ///< exit codes of containers
  };
  [[nodiscard]] const Figures& figures() const { return figures_; }
  [[nodiscard]] long looks_for_two_databases() const { return databases_.looks(); }
  [[nodiscard]] const std::vector<std::string>& breaches() const { return breaches_; }
  [[nodiscard]] double seconds() const;
  [[nodiscard]] const std::string& fault() const { return fault_; }
  std::string log_directory;  ///< each container's log is kept there

 private:
  /// The second one says that it waits; nullopt, with a breach: it does not.
  std::optional<Program> start_second();
  void container_ended();
  void keep_log();
  bool writers_write(Clock::duration limit);
  bool stays_ready();
  void look();
  [[nodiscard]] std::string told_since_fault();
  [[nodiscard]] bool budget_is_spent();

  IrisContainer container_;
  std::string run_directory_ = container_.dir / "run";
  std::optional<OwnDisk> disk_;
  DatabaseWatch databases_;
  std::optional<Program> init_;
  std::optional<Program> writers_;
  Clock::time_point began_ = Clock::now();
  std::string fault_ = "nothing";
  Consequences may_;
  std::size_t log_at_fault_ = 0;
  std::string told_before_;  ///< what containers that have ended since the fault have told
  bool quiet_ = false;
  bool gave_up_ = false;  ///< since the fault, a container has: the restarts in place were used up
  Clock::duration verifying_{};  ///< the checker's time is no outage
  Figures figures_;
  std::vector<std::string> breaches_;
};

}  // namespace chaos
