#pragma once
// Lifecycle: decides what becomes of IRIS between its first start and the container's end. Pure:
// facts and time in, at most one action out; PID 1 carries the actions out.
//
//   preparing --main program started--> starting --IRIS runs--> up
//   up --control process or daemon died--> broken --budget left--> forcing --nobody left--> pausing
//   up --clean down, or somebody's iris command--> down --restart delay over, no iris command runs,
//        and no irisdb that such a command has left--> pausing, with `--up false` not_wanted
//        (clean: all are gone, and for half a second PID 1 tells of no kill)
//   pausing --pause over--> restarting --IRIS runs--> up, --iris start failed--> broken
//   restarting --iris start has ended well, and nobody is there: left-overs told it "up"--> broken,
//        then forcing
//   pausing --somebody else starts IRIS--> down
//   broken or down --policy exit, or the budget used up--> forcing what is half dead, then given_up
//                                                          (PID 1 is told to end: 75)
//   up or down --irisctl restart--> restart_asked
//        --`iris stop` has ended, nobody left--> restarting; somebody left--> broken
//   broken or down, whatever the policy --the data's file system is read-only, failing or stuck-->
//        blocked, without a restart being spent, until it is well (down) or IRIS runs (up)
//   starting --iris-main says that its start has failed, nobody lives, and it does not end-->
//   broken,
//        given_up at once for what no restart can heal; so is restarting when `iris start` fails
//        for that
//   any but preparing, stopping, and starting (until that is over or has failed) --hold-->
//        held, until it is released or over: IRIS runs--> up, else--> down
//   preparing, for an agent that comes back --> restarting, where its predecessor has not seen how
//        the last start of ours ended, else up
//   starting or restarting --stalled, where the setting says exit--> given_up
//   any --PID 1 stops--> stopping          `--up false`: not_wanted until IRIS runs after all
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "supervisor/base/nanos.h"
#include "supervisor/core/restart_budget.h"

namespace sup {

enum class LifeState : std::uint8_t {
  preparing,
  starting,
  up,
  broken,
  down,
  forcing,
  pausing,
  restarting,
  restart_asked,
  blocked,
  held,
  not_wanted,
  given_up,
  stopping
};
std::string_view name_of(LifeState state);
/// Somebody's `iris start` is at work, the first one or ours.
constexpr bool start_under_way(LifeState state) {
  return state == LifeState::starting || state == LifeState::restarting;
}

/// How IRIS was seen last: a crash is one until IRIS runs again, whatever is done about it or not.
enum class LifeSeen : std::uint8_t {
  unknown,  ///< not by this one yet, or a start of ours is at work
  running,  ///< and if it went down since, then in order
  crashed   ///< somebody was killed, or it is half dead; it has not run since
};

enum class LifeAction : std::uint8_t { none, stop, force, start, give_up };

struct LifeFacts {
  bool main_started = false;
  bool stopping = false;  ///< PID 1 climbs its ladder
  /// A qlist that began after the last death and the last command says running, and an irisdb is
  /// there. Never so while it is half dead, whatever qlist says.
  bool runs = false;
  bool said_down = false;           ///< a qlist that is newer than all that happened says down
  bool irisdb_alive = false;        ///< any irisdb of this container
  bool daemon_died = false;         ///< a watched daemon, or the control process, is gone
  bool died_by_signal = false;      ///< PID 1 has reaped an irisdb that a signal had ended
  bool died_under_command = false;  ///< … while somebody's iris command ran: it is their doing
  bool iris_command_runs = false;   ///< somebody's iris, irisstart, irisstop or irisforce
  bool command_running = false;     ///< a command of ours, at PID 1
  bool start_running = false;       ///< … and it is `iris start`
  bool start_waits = false;         ///< another one may not begin yet
  int command_status = 0;           ///< wait status of our last command
  bool start_stalled = false;       ///< a start has not got anywhere for too long
  /// What iris-main has said of its own start that failed; empty: nothing of the kind.
  std::string start_failed;
  /// Why no restart can help: the licence, the instance, the durable directory; may be known alone.
  std::string incurable;
  /// The data's file system takes no writes, and that cannot be healed here; why, and what to do.
  std::string storage_lost;
  std::string death_why;  ///< "control process 431 died"
};

struct LifeSettings {
  bool up_wanted = true;         ///< false with `--up false`
  bool restart_in_place = true;  ///< false: policy `exit`
  Nanos restart_delay = seconds(10);
  bool exit_on_stall = false;  ///< a stalled start ends the container
  RestartBudgetSettings budget;
};

/// One step from a state to another, or to the same anew: `up` by somebody's restart.
struct Transition {
  LifeState from = LifeState::preparing;
  LifeState to = LifeState::preparing;
  Nanos lasted = 0;  ///< how long it was in `from`
  std::string why;
};

/// Somebody works on IRIS by hand: nothing is done to it until this ends.
struct Hold {
  std::string reason;
  Nanos until = 0;  ///< monotonic
};
inline constexpr Nanos default_hold = hours(4);
inline constexpr Nanos longest_hold = hours(720);

class Lifecycle {
 public:
  explicit Lifecycle(LifeSettings settings) : settings_{settings}, budget_{settings.budget} {}

  /// Call it whenever a fact changed and at deadline(), until it says none.
  LifeAction decide(const LifeFacts& facts, Nanos now);
  /// Since it was asked last, oldest first: a decision may pass through several states at once.
  [[nodiscard]] std::vector<Transition> take_transitions() {
    return std::exchange(transitions_, {});
  }

  /// Takes effect at the next decide(); while IRIS is prepared or started for the first time, once
  /// that is over or has failed. A later hold replaces an earlier one; one that comes before a
  /// restart that was asked for has begun takes that back.
  void hold(Hold hold) {
    hold_ = std::move(hold);
    restart_asked_ = false;
  }
  /// False: there was none.
  bool release();
  [[nodiscard]] const std::optional<Hold>& held() const { return hold_; }
  /// Asks for `iris stop` and `iris start`, without a budget. What stands against it; empty: it is
  /// done next.
  [[nodiscard]] std::string ask_restart();

  /// What an earlier agent of the same PID 1 had recorded, oldest first.
  void remember_up(Nanos since) {
    ever_up_ = true;
    up_since_ = since;
    restart_open_ = false;
  }
  void remember_restart(Nanos at) {
    budget_.spend(at);
    restart_open_ = true;
  }

  [[nodiscard]] LifeState state() const { return state_; }
  [[nodiscard]] Nanos since() const { return since_; }
  [[nodiscard]] bool ever_up() const { return ever_up_; }
  [[nodiscard]] LifeSeen seen() const { return seen_; }
  [[nodiscard]] const std::string& why() const { return why_; }
  [[nodiscard]] Nanos deadline() const;
  [[nodiscard]] const RestartBudget& budget() const { return budget_; }

 private:
  void enter(LifeState state, Nanos now, std::string why);
  LifeAction when_starting(const LifeFacts& facts, Nanos now);
  LifeAction when_blocked(const LifeFacts& facts, Nanos now);
  LifeAction block(const LifeFacts& facts, Nanos now);
  LifeAction when_preparing(const LifeFacts& facts, Nanos now);
  LifeAction when_up(const LifeFacts& facts, Nanos now);
  LifeAction when_down(const LifeFacts& facts, Nanos now);
  LifeAction recover(const LifeFacts& facts, Nanos now, bool left_overs = false);
  LifeAction when_forcing(const LifeFacts& facts, Nanos now);
  LifeAction when_pausing(const LifeFacts& facts, Nanos now);
  LifeAction when_restarting(const LifeFacts& facts, Nanos now);
  LifeAction when_restart_asked(const LifeFacts& facts, Nanos now);
  LifeAction when_held(const LifeFacts& facts, Nanos now);
  bool gives_up_stalled(const LifeFacts& facts, Nanos now);
  [[nodiscard]] bool may_be_held() const;
  LifeAction wait_for_others(const LifeFacts& facts, Nanos now, std::string why);
  /// `left_overs`: nobody lives, and `iris force` has to clear away what is in a start's way.
  LifeAction has_failed(const LifeFacts& facts, Nanos now, std::string why,
                        bool left_overs = false);
  void begin_pause(Nanos now);
  LifeAction give_up(Nanos now);
  LifeAction give_up_incurable(const LifeFacts& facts, Nanos now, const std::string& what);

  LifeSettings settings_;
  RestartBudget budget_;
  LifeState state_ = LifeState::preparing;
  Nanos since_ = 0;
  Nanos up_since_ = 0;  ///< remembered
  Nanos deadline_ = never;
  bool begun_ = false;  ///< anything was ever decided
  bool ever_up_ = false;
  bool restart_open_ = false;  ///< remembered: after it IRIS was not seen running
  LifeSeen seen_ = LifeSeen::unknown;
  std::string give_up_why_;  ///< not empty: once nobody lives, the container ends
  std::optional<Hold> hold_;
  bool restart_asked_ = false;
  std::string storage_lost_;  ///< as the last facts said
  bool acted_ = false;        ///< the state's command has been asked for
  bool theirs_ = false;       ///< down: an irisdb that lives now came by somebody's iris command
  std::string why_ = "the configuration is being prepared";
  std::vector<Transition> transitions_;
};

}  // namespace sup
