#include "supervisor/core/merge_apply.h"

#include <algorithm>
#include <utility>

namespace sup {

std::string_view name_of(MergeState state) {
  switch (state) {
    case MergeState::settled:
      return "settled";
    case MergeState::waiting:
      return "waiting";
    case MergeState::asking:
      return "asking";
    case MergeState::failed:
      return "failed";
  }
  return "";
}

void MergeApply::edited(Nanos now) {
  state_ = MergeState::waiting;
  apply_at_ = now + apply_after_;
  next_look_ = now + look_period;
  want_confirm_ = false;  // it would confirm actions that IRIS has not got
  stale_ = reading_;
}

void MergeApply::came_up() {
  want_started_ = true;
}

void MergeApply::merge_ended(bool ok) {
  if (state_ != MergeState::asking) return;  // of an earlier edit
  if (ok) return settle();
  state_ = MergeState::failed;
  want_read_ = true;
}

void MergeApply::read_ended(bool ok, const MergeReading& reading, Nanos now) {
  reading_ = false;
  next_look_ = now + look_period;
  if (std::exchange(stale_, false) || !ok) return;
  const bool open = state_ == MergeState::waiting || state_ == MergeState::failed;
  const bool there = reading.merged || (reading.differs == 0 && reading.actions == 0);
  if (open && there) settle();
}

/// The actions of an edit that IRIS has taken over are not given to it again.
void MergeApply::settle() {
  state_ = MergeState::settled;
  apply_at_ = never;
  want_confirm_ = true;
}

bool MergeApply::may_read(Nanos now) const {
  return want_read_ || (state_ == MergeState::waiting && now >= next_look_);
}

MergeStep MergeApply::decide(const MergeFacts& facts, Nanos now) {
  if (!facts.up) return MergeStep::none;
  if (state_ == MergeState::waiting && now >= apply_at_ && !facts.busy) {
    state_ = MergeState::asking;
    apply_at_ = never;
    return MergeStep::merge;
  }
  if (reading_) return MergeStep::none;
  MergeStep step = MergeStep::none;
  if (std::exchange(want_started_, false))
    step = MergeStep::read_started;
  else if (std::exchange(want_confirm_, false))
    step = MergeStep::confirm;
  else if (may_read(now))
    step = MergeStep::read;
  if (step == MergeStep::none) return step;
  want_read_ = false;
  reading_ = true;
  return step;
}

Nanos MergeApply::deadline() const {
  if (state_ != MergeState::waiting) return never;
  return reading_ ? apply_at_ : std::min(apply_at_, next_look_);
}

}  // namespace sup
