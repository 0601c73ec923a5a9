#include "supervisor/core/lifecycle.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "supervisor/base/units.h"
#include "supervisor/core/exit_code.h"

namespace sup {
namespace {

/// An abnormal end: a signal took it, and nobody's command was at work.
bool killed(const LifeFacts& facts) {
  return facts.died_by_signal && !facts.died_under_command;
}

/// A death is seen here and by PID 1, which alone learns how it ended, and tells it by a link: who
/// was killed was not shut down in order.
constexpr Nanos until_init_tells = milliseconds(500);

}  // namespace

std::string_view name_of(LifeState state) {
  switch (state) {
    case LifeState::preparing:
      return "preparing";
    case LifeState::starting:
      return "starting";
    case LifeState::up:
      return "up";
    case LifeState::broken:
      return "broken";
    case LifeState::down:
      return "down";
    case LifeState::forcing:
      return "forcing";
    case LifeState::pausing:
      return "pausing";
    case LifeState::restarting:
      return "restarting";
    case LifeState::restart_asked:
      return "restart_asked";
    case LifeState::blocked:
      return "blocked";
    case LifeState::held:
      return "held";
    case LifeState::not_wanted:
      return "not_wanted";
    case LifeState::given_up:
      return "given_up";
    case LifeState::stopping:
      return "stopping";
  }
  return "unknown";
}

void Lifecycle::enter(LifeState state, Nanos now, std::string why) {
  transitions_.push_back({state_, state, now - since_, why});
  state_ = state;
  since_ = now;
  deadline_ = never;
  acted_ = false;
  theirs_ = false;
  why_ = std::move(why);
  if (state == LifeState::up) {
    ever_up_ = true;
    seen_ = LifeSeen::running;
  }
  // PID 1 knows better how its own `iris start` ends.
  if (state == LifeState::restarting) seen_ = LifeSeen::unknown;
}

LifeAction Lifecycle::decide(const LifeFacts& facts, Nanos now) {
  storage_lost_ = facts.storage_lost;
  if (!std::exchange(begun_, true)) since_ = now;
  if (facts.stopping && state_ != LifeState::stopping) {
    // From here on the daemons go one by one; what was before counts as what it was.
    if (seen_ == LifeSeen::running)
      seen_ = facts.daemon_died && killed(facts) ? LifeSeen::crashed : LifeSeen::unknown;
    enter(LifeState::stopping, now, "stopping");
  }
  if (hold_ && now >= hold_->until) hold_.reset();
  if (hold_ && may_be_held()) enter(LifeState::held, now, "held: " + hold_->reason);
  switch (state_) {
    case LifeState::stopping:
    case LifeState::given_up:
      return LifeAction::none;
    case LifeState::preparing:
      return when_preparing(facts, now);
    case LifeState::held:
      return when_held(facts, now);
    case LifeState::restart_asked:
      return when_restart_asked(facts, now);
    case LifeState::blocked:
      return when_blocked(facts, now);
    case LifeState::starting:
      return when_starting(facts, now);
    case LifeState::not_wanted:
      if (gives_up_stalled(facts, now)) return LifeAction::give_up;
      if (facts.runs) enter(LifeState::up, now, "IRIS is running");
      return LifeAction::none;
    case LifeState::up:
      return when_up(facts, now);
    case LifeState::down:
      return when_down(facts, now);
    case LifeState::broken:
      return recover(facts, now);
    case LifeState::forcing:
      return when_forcing(facts, now);
    case LifeState::pausing:
      return when_pausing(facts, now);
    case LifeState::restarting:
      return when_restarting(facts, now);
  }
  return LifeAction::none;
}

LifeAction Lifecycle::when_preparing(const LifeFacts& facts, Nanos now) {
  if (!facts.main_started) return LifeAction::none;
  if (facts.start_running || restart_open_) {  // asked for by an earlier agent
    enter(LifeState::restarting, now, "a restart in place is under way");
    acted_ = true;
  } else if (ever_up_) {
    enter(LifeState::up, now, "IRIS was up when this agent began");
    since_ = up_since_;
    seen_ = LifeSeen::unknown;
  } else if (settings_.up_wanted) {
    enter(LifeState::starting, now, "IRIS is starting");
  } else {
    enter(LifeState::not_wanted, now, "iris-main was told --up false");
  }
  return decide(facts, now);
}

LifeAction Lifecycle::when_starting(const LifeFacts& facts, Nanos now) {
  if (gives_up_stalled(facts, now)) return LifeAction::give_up;
  if (facts.runs) {
    enter(LifeState::up, now, "IRIS is running");
    return LifeAction::none;
  }
  const bool over = !facts.start_failed.empty() && !facts.irisdb_alive && !facts.iris_command_runs;
  if (!over) {
    deadline_ = never;
    return LifeAction::none;
  }
  if (hold_) {
    enter(LifeState::held, now, "held: " + hold_->reason);
    return LifeAction::none;
  }
  // iris-main ends when its start has failed, and its code is the container's; one that stays would
  // leave a container that runs without IRIS.
  if (deadline_ == never) deadline_ = now + settings_.restart_delay;
  if (now < deadline_) return LifeAction::none;
  if (facts.incurable.empty()) return has_failed(facts, now, facts.start_failed);
  return give_up_incurable(facts, now, facts.start_failed);
}

LifeAction Lifecycle::when_up(const LifeFacts& facts, Nanos now) {
  if (!facts.daemon_died && std::exchange(restart_asked_, false)) {
    enter(LifeState::restart_asked, now, "a restart was asked for");
    return when_restart_asked(facts, now);
  }
  if (!facts.daemon_died) {
    deadline_ = never;
    // Nobody whom we watch has died, and yet it is down: perhaps nobody could be watched.
    if (!facts.said_down || facts.irisdb_alive || facts.iris_command_runs) return LifeAction::none;
    enter(LifeState::down, now, "IRIS is down, says qlist");
    return when_down(facts, now);
  }
  // What is started after all were gone is theirs.
  if (deadline_ != never && !killed(facts) && facts.iris_command_runs)
    return wait_for_others(facts, now, "IRIS went down, in order as it seems");
  // Somebody's `iris stop` or `restart` takes daemons down in order: no death to be alarmed by.
  if (facts.iris_command_runs) return LifeAction::none;
  if (facts.died_under_command && facts.runs) {
    enter(LifeState::up, now, "IRIS is running again; somebody else restarted it");
    return LifeAction::none;
  }
  // Their restart may be over before a qlist says so: what lives now is theirs, never forced.
  if (facts.died_under_command)
    return wait_for_others(facts, now, "somebody's iris command took IRIS down");
  if (facts.irisdb_alive || killed(facts)) return has_failed(facts, now, facts.death_why);
  if (deadline_ == never) deadline_ = now + until_init_tells;
  if (now < deadline_) return LifeAction::none;
  enter(LifeState::down, now, "IRIS went down, in order as it seems");
  return when_down(facts, now);
}

LifeAction Lifecycle::wait_for_others(const LifeFacts& facts, Nanos now, std::string why) {
  enter(LifeState::down, now, std::move(why));
  theirs_ = true;
  return when_down(facts, now);
}

LifeAction Lifecycle::has_failed(const LifeFacts& facts, Nanos now, std::string why,
                                 bool left_overs) {
  restart_asked_ = false;
  enter(LifeState::broken, now, std::move(why));
  return recover(facts, now, left_overs);
}

LifeAction Lifecycle::when_down(const LifeFacts& facts, Nanos now) {
  if (facts.runs) {
    enter(LifeState::up, now, "IRIS is running again; somebody else started it");
    return LifeAction::none;
  }
  // A DBA's restart is theirs: their command ends first, and then has the delay once more. So is
  // what it has left running, say in single-user mode for a repair: it is never forced.
  if (facts.iris_command_runs) theirs_ = true;
  if (std::exchange(restart_asked_, false)) {
    enter(LifeState::restart_asked, now, "a restart was asked for");
    return when_restart_asked(facts, now);
  }
  const bool at_work = facts.iris_command_runs || (theirs_ && facts.irisdb_alive);
  // PID 1's word may come a moment after ours.
  if (killed(facts) && !theirs_) return has_failed(facts, now, facts.death_why);
  if (deadline_ == never || at_work) deadline_ = now + settings_.restart_delay;
  if (now < deadline_) return LifeAction::none;
  if (!settings_.up_wanted) {
    enter(LifeState::not_wanted, now, why_ + "; iris-main was told --up false");
    return LifeAction::none;
  }
  return recover(facts, now);
}

LifeAction Lifecycle::block(const LifeFacts& facts, Nanos now) {
  enter(LifeState::blocked, now, fmt::format("{}; {}", why_, facts.storage_lost));
  return LifeAction::none;
}

LifeAction Lifecycle::when_blocked(const LifeFacts& facts, Nanos now) {
  if (facts.runs) {
    enter(LifeState::up, now, "IRIS is running again");
    return LifeAction::none;
  }
  if (!facts.storage_lost.empty()) return LifeAction::none;
  // Whatever lives gets the delay to show that it runs.
  enter(LifeState::down, now, "the data's file system is well again, and IRIS is not running");
  return when_down(facts, now);
}

LifeAction Lifecycle::recover(const LifeFacts& facts, Nanos now, bool left_overs) {
  const bool has_crashed = facts.irisdb_alive || killed(facts);
  if (has_crashed) seen_ = LifeSeen::crashed;
  // A restart would fail, and so would one of the whole container: the mount is the pod's.
  if (!facts.storage_lost.empty()) return block(facts, now);
  const std::string what = why_;
  give_up_why_.clear();
  if (!settings_.restart_in_place)
    give_up_why_ = what + "; the policy is to exit, not to restart in place";
  else if (budget_.exhausted(now))
    give_up_why_ =
        fmt::format("{}; {} restarts within {} are used up", what, settings_.budget.limit,
                    format_duration(settings_.budget.window).view());
  // Half dead, it cannot stop by itself: iris-main would wait for its whole shutdown timeout.
  if (has_crashed || left_overs) {
    enter(LifeState::forcing, now, what);
    return when_forcing(facts, now);
  }
  if (!give_up_why_.empty()) return give_up(now);
  enter(LifeState::pausing, now, what);
  begin_pause(now);
  return when_pausing(facts, now);
}

LifeAction Lifecycle::when_forcing(const LifeFacts& facts, Nanos now) {
  // One command at a time, theirs included: a force would kill what they have half started.
  if (facts.command_running || facts.iris_command_runs) return LifeAction::none;
  if (!acted_) {
    acted_ = true;
    return LifeAction::force;
  }
  if (facts.irisdb_alive) {  // `iris force` has ended and somebody lives: once more, in a while
    if (deadline_ == never) deadline_ = now + seconds(5);
    if (now < deadline_) return LifeAction::none;
    deadline_ = never;
    // Who has survived it, the stop ladder ends or lists.
    return give_up_why_.empty() ? LifeAction::force : give_up(now);
  }
  if (!give_up_why_.empty()) return give_up(now);
  enter(LifeState::pausing, now, why_);
  begin_pause(now);
  return when_pausing(facts, now);
}

LifeAction Lifecycle::give_up(Nanos now) {
  enter(LifeState::given_up, now, give_up_why_);
  return LifeAction::give_up;
}

void Lifecycle::begin_pause(Nanos now) {
  deadline_ = now + budget_.pause(now);
}

LifeAction Lifecycle::when_pausing(const LifeFacts& facts, Nanos now) {
  if (facts.runs) {
    enter(LifeState::up, now, "IRIS is running again; somebody else started it");
    return LifeAction::none;
  }
  if (facts.command_running || facts.start_waits) return LifeAction::none;
  if (facts.irisdb_alive || facts.iris_command_runs)
    return wait_for_others(facts, now, why_ + "; somebody else starts IRIS");
  if (now < deadline_) return LifeAction::none;
  if (!facts.storage_lost.empty()) return block(facts, now);
  enter(LifeState::restarting, now, why_);
  budget_.spend(now);
  acted_ = true;
  return LifeAction::start;
}

bool Lifecycle::gives_up_stalled(const LifeFacts& facts, Nanos now) {
  // Nor does it end under who has held the first start.
  if (hold_ || !facts.start_stalled || facts.runs || !settings_.exit_on_stall) return false;
  enter(LifeState::given_up, now, "the start of IRIS has stalled");
  return true;
}

LifeAction Lifecycle::when_restarting(const LifeFacts& facts, Nanos now) {
  if (gives_up_stalled(facts, now)) return LifeAction::give_up;
  if (facts.command_running) return LifeAction::none;
  if (facts.runs) {
    enter(LifeState::up, now, "IRIS was restarted in place");
    return LifeAction::none;
  }
  const bool good = facts.command_status == 0;
  // A good start may still be recovering; the next qlist will tell.
  if (facts.iris_command_runs || (good && facts.irisdb_alive)) {
    deadline_ = never;
    return LifeAction::none;
  }
  // Nobody there after a good start, or somebody after one that was refused (was another's start
  // quicker?): it will show soon.
  if (good || facts.irisdb_alive) {
    if (deadline_ == never) deadline_ = now + settings_.restart_delay;
    if (now < deadline_) return LifeAction::none;
  }
  const std::string what =
      good ? "'iris start' is over, but no irisdb is there"
           : fmt::format("'iris start' {}", describe_end(facts.command_status).view());
  // Did it find IRIS up, by what one that has ended has left? That would be found again.
  if (facts.incurable.empty() || facts.irisdb_alive) return has_failed(facts, now, what, good);
  return give_up_incurable(facts, now, what);
}

LifeAction Lifecycle::give_up_incurable(const LifeFacts& facts, Nanos now,
                                        const std::string& what) {
  give_up_why_ = fmt::format("{}; no restart can help: {}", what, facts.incurable);
  return give_up(now);
}

Nanos Lifecycle::deadline() const {
  return hold_ ? std::min(deadline_, hold_->until) : deadline_;
}

}  // namespace sup
