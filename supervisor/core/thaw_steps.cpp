// The steps of a thaw, and what they tell about the time between freeze and thaw.
#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "supervisor/base/text.h"
#include "supervisor/core/freeze.h"
#include "supervisor/core/freeze_answers.h"

namespace sup {

/// The first reason stays, unless it was that nobody knows.
void Freeze::not_held(std::string why, std::string by, Nanos at) {
  outcome_.held = false;
  if (!outcome_.reason.empty() && outcome_.known) return;
  outcome_.known = true;
  outcome_.reason = std::move(why);
  outcome_.ended_by = std::move(by);
  outcome_.ended_at = at;
}

void Freeze::nobody_knows(std::string why) {
  outcome_.held = false;
  if (!outcome_.reason.empty()) return;
  outcome_.known = false;
  outcome_.reason = std::move(why);
}

void Freeze::begin_thaw(Nanos now) {
  phase_ = FreezePhase::thawing;
  outcome_ = {};
  outcome_.held = true;
  const Nanos at = std::min(now, lease_->end_at);
  if (!thaw_why_.empty()) not_held(std::exchange(thaw_why_, {}), std::exchange(thaw_by_, {}), at);
  if (now >= lease_->end_at) not_held("the lease was over before the thaw", "lease", at);
  go(FreezeStep::recheck);
}

/// Our suspension has ended with the life of IRIS that it was asked of: what is suspended in
/// another one is somebody else's.
bool Freeze::another_life(const std::string& iris_since) {
  if (iris_since.empty() || lease_->iris_since.empty()) {
    nobody_knows("nobody could say whether it held: IRIS's start time is not known");
    return false;
  }
  if (iris_since == lease_->iris_since) return false;
  not_held(fmt::format("IRIS was restarted meanwhile (running since '{}', frozen since '{}')",
                       iris_since, lease_->iris_since),
           "iris");
  return true;
}

void Freeze::resume() {
  lease_->resuming = true;
  lease_->outcome = outcome_;
  unconfirmed_ = true;
  go(FreezeStep::resume);
}

void Freeze::finish_thaw(Nanos now) {
  end(FreezeNews::thawed, now);
}

void Freeze::thaw_step_ended(FreezeStep step, const StepResult& result,
                             const std::string& iris_since, Nanos now) {
  const bool is_witness = step == FreezeStep::recheck || step == FreezeStep::rewitness;
  if (is_witness && another_life(iris_since)) return finish_thaw(now);
  switch (step) {
    case FreezeStep::recheck:
      if (answered(result, iris_no)) {
        not_held("IRIS was no longer suspended: its own time limit or somebody else resumed it",
                 "other");
        outcome_.ended_at = 0;  // whatever the reason: it had ended before that
        return go(FreezeStep::ask_who);
      }
      if (!answered(result, iris_yes))
        nobody_knows("nobody could say whether it held: " + how_it_failed(step, result));
      // A verdict that is known already is not waited for: users' changes are.
      if (!outcome_.held && outcome_.known) return resume();
      return go(FreezeStep::rewitness);
    case FreezeStep::ask_who:
      if (answered(result, 0)) {
        outcome_.evidence = trim(result.output).substr(0, 300);
        // The clock or the time zone may be another one than IRIS's.
        const bool is_credible = result.at > lease_->began_at && result.at <= now;
        if (is_credible) outcome_.ended_at = result.at;
      }
      return finish_thaw(now);
    case FreezeStep::rewitness:
      if (!answered(result, 0))
        nobody_knows("nobody could say whether it held: " + how_it_failed(step, result));
      else if (result.output != lease_->witness)
        not_held(fmt::format("'{}' changed while it was frozen",
                             changed_file(lease_->witness, result.output)),
                 {});
      return resume();
    case FreezeStep::resume:
      if (answered(result, iris_yes)) return go(FreezeStep::confirm_resumed);
      return go(FreezeStep::resume_forced);
    case FreezeStep::resume_forced:
      // Its exit status is not documented: whether it has resumed is asked for.
      outcome_.without_session = true;
      return go(FreezeStep::confirm_resumed);
    case FreezeStep::confirm_resumed:
      if (answered(result, iris_no)) {
        unconfirmed_ = false;
        return finish_thaw(now);
      }
      if (!outcome_.without_session) return go(FreezeStep::resume_forced);
      nobody_knows("the thaw could not be confirmed: " + how_it_failed(step, result));
      return finish_thaw(now);
    default:
      return;
  }
}

}  // namespace sup
