// The words for the enumerators of this room: in /status, metrics, the page and log lines. They are
// a contract with whoever reads those.
#include "probes/health.h"
#include "probes/qlist.h"
#include "probes/view.h"

namespace probes {

std::string_view name_of(State state) {
  switch (state) {
    case State::running:
      return "running";
    case State::down:
      return "down";
    case State::starting_or_stopping:
      return "starting_or_stopping";
    case State::sign_on_inhibited:
      return "sign_on_inhibited";
    case State::other_node:
      return "other_node";
    case State::unknown:
      return "unknown";
  }
  return "unknown";
}

std::string_view name_of(Health health) {
  switch (health) {
    case Health::ok:
      return "ok";
    case Health::warn:
      return "warn";
    case Health::alert:
      return "alert";
    case Health::hung:
      return "hung";
    case Health::blank:
      return "blank";
    case Health::unknown:
      return "unknown";
  }
  return "unknown";
}

std::string_view name_of(QlistFailure::Kind kind) {
  switch (kind) {
    case QlistFailure::Kind::no_line:
      return "no_line";
    case QlistFailure::Kind::garbage:
      return "garbage";
    case QlistFailure::Kind::other_instance:
      return "other_instance";
    case QlistFailure::Kind::exit_status:
      return "exit_status";
    case QlistFailure::Kind::timed_out:
      return "timed_out";
    case QlistFailure::Kind::could_not_run:
      return "could_not_run";
  }
  return "unknown";
}

std::string_view name_of(Phase phase) {
  switch (phase) {
    case Phase::preparing:
      return "preparing";
    case Phase::starting:
      return "starting";
    case Phase::up:
      return "up";
    case Phase::down:
      return "down";
    case Phase::restarting:
      return "restarting";
    case Phase::stopping:
      return "stopping";
    case Phase::draining:
      return "draining";
    case Phase::held:
      return "held";
    case Phase::up_false:
      return "up_false";
  }
  return "unknown";
}

std::string_view name_of(DataTrouble trouble) {
  switch (trouble) {
    case DataTrouble::full:
      return "full";
    case DataTrouble::read_only:
      return "read-only";
    case DataTrouble::stuck:
      return "stuck";
    case DataTrouble::failing:
      return "failing";
  }
  return "unknown";
}

std::string_view name_of(FreezeState state) {
  switch (state) {
    case FreezeState::thawed:
      return "thawed";
    case FreezeState::freezing:
      return "freezing";
    case FreezeState::frozen:
      return "frozen";
    case FreezeState::thawing:
      return "thawing";
    case FreezeState::settling:
      return "settling";
    case FreezeState::failed:
      return "failed";
    case FreezeState::foreign:
      return "foreign";
  }
  return "unknown";
}

}  // namespace probes
