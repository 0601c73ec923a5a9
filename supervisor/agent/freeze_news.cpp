// What came of a freeze or thaw: told to those who wait, to the timeline and to the next agent.
#include <algorithm>
#include <utility>

#include "supervisor/agent/freeze_replies.h"
#include "supervisor/agent/freezer.h"
#include "supervisor/base/units.h"
#include "supervisor/os/clock.h"

namespace sup {

/// The next agent must not tell this owner of an earlier freeze, either: whether this request comes
/// to anything does not matter.
void Freezer::keep_asked(const std::string& owner) {
  if (!machine_.asks_for_another(owner)) return;
  if (machine_.lease() && machine_.lease()->asked_again) keep_lease();
  StateRecord record;
  record.kind = StateRecord::Kind::asked;
  record.message = owner;
  state_.append(std::move(record));
}

void Freezer::keep_lease() {
  if (thaws_foreign_) return;  // not ours: no agent after us shall thaw it
  StateRecord record;
  record.kind = StateRecord::Kind::lease;
  record.lease = *machine_.lease();
  for (const Session& session : stragglers_)
    record.processes.push_back(session.process);
  if (running_.process.pid != 0) record.processes.push_back(running_.process);
  state_.append(std::move(record));
}

/// While something of ours may still be suspended the lease stays on record.
void Freezer::keep_end(StateRecord record) {
  record.kind = StateRecord::Kind::thawed;
  record.wall_ns = wall_now();
  ended_ = std::move(record);
  ended_is_owed_ = machine_.lease().has_value();
  if (ended_is_owed_) return keep_lease();
  state_.append(ended_);
}

void Freezer::count(const FreezeOutcome& outcome) {
  ++(outcome.held ? totals_.held : outcome.known ? totals_.not_held : totals_.unknown);
}

void Freezer::remember(const StateRecord& thawed) {
  totals_.last_ended_wall = thawed.wall_ns;
  totals_.last_failure.clear();
  if (thawed.failed) {
    ++totals_.failed;
    totals_.last_failure = thawed.message.empty() ? "the reason is lost" : thawed.message;
    return;
  }
  if (!thawed.earlier) count(thawed.ended.outcome);
  machine_.restore(thawed.ended);
}

void Freezer::tell_news() {
  for (FreezeNews news = machine_.take_news(); news != FreezeNews::none;
       news = machine_.take_news()) {
    if (news == FreezeNews::frozen) tell_frozen();
    if (news == FreezeNews::freeze_failed) tell_failed();
    if (news == FreezeNews::thawed) tell_thawed();
    if (news == FreezeNews::late)
      timeline_.add(Level::error, "freeze.late",
                    "IRIS is suspended by a freeze of ours that is over: thawing it again");
    if (news == FreezeNews::settled) {
      timeline_.add(Level::info, "freeze.settled", "nothing is left of the last freeze");
      unseen_until_ = 0;
      if (std::exchange(ended_is_owed_, false)) state_.append(ended_);
    }
  }
}

void Freezer::tell_frozen() {
  const Lease& lease = *machine_.lease();
  keep_lease();
  timeline_.add(Level::info, "freeze.frozen", "frozen for '{}', {} left, restore from journal {}",
                lease.owner, describe_duration(lease.end_at - monotonic_now()).view(),
                lease.journal.empty() ? "(not told)" : lease.journal);
  if (!lease.iris_deadman)
    timeline_.add(Level::warning, "freeze.no_deadman",
                  "this IRIS knows no WDSuspendLimit: only our own timer ends the freeze");
  for (const Waiter& waiter : std::exchange(freeze_waiters_, {}))
    waiter.respond(frozen_reply(lease, waiter.already));
}

void Freezer::tell_failed() {
  const FreezeOutcome& outcome = machine_.outcome();
  ++totals_.failed;
  totals_.last_ended_wall = wall_now();
  totals_.last_failure = outcome.reason;
  StateRecord record;
  record.failed = true;
  record.message = outcome.reason;
  keep_end(std::move(record));
  if (outcome.refused) foreign_news_ = true;
  timeline_.add(outcome.refused ? Level::warning : Level::error, "freeze.failed", "not frozen: {}",
                outcome.reason);
  answer(freeze_waiters_,
         no_freeze_reply(outcome.refused ? control::refused : control::failed, outcome.reason));
}

void Freezer::tell_thawed() {
  const FreezeOutcome& outcome = machine_.outcome();
  const auto lasted = describe_duration(outcome.lasted);
  if (std::exchange(thaws_foreign_, false)) {
    foreign_news_ = true;
    timeline_.add(Level::warning, "freeze.foreign_thawed",
                  "somebody else's suspension was thawed on request: {}", outcome.reason);
    return answer(thaw_waiters_, thawed_reply({"somebody else", {}, outcome}, false));
  }
  StateRecord record;
  record.ended = *machine_.last();
  keep_end(record);
  count(outcome);
  totals_.last_ended_wall = wall_now();
  totals_.last_failure.clear();
  if (outcome.held) {
    timeline_.add(Level::info, "freeze.thawed", "thawed after {}; the freeze held", lasted.view());
  } else {
    timeline_.add(Level::warning, "freeze.not_held", "thawed after {}; it did not hold: {}{}{}",
                  lasted.view(), outcome.reason,
                  outcome.evidence.empty() ? "" : "; IRIS says: ", outcome.evidence);
  }
  answer(thaw_waiters_, thawed_reply(*machine_.last(), false));
}

void Freezer::answer(std::vector<Waiter>& waiting, const control::Reply& reply) {
  for (const Waiter& waiter : std::exchange(waiting, {}))
    waiter.respond(reply);
}

}  // namespace sup
