// The steps of a freeze, and those that undo one that failed.
#include <fmt/core.h>

#include <utility>

#include "supervisor/base/text.h"
#include "supervisor/core/freeze.h"
#include "supervisor/core/freeze_answers.h"

namespace sup {

std::string how_it_failed(FreezeStep step, const StepResult& result) {
  if (result.timed_out) return fmt::format("{}: no answer in time", name_of(step));
  const std::string_view said = trim(result.output);
  return fmt::format("{}: answered {}{}{}", name_of(step), result.status, said.empty() ? "" : ": ",
                     said.substr(0, 200));
}

void Freeze::fail_freeze(std::string why, bool undo, Nanos now) {
  if (outcome_.reason.empty()) outcome_.reason = std::move(why);
  if (!undo) return end(FreezeNews::freeze_failed, now);
  unconfirmed_ = true;
  go(FreezeStep::undo);
}

std::string Freeze::pointless(Nanos now) const {
  if (!thaw_why_.empty()) return "broken off: " + thaw_why_;
  return now >= lease_->end_at ? "the lease was over before the freeze was complete" : "";
}

bool Freeze::is_pointless(Nanos now) const {
  return phase_ == FreezePhase::freezing && (!lost_why_.empty() || !pointless(now).empty());
}

/// The next step of a freeze, unless it has become pointless.
void Freeze::go_on(FreezeStep step, Nanos now) {
  if (std::string why = pointless(now); !why.empty())
    return fail_freeze(std::move(why), lease_->suspending, now);
  if (step == FreezeStep::before) lease_->hooks_begun = true;
  if (step == FreezeStep::suspend) lease_->suspending = true;
  go(step);
}

void Freeze::freeze_step_ended(FreezeStep step, const StepResult& result,
                               const std::string& iris_since, Nanos now) {
  const bool done = !result.timed_out && result.status == 0;
  const bool undoes = step >= FreezeStep::undo;
  const bool another_life = !iris_since.empty() && iris_since != lease_->iris_since;
  if (another_life && lease_->suspending && !undoes) {
    lease_->iris_since.clear();  // which of the two was suspended is not known
    return fail_freeze("IRIS was restarted during the freeze", true, now);
  }
  // Until IRIS is asked, it may be another one.
  if (another_life && !undoes) lease_->iris_since = iris_since;
  switch (step) {
    case FreezeStep::probe:
      if (answered(result, iris_no))
        return go_on(lease_->hooks_begun ? FreezeStep::suspend : FreezeStep::before, now);
      outcome_.refused = answered(result, iris_yes);
      if (outcome_.refused) return fail_freeze("suspended already, by somebody else", false, now);
      return fail_freeze(how_it_failed(step, result), false, now);
    case FreezeStep::before:
      // Hooks take their time: meanwhile somebody else may have suspended IRIS, and if it says yes
      // to us as well, that one's suspension would be taken for ours, and thawed.
      if (done) return go_on(result.output.empty() ? FreezeStep::suspend : FreezeStep::probe, now);
      return fail_freeze(fmt::format("{}: {}", name_of(step), result.output), false, now);
    case FreezeStep::suspend:
    case FreezeStep::suspend_plain:
      return suspend_ended(step, result, now);
    case FreezeStep::confirm:
      if (answered(result, iris_yes)) return go_on(FreezeStep::sync, now);
      return fail_freeze(how_it_failed(step, result), true, now);
    case FreezeStep::sync:
      if (done) return go_on(FreezeStep::witness, now);
      return fail_freeze(how_it_failed(step, result), true, now);
    case FreezeStep::witness:
      if (!done) return fail_freeze(how_it_failed(step, result), true, now);
      if (result.output.empty())
        return fail_freeze("witness: no database file was seen, so nothing could be proved", true,
                           now);
      if (std::string why = pointless(now); !why.empty())
        return fail_freeze(std::move(why), true, now);
      lease_->witness = result.output;
      phase_ = FreezePhase::frozen;
      news_ = FreezeNews::frozen;
      return;
    default:
      return undo_step_ended(step, result, now);
  }
}

void Freeze::suspend_ended(FreezeStep step, const StepResult& result, Nanos now) {
  lease_->journal = journal_of(result.output);
  lease_->iris_deadman = step == FreezeStep::suspend;
  if (answered(result, iris_yes)) return go_on(FreezeStep::confirm, now);
  // A version that does not know the limit refuses the call as a whole.
  const bool refused = answered(result, iris_no);
  if (step == FreezeStep::suspend && !result.timed_out) {
    refused_ = refused;
    return go_on(FreezeStep::suspend_plain, now);
  }
  // Two plain refusals have suspended nothing: what is suspended now is somebody else's. Any other
  // answer may be that of a freeze that took effect, and the reason for the refusal of the next.
  fail_freeze(how_it_failed(step, result), !(refused && refused_), now);
}

void Freeze::undo_step_ended(FreezeStep step, const StepResult& result, Nanos now) {
  const bool answered_either = answered(result, iris_yes) || answered(result, iris_no);
  switch (step) {
    case FreezeStep::undo:
      // 3 says that nothing is suspended; whether that is so is asked.
      if (answered_either) return go(FreezeStep::confirm_undone);
      forced_ = true;
      return go(FreezeStep::resume_forced);
    case FreezeStep::resume_forced:
      return go(FreezeStep::confirm_undone);
    case FreezeStep::confirm_undone:
      if (answered(result, iris_no)) {
        unconfirmed_ = !last_look_;
        return end(FreezeNews::freeze_failed, now);
      }
      if (!std::exchange(forced_, true)) return go(FreezeStep::resume_forced);
      outcome_.reason += "; IRIS may still be suspended: " + how_it_failed(step, result);
      return end(FreezeNews::freeze_failed, now);
    default:
      return;
  }
}

}  // namespace sup
