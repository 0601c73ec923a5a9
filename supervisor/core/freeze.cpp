// Who may ask for what, which step comes now, how it ends, and what settling does.
#include "supervisor/core/freeze.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "supervisor/base/units.h"
#include "supervisor/core/freeze_answers.h"

namespace sup {
namespace {

/// Between two looks while settling: each is a session of IRIS.
constexpr Nanos look_every = seconds(5);

}  // namespace

void Freeze::begin(FreezePhase phase) {
  phase_ = phase;
  outcome_ = {};
  thaw_why_.clear();
  thaw_by_.clear();
  lost_why_.clear();
  over_ = forced_ = refused_ = foreign_ = unconfirmed_ = last_look_ = tried_thaw_ = false;
}

std::string Freeze::who_has_it(Nanos now) const {
  if (phase_ == FreezePhase::settling)
    return lease_
               ? fmt::format(
                     "the freeze by '{}' is over, but a session of it may still suspend IRIS, or "
                     "its thaw is not confirmed; ask again later",
                     lease_->owner)
               : "a session of the last thaw has not ended yet, and would end this freeze, too; "
                 "ask again later";
  if (!lease_) return fmt::format("{} is under way", name_of(phase_));
  return fmt::format("{} by '{}', {} left", name_of(phase_), lease_->owner,
                     describe_duration(std::max<Nanos>(0, lease_->end_at - now)).view());
}

Freeze::Refusal Freeze::request_freeze(const std::string& owner, const std::string& token,
                                       Nanos lease, const std::string& why_not,
                                       const std::string& iris_since, Nanos now) {
  asks_for_another(owner);
  const bool has_it = phase_ == FreezePhase::freezing || phase_ == FreezePhase::frozen;
  if (lease_ && lease_->owner == owner && has_it) return {{}, true};
  if (phase_ != FreezePhase::thawed) return {who_has_it(now)};
  if (!why_not.empty()) return {why_not};
  begin(FreezePhase::freezing);
  lease_ = Lease{.owner = owner,
                 .token = token,
                 .began_at = now,
                 .end_at = now + lease,
                 .iris_since = iris_since};
  go(FreezeStep::probe);
  return {};
}

Freeze::Refusal Freeze::request_thaw(std::string_view owner, std::string_view token, Nanos now) {
  if (const EndedFreeze* const ended = told_again(owner, token, now)) return {{}, true, ended};
  const bool over = phase_ == FreezePhase::thawed || phase_ == FreezePhase::settling;
  if (over) return nothing_frozen(owner, token);
  if (!owner.empty() && owner != lease_->owner)
    return {fmt::format("the freeze belongs to '{}', not to '{}'", lease_->owner, owner)};
  if (!token.empty() && token != lease_->token)
    return {fmt::format("the token is not that of the freeze by '{}'", lease_->owner)};
  if (phase_ == FreezePhase::freezing) return {"the freeze is still under way"};
  if (!owner.empty() && lease_->asked_again)
    return {
        fmt::format("the freeze by '{}' is being thawed, and the one that was asked for since "
                    "was refused",
                    owner)};
  if (phase_ != FreezePhase::frozen) return {};
  if (owner.empty() && token.empty()) {  // its owner may still copy
    thaw_why_ = "somebody thawed it with --force";
    thaw_by_ = "other";
  }
  begin_thaw(now);
  return {};
}

const EndedFreeze* Freeze::newest_of(std::string_view owner) const {
  const auto found = std::find_if(ended_.rbegin(), ended_.rend(), [&](const EndedFreeze& ended) {
    return !owner.empty() && ended.owner == owner && !ended.asked_again;
  });
  return found == ended_.rend() ? nullptr : &*found;
}

/// The freeze that is meant, if it is over: whoever asks again, as its answer was lost, hears the
/// same. A token means one freeze. A name may mean a later one, which perhaps was never asked for:
/// "it held" is said of one that has just ended only.
const EndedFreeze* Freeze::told_again(std::string_view owner, std::string_view token,
                                      Nanos now) const {
  if (!token.empty()) {
    const auto found = std::find_if(ended_.begin(), ended_.end(),
                                    [&](const EndedFreeze& ended) { return ended.token == token; });
    return found == ended_.end() ? nullptr : &*found;
  }
  const EndedFreeze* const ended = newest_of(owner);
  if (ended == nullptr || !ended->outcome.held) return ended;
  const bool is_fresh = now >= ended->over_at && now - ended->over_at <= held_is_told_by_name_for;
  return is_fresh ? ended : nullptr;
}

bool Freeze::asks_for_another(std::string_view owner) {
  const bool is_thawing = phase_ == FreezePhase::thawing && lease_->owner == owner;
  bool could_be_meant = is_thawing && !std::exchange(lease_->asked_again, true);
  for (EndedFreeze& ended : ended_) {
    if (ended.owner == owner && !std::exchange(ended.asked_again, true)) could_be_meant = true;
  }
  return could_be_meant;
}

Freeze::Refusal Freeze::nothing_frozen(std::string_view owner, std::string_view token) {
  if (newest_of(owner) != nullptr)
    return {
        fmt::format("the last freeze by '{}' is thawed already; its token tells whether it "
                    "held",
                    owner)};
  if (!lease_) return {"nothing of ours is frozen"};
  settle_at_ = 0;
  if (!token.empty() && token != lease_->token)
    return {fmt::format("the token is not that of the freeze by '{}'", lease_->owner)};
  return {fmt::format("the freeze by '{}' is over, and what may be left of it is being undone",
                      lease_->owner)};
}

Freeze::Refusal Freeze::request_foreign_thaw(Nanos now) {
  if (lease_)
    return {fmt::format("the freeze is ours, by '{}': use --token or --owner", lease_->owner)};
  if (phase_ != FreezePhase::thawed) return {who_has_it(now)};
  begin(FreezePhase::thawing);
  foreign_ = true;
  nobody_knows("it was not our freeze: nobody watched it");
  lease_ = Lease{.owner = "somebody else", .token = {}, .began_at = now, .end_at = now};
  resume();
  return {};
}

void Freeze::thaw_now(std::string why, std::string by, Nanos now) {
  if (phase_ == FreezePhase::settling) settle_at_ = 0;
  const bool is_ours = phase_ == FreezePhase::freezing || phase_ == FreezePhase::frozen;
  if (!is_ours || !thaw_why_.empty()) return;
  thaw_why_ = std::move(why);
  thaw_by_ = std::move(by);
  if (phase_ == FreezePhase::frozen) begin_thaw(now);
}

void Freeze::restore(EndedFreeze ended) {
  if (ended_.size() == ended_freezes_kept) ended_.erase(ended_.begin());
  ended_.push_back(std::move(ended));
}

void Freeze::restore(Lease lease, Stragglers living, Nanos now) {
  asks_for_another(lease.owner);
  begin(FreezePhase::frozen);
  lease_ = std::move(lease);
  stragglers_ = living;
  const bool was_complete = !lease_->witness.empty();
  // One that goes on is what its owner has.
  lease_->asked_again = lease_->asked_again && (lease_->resuming || lease_->over);
  if (!was_complete) phase_ = FreezePhase::freezing;
  if (lease_->over) {  // what is suspended now is somebody else's
    if (was_complete) phase_ = FreezePhase::thawing;
    outcome_ = lease_->outcome;
    owed_ = was_complete ? FreezeNews::thawed : FreezeNews::freeze_failed;
    return finish(now);
  }
  if (!was_complete)
    return fail_freeze("the agent ended before the freeze was complete", lease_->suspending, now);
  if (!lease_->resuming) return;
  // The witnesses have spoken before IRIS was asked: what they said stays true.
  phase_ = FreezePhase::thawing;
  outcome_ = lease_->outcome;
  resume();
}

void Freeze::iris_lost(const std::string& why, Nanos now) {
  if (!lease_) return;
  if (running_ != FreezeStep::none) {
    if (lost_why_.empty()) lost_why_ = why;
    return;
  }
  unconfirmed_ = stragglers_.suspend = false;
  if (wanted_ == FreezeStep::after) {
    over_ = lease_->over = true;
    return;
  }
  wanted_ = FreezeStep::none;
  if (phase_ == FreezePhase::settling) return settled();
  if (phase_ == FreezePhase::freezing) return fail_freeze(why, false, now);
  if (phase_ == FreezePhase::frozen) outcome_ = {};
  phase_ = FreezePhase::thawing;
  not_held(why, "iris", now);
  finish_thaw(now);
}

void Freeze::still_live(Stragglers living) {
  if (stragglers_.suspend && !living.suspend) settle_at_ = 0;
  stragglers_.suspend = stragglers_.suspend && living.suspend;
  stragglers_.resume = stragglers_.resume && living.resume;
  const bool over = phase_ == FreezePhase::settling && !lease_ && !stragglers_.resume;
  if (over) phase_ = FreezePhase::thawed;
}

Nanos Freeze::deadline() const {
  if (phase_ == FreezePhase::settling && running_ == FreezeStep::none) return settle_at_;
  return phase_ == FreezePhase::frozen ? lease_->end_at : never;
}

FreezeStep Freeze::next_step(Nanos now) {
  if (phase_ == FreezePhase::frozen && now >= lease_->end_at)
    thaw_now("the lease was over before anybody thawed", "lease", now);
  if (phase_ == FreezePhase::settling) look_again(now);
  if (running_ != FreezeStep::none || wanted_ == FreezeStep::none) return FreezeStep::none;
  running_ = std::exchange(wanted_, FreezeStep::none);
  const bool looks = running_ == FreezeStep::settle || running_ == FreezeStep::confirm_undone;
  if (looks) last_look_ = !stragglers_.suspend;
  return running_;
}

void Freeze::step_ended(const StepResult& result, const std::string& iris_since, Nanos now) {
  if (running_ == FreezeStep::none) return;
  const FreezeStep step = std::exchange(running_, FreezeStep::none);
  const bool suspends = step == FreezeStep::suspend || step == FreezeStep::suspend_plain;
  const bool resumes = step == FreezeStep::undo || step == FreezeStep::resume;
  if (result.timed_out && suspends) stragglers_.suspend = true;
  if (result.timed_out && resumes) stragglers_.resume = true;
  if (step == FreezeStep::after) {
    if (!lost_why_.empty()) unconfirmed_ = stragglers_.suspend = false;
    if (result.status != 0) outcome_.hooks = result.output;
    return close(now);
  }
  if (!lost_why_.empty() && suspends && (result.timed_out || answered(result, iris_yes))) {
    // It may have reached the next life of IRIS.
    unconfirmed_ = true;
    lease_->iris_since.clear();
    return fail_freeze(std::exchange(lost_why_, {}), false, now);
  }
  if (!lost_why_.empty()) return iris_lost(std::exchange(lost_why_, {}), now);
  if (phase_ == FreezePhase::settling) return settle_step_ended(step, result, iris_since, now);
  if (phase_ == FreezePhase::freezing) return freeze_step_ended(step, result, iris_since, now);
  thaw_step_ended(step, result, iris_since, now);
}

FreezeNews Freeze::take_news() {
  if (news_ == FreezeNews::none && std::exchange(then_settled_, false)) return FreezeNews::settled;
  return std::exchange(news_, FreezeNews::none);
}

void Freeze::end(FreezeNews news, Nanos now) {
  // One that ended before anybody was told of it never was.
  const bool untold = std::exchange(news_, FreezeNews::none) == FreezeNews::frozen;
  owed_ = untold ? FreezeNews::freeze_failed : news;
  outcome_.lasted = now - lease_->began_at;
  outcome_.journal = lease_->journal;
  lease_->over = !unconfirmed_ && !stragglers_.suspend;
  lease_->outcome = outcome_;
  finish(now);
}

/// What came of it is known: the post hooks, if they are owed, and then the news.
void Freeze::finish(Nanos now) {
  over_ = lease_->over;
  wanted_ = FreezeStep::none;
  if (lease_->hooks_begun) return go(FreezeStep::after);
  close(now);
}

void Freeze::close(Nanos now) {
  news_ = owed_;
  if (news_ == FreezeNews::thawed && !foreign_)
    restore(EndedFreeze{lease_->owner, lease_->token, outcome_, now, lease_->asked_again});
  thaw_why_.clear();
  lost_why_.clear();
  const bool in_doubt = !foreign_ && (unconfirmed_ || stragglers_.suspend);
  over_ = false;
  lease_->hooks_begun = false;  // they have run
  if (!in_doubt) lease_.reset();
  phase_ = in_doubt || stragglers_.resume ? FreezePhase::settling : FreezePhase::thawed;
  settle_at_ = now + look_every;
}

void Freeze::look_again(Nanos now) {
  if (running_ != FreezeStep::none || wanted_ != FreezeStep::none) return;
  if (now < settle_at_) return;
  settle_at_ = now + look_every;
  if (!lease_) return;  // a late thaw can only resume: there is nothing to look for
  go(FreezeStep::settle);
}

void Freeze::settled() {
  lease_.reset();
  phase_ = stragglers_.resume ? FreezePhase::settling : FreezePhase::thawed;
  then_settled_ = true;  // whoever waits is answered first
}

void Freeze::settle_step_ended(FreezeStep step, const StepResult& result,
                               const std::string& iris_since, Nanos now) {
  const bool known = !iris_since.empty() && !lease_->iris_since.empty();
  // What is suspended in another life of IRIS is somebody else's.
  if (known && iris_since != lease_->iris_since) return settled();
  settle_at_ = now + look_every;
  if (step == FreezeStep::undo) settle_at_ = now;
  if (step != FreezeStep::settle) return;
  if (answered(result, iris_no)) {
    unconfirmed_ = tried_thaw_ = false;
    if (last_look_) return settled();
    if (!stragglers_.suspend) settle_at_ = now;
  } else if (answered(result, iris_yes)) {
    news_ = FreezeNews::late;
    unconfirmed_ = true;
    go(std::exchange(tried_thaw_, !tried_thaw_) ? FreezeStep::resume_forced : FreezeStep::undo);
  } else if (unconfirmed_ || last_look_) {
    // Once a freeze is old nobody gets a session any more; this goes without, and undoes a
    // backup's suspension only.
    go(FreezeStep::resume_forced);
  }
}

}  // namespace sup
