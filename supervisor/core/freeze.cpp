#include "supervisor/core/freeze.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "supervisor/base/text.h"
#include "supervisor/base/units.h"

namespace sup {
namespace {

constexpr int yes = 5;  ///< success, suspended
constexpr int no = 3;   ///< failure, not suspended

std::string how_it_failed(FreezeStep step, const StepResult& result) {
  if (result.timed_out) return fmt::format("{}: no answer in time", name_of(step));
  const std::string_view said = trim(result.output);
  return fmt::format("{}: answered {}{}{}", name_of(step), result.status, said.empty() ? "" : ": ",
                     said.substr(0, 200));
}

}  // namespace

std::string_view name_of(FreezeStep step) {
  switch (step) {
    case FreezeStep::none:
      return "none";
    case FreezeStep::probe:
      return "probe";
    case FreezeStep::suspend:
      return "suspend";
    case FreezeStep::suspend_plain:
      return "suspend without limit";
    case FreezeStep::confirm:
      return "confirm";
    case FreezeStep::sync:
      return "sync";
    case FreezeStep::witness:
      return "witness";
    case FreezeStep::undo:
      return "undo";
    case FreezeStep::recheck:
      return "recheck";
    case FreezeStep::rewitness:
      return "rewitness";
    case FreezeStep::resume:
      return "resume";
    case FreezeStep::resume_forced:
      return "resume without a session";
    case FreezeStep::confirm_resumed:
      return "confirm resumed";
  }
  return "unknown";
}

std::string_view name_of(FreezePhase phase) {
  switch (phase) {
    case FreezePhase::thawed:
      return "thawed";
    case FreezePhase::freezing:
      return "freezing";
    case FreezePhase::frozen:
      return "frozen";
    case FreezePhase::thawing:
      return "thawing";
  }
  return "unknown";
}

std::string journal_of(std::string_view output) {
  constexpr std::string_view mark = "with journal file: ";
  const std::size_t at = output.find(mark);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = output.substr(at + mark.size());
  return std::string{trim(rest.substr(0, rest.find('\n')))};
}

Freeze::Refusal Freeze::request_freeze(const std::string& owner, const std::string& token,
                                       Nanos lease, bool iris_runs, const std::string& iris_since,
                                       Nanos now) {
  if (lease_ && lease_->owner == owner && phase_ != FreezePhase::thawing) return {{}, true};
  if (lease_)
    return {fmt::format("{} by '{}', {} left", name_of(phase_), lease_->owner,
                        describe_duration(std::max<Nanos>(0, lease_->end_at - now)).view())};
  if (phase_ != FreezePhase::thawed) return {fmt::format("{} is under way", name_of(phase_))};
  if (!iris_runs) return {"IRIS is not running"};
  phase_ = FreezePhase::freezing;
  lease_ = Lease{.owner = owner,
                 .token = token,
                 .began_at = now,
                 .end_at = now + lease,
                 .iris_since = iris_since};
  outcome_ = {};
  thaw_why_.clear();
  lost_why_.clear();
  go(FreezeStep::probe);
  return {};
}

Freeze::Refusal Freeze::request_thaw(std::string_view owner, std::string_view token, Nanos now) {
  if (!lease_) return {"nothing of ours is frozen"};
  if (!owner.empty() && owner != lease_->owner)
    return {fmt::format("the freeze belongs to '{}', not to '{}'", lease_->owner, owner)};
  if (!token.empty() && token != lease_->token)
    return {fmt::format("the token is not that of the freeze by '{}'", lease_->owner)};
  if (phase_ == FreezePhase::freezing) return {"the freeze is still under way"};
  if (phase_ == FreezePhase::frozen) begin_thaw(now);
  return {};
}

Freeze::Refusal Freeze::request_foreign_thaw(Nanos now) {
  if (lease_)
    return {fmt::format("the freeze is ours, by '{}': use --token or --owner", lease_->owner)};
  if (phase_ != FreezePhase::thawed) return {fmt::format("{} is under way", name_of(phase_))};
  outcome_ = {};
  thaw_why_.clear();
  lost_why_.clear();
  phase_ = FreezePhase::thawing;
  not_held("it was not our freeze: nobody watched it");
  lease_ = Lease{.owner = "somebody else", .token = {}, .began_at = now, .end_at = now};
  go(FreezeStep::resume);
  return {};
}

void Freeze::thaw_now(std::string why, Nanos now) {
  if (!lease_ || phase_ == FreezePhase::thawing) return;
  if (!thaw_why_.empty()) return;
  thaw_why_ = std::move(why);
  if (phase_ == FreezePhase::frozen) begin_thaw(now);
}

void Freeze::restore(Lease lease) {
  lease_ = std::move(lease);
  phase_ = FreezePhase::frozen;
  outcome_ = {};
  thaw_why_.clear();
  lost_why_.clear();
  if (lease_->witness.empty()) {
    thaw_why_ = "the agent ended before the freeze was complete";
    begin_thaw(lease_->began_at);
  }
}

void Freeze::iris_lost(const std::string& why, Nanos now) {
  if (!lease_) return;
  if (running_ != FreezeStep::none) {
    if (lost_why_.empty()) lost_why_ = why;
    return;
  }
  wanted_ = FreezeStep::none;
  if (phase_ == FreezePhase::freezing) return fail_freeze(why, false);
  if (phase_ == FreezePhase::frozen) outcome_ = {};
  not_held(why);
  finish_thaw(now);
}

Nanos Freeze::deadline() const {
  return phase_ == FreezePhase::frozen ? lease_->end_at : never;
}

void Freeze::go(FreezeStep step) {
  wanted_ = step;
}

FreezeStep Freeze::next_step(Nanos now) {
  if (phase_ == FreezePhase::frozen && now >= lease_->end_at)
    thaw_now("the lease was over before anybody thawed", now);
  if (running_ != FreezeStep::none || wanted_ == FreezeStep::none) return FreezeStep::none;
  running_ = std::exchange(wanted_, FreezeStep::none);
  return running_;
}

void Freeze::step_ended(const StepResult& result, const std::string& iris_since, Nanos now) {
  if (running_ == FreezeStep::none) return;
  if (phase_ == FreezePhase::freezing)
    freeze_step_ended(result, now);
  else
    thaw_step_ended(result, iris_since, now);
}

FreezeNews Freeze::take_news() {
  return std::exchange(news_, FreezeNews::none);
}

void Freeze::fail_freeze(std::string why, bool undo) {
  if (outcome_.reason.empty()) outcome_.reason = std::move(why);
  if (undo) return go(FreezeStep::undo);
  thaw_why_.clear();
  lease_.reset();
  phase_ = FreezePhase::thawed;
  news_ = FreezeNews::freeze_failed;
}

std::string Freeze::pointless(Nanos now) const {
  if (!thaw_why_.empty()) return "broken off: " + thaw_why_;
  return now >= lease_->end_at ? "the lease was over before the freeze was complete" : "";
}

/// The next step of a freeze, unless it has become pointless.
void Freeze::go_on(FreezeStep step, Nanos now) {
  std::string why = pointless(now);
  if (why.empty()) return go(step);
  fail_freeze(std::move(why), step != FreezeStep::suspend);
}

void Freeze::freeze_step_ended(const StepResult& result, Nanos now) {
  const FreezeStep step = std::exchange(running_, FreezeStep::none);
  if (!lost_why_.empty()) return fail_freeze(std::exchange(lost_why_, {}), false);
  const bool answered_yes = !result.timed_out && result.status == yes;
  const bool answered_no = !result.timed_out && result.status == no;
  switch (step) {
    case FreezeStep::probe:
      if (answered_no) return go_on(FreezeStep::suspend, now);
      outcome_.refused = answered_yes;
      if (answered_yes) return fail_freeze("suspended already, by somebody else", false);
      return fail_freeze(how_it_failed(step, result), false);
    case FreezeStep::suspend:
    case FreezeStep::suspend_plain:
      lease_->journal = journal_of(result.output);
      lease_->iris_deadman = step == FreezeStep::suspend;
      if (answered_yes) return go_on(FreezeStep::confirm, now);
      // A version that does not know the limit refuses the call as a whole; nothing is suspended.
      if (step == FreezeStep::suspend && !result.timed_out)
        return go_on(FreezeStep::suspend_plain, now);
      // A plain refusal has suspended nothing: what is suspended now is somebody else's.
      return fail_freeze(how_it_failed(step, result), !answered_no);
    case FreezeStep::confirm:
      if (answered_yes) return go_on(FreezeStep::sync, now);
      return fail_freeze(how_it_failed(step, result), true);
    case FreezeStep::sync:
      if (result.status == 0 && !result.timed_out) return go_on(FreezeStep::witness, now);
      return fail_freeze(how_it_failed(step, result), true);
    case FreezeStep::witness:
      if (result.status != 0 || result.timed_out)
        return fail_freeze(how_it_failed(step, result), true);
      if (result.output.empty())
        return fail_freeze("witness: no database file was seen, so nothing could be proved", true);
      if (std::string why = pointless(now); !why.empty()) return fail_freeze(std::move(why), true);
      lease_->witness = result.output;
      phase_ = FreezePhase::frozen;
      news_ = FreezeNews::frozen;
      return;
    case FreezeStep::undo:
      // 3 may mean that nothing was suspended; what is left, both dead-man timers end.
      if (answered_yes || answered_no) return fail_freeze({}, false);
      return go(FreezeStep::resume_forced);
    case FreezeStep::resume_forced:
      if (result.timed_out || result.status != 0)
        outcome_.reason += "; IRIS may still be suspended: " + how_it_failed(step, result);
      return fail_freeze({}, false);
    default:
      return;
  }
}

void Freeze::not_held(std::string why) {
  outcome_.held = false;
  if (outcome_.reason.empty()) outcome_.reason = std::move(why);
}

void Freeze::begin_thaw(Nanos now) {
  phase_ = FreezePhase::thawing;
  outcome_ = {};
  outcome_.held = true;
  if (!thaw_why_.empty()) not_held(std::exchange(thaw_why_, {}));
  if (now >= lease_->end_at) not_held("the lease was over before the thaw");
  go(FreezeStep::recheck);
}

void Freeze::thaw_step_ended(const StepResult& result, const std::string& iris_since, Nanos now) {
  const FreezeStep step = std::exchange(running_, FreezeStep::none);
  if (!lost_why_.empty()) {
    not_held(std::exchange(lost_why_, {}));
    return finish_thaw(now);
  }
  const bool answered_yes = !result.timed_out && result.status == yes;
  const bool answered_no = !result.timed_out && result.status == no;
  if (step == FreezeStep::recheck || step == FreezeStep::rewitness) {
    if (iris_since.empty() || lease_->iris_since.empty()) {
      not_held("nobody could say whether it held: IRIS's start time is not known");
    } else if (iris_since != lease_->iris_since) {
      not_held(fmt::format("IRIS was restarted meanwhile (running since '{}', frozen since '{}')",
                           iris_since, lease_->iris_since));
      // Our suspension has ended with that IRIS: what is suspended now is somebody else's.
      return finish_thaw(now);
    }
  }
  switch (step) {
    case FreezeStep::recheck:
      if (answered_no) {
        not_held("IRIS was no longer suspended: its own timer or somebody else resumed it");
        return finish_thaw(now);
      }
      if (!answered_yes)
        not_held("nobody could say whether it held: " + how_it_failed(step, result));
      return go(FreezeStep::rewitness);
    case FreezeStep::rewitness:
      if (result.timed_out || result.status != 0)
        not_held("nobody could say whether it held: " + how_it_failed(step, result));
      else if (result.output != lease_->witness)
        not_held("a database file or the write image journal changed while it was frozen");
      return go(FreezeStep::resume);
    case FreezeStep::resume:
      if (answered_yes) return go(FreezeStep::confirm_resumed);
      return go(FreezeStep::resume_forced);
    case FreezeStep::resume_forced:
      // Its exit status is not documented: whether it has resumed is asked for.
      outcome_.without_session = true;
      return go(FreezeStep::confirm_resumed);
    case FreezeStep::confirm_resumed:
      if (answered_no) return finish_thaw(now);
      if (!outcome_.without_session) return go(FreezeStep::resume_forced);
      not_held("the thaw could not be confirmed: " + how_it_failed(step, result));
      return finish_thaw(now);
    default:
      return;
  }
}

void Freeze::finish_thaw(Nanos now) {
  outcome_.lasted = now - lease_->began_at;
  outcome_.journal = lease_->journal;
  lease_.reset();
  wanted_ = FreezeStep::none;
  phase_ = FreezePhase::thawed;
  // One that ended before anybody was told of it never was.
  const bool untold = news_ == FreezeNews::frozen;
  news_ = untold ? FreezeNews::freeze_failed : FreezeNews::thawed;
}

}  // namespace sup
