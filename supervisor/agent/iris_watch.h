#pragma once
// IrisWatch: which of IRIS's processes are there, and a word at once when one of those that matter
// ends. What matters: the control process, write daemon and journal daemon. InterSystems documents
// that each of the three locks a section of mgr/ilock; /proc tells who does, without touching the
// volume. The end of any other irisdb, however it is related, means nothing.
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "supervisor/core/start_progress.h"
#include "supervisor/core/state_record.h"
#include "supervisor/os/process_table.h"

namespace sup {

/// What lives below PID 1, at one glance.
struct IrisProcesses {
  bool any_alive = false;     ///< any irisdb below PID 1
  bool command_runs = false;  ///< somebody's `iris start|stop|force|restart`, not ours
};

class IrisWatch {
 public:
  /// `init_pid`: PID 1, as we see it. `died` is called in the moment of a death.
  IrisWatch(boost::asio::io_context& io, pid_t init_pid, std::function<void()> died);

  /// `own_command`: the iris command that PID 1 runs for us; 0: none.
  [[nodiscard]] IrisProcesses look(pid_t own_command);
  /// What IRIS's processes, and the commands that start it, have worked so far. Ours are not among
  /// them.
  [[nodiscard]] StartActivity activity();
  /// Watches the control process and daemons that look() saw last, and forgets earlier deaths. One
  /// that has died since then counts as dead. Who held a daemon's lock during the start and is gone
  /// is only lost(): it may have been a helper of the start. The record is for the next agent.
  StateRecord adopt();
  /// The same for what an earlier agent watched; those that are gone count as dead.
  void adopt(const StateRecord& up);
  /// Stops watching: what happens from now on is expected.
  void forget();

  [[nodiscard]] bool somebody_died() const { return !death_.empty(); }
  /// Somebody of those we watch has died, and another one lives: half dead, qlist may go on saying
  /// running. Who restarts IRIS replaces them all.
  [[nodiscard]] bool half_dead() const;
  /// "daemon 433 was there during the start and is gone"; empty: nobody is.
  [[nodiscard]] const std::string& lost() const { return lost_; }
  /// When, monotonic; 0: nobody died. What a qlist told before that counts no more.
  [[nodiscard]] Nanos died_at() const { return died_at_; }
  /// "control process 431 died"
  [[nodiscard]] const std::string& death() const { return death_; }
  /// Somebody's iris command took IRIS down: it runs yet, or a new IRIS is there already.
  [[nodiscard]] bool died_under_command() const { return died_under_command_; }
  /// Nobody whom we watch is left, and a control process is there that has started since: IRIS was
  /// restarted while we could not look. It has daemons that lock the same file as it does, which
  /// tells it from what else a dead IRIS has left; where locks are not told, its age has to do.
  [[nodiscard]] bool was_replaced() const;

 private:
  struct Watched;
  void watch(const WatchedProcess& process, bool is_control);
  void await_end(const std::shared_ptr<Watched>& watched);
  void on_death(const Watched& watched);

  boost::asio::io_context& io_;
  pid_t init_pid_;
  std::function<void()> died_;
  /// A control process with its daemons.
  struct Family {
    std::vector<WatchedProcess> controls;
    std::vector<WatchedProcess> daemons;
    bool by_locks = false;  ///< they hold locks on one file; else it is a guess by age
  };
  [[nodiscard]] Family family_now() const;
  void see(Family family);

  /// By the last look(). As long as the control process is the same: every daemon ever seen.
  Family seen_;
  std::vector<WatchedProcess> processes_;
  std::vector<std::shared_ptr<Watched>> watched_;
  std::string death_;
  std::string lost_;
  Nanos died_at_ = 0;
  bool died_under_command_ = false;
  bool by_locks_ = false;        ///< those we watch were found so
  std::int64_t adopted_at_ = 0;  ///< in the clock ticks of ProcessInfo::started
  std::unique_ptr<Descendants> descendants_;
};

}  // namespace sup
