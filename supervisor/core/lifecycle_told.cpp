// The lifecycle when it is told what to do: held, released, restarted on request.
#include <fmt/core.h>

#include <utility>

#include "supervisor/base/units.h"
#include "supervisor/core/exit_code.h"
#include "supervisor/core/lifecycle.h"

namespace sup {
namespace {

/// A watched process is gone, and not in order: others live on without it, or it was killed.
bool crashed(const LifeFacts& facts) {
  const bool a_command =
      facts.died_under_command || facts.iris_command_runs || facts.command_running;
  return facts.daemon_died && !a_command && (facts.irisdb_alive || facts.died_by_signal);
}

}  // namespace

bool Lifecycle::may_be_held() const {
  switch (state_) {
    case LifeState::preparing:
    case LifeState::starting:
    case LifeState::given_up:
    case LifeState::stopping:
      return false;
    case LifeState::held:
      return why_ != "held: " + hold_->reason;  // another hold, another reason
    default:
      return true;
  }
}

LifeAction Lifecycle::when_held(const LifeFacts& facts, Nanos now) {
  if (facts.runs)
    seen_ = LifeSeen::running;
  else if (crashed(facts))
    seen_ = LifeSeen::crashed;
  if (hold_) return LifeAction::none;
  if (facts.runs) {
    enter(LifeState::up, now, "the hold is over; IRIS is running");
    return LifeAction::none;
  }
  // Whatever lives gets the delay to show that it runs.
  enter(LifeState::down, now, "the hold is over, and IRIS is not running");
  return when_down(facts, now);
}

bool Lifecycle::release() {
  return std::exchange(hold_, std::nullopt).has_value();
}

std::string Lifecycle::ask_restart() {
  if (hold_) return "IRIS is held: " + hold_->reason;
  // What somebody has stopped, or left half dead, it may start again; what is under way goes on.
  if (state_ != LifeState::up && state_ != LifeState::down)
    return fmt::format("IRIS is not up: {}", why_);
  if (!storage_lost_.empty()) return storage_lost_;
  if (!settings_.restart_in_place)
    return "the policy is to exit, not to restart in place: 'irisctl stop' ends the container";
  restart_asked_ = true;
  return {};
}

LifeAction Lifecycle::when_restart_asked(const LifeFacts& facts, Nanos now) {
  if (facts.command_running || facts.iris_command_runs) return LifeAction::none;
  if (!acted_) {
    acted_ = true;
    return LifeAction::stop;
  }
  if (facts.irisdb_alive)
    return has_failed(facts, now,
                      fmt::format("'iris stop' {}, and IRIS still lives",
                                  describe_end(facts.command_status).view()));
  if (!facts.storage_lost.empty()) return block(facts, now);
  if (facts.start_waits) return LifeAction::none;
  enter(LifeState::restarting, now, why_);
  acted_ = true;
  return LifeAction::start;
}

}  // namespace sup
