#include "supervisor/core/agent_keeper.h"

#include <algorithm>

namespace sup {
namespace {

constexpr std::array<Nanos, 5> pauses{0, milliseconds(200), milliseconds(500), seconds(1),
                                      seconds(2)};

}  // namespace

KeeperAction AgentKeeper::decide(Nanos now) {
  if (now < deadline_) return KeeperAction::none;
  switch (phase_) {
    case Phase::absent:
      // A start that fails shows itself as no started(): try again in a moment.
      deadline_ = now + seconds(1);
      return KeeperAction::start;
    case Phase::running:
      // Judged twice: the silence may have been ours. The link is drained between the two.
      phase_ = Phase::suspected;
      deadline_ = now + silence_period;
      return KeeperAction::none;
    case Phase::suspected:
      phase_ = Phase::ending;
      deadline_ = now + kill_after;
      return KeeperAction::terminate;
    case Phase::ending:
      phase_ = Phase::killed;
      deadline_ = stuck_ < most_stuck ? now + give_up_after : never;
      return KeeperAction::kill;
    case Phase::killed:
      ++stuck_;
      died(now);
      return KeeperAction::give_up;
  }
  return KeeperAction::none;
}

void AgentKeeper::started(Nanos now) {
  phase_ = Phase::running;
  started_at_ = now;
  deadline_ = now + silence_period;
}

void AgentKeeper::heard(Nanos now) {
  if (phase_ != Phase::running && phase_ != Phase::suspected) return;
  phase_ = Phase::running;
  deadline_ = now + silence_period;
}

void AgentKeeper::stuck_one_ended() {
  if (stuck_ > 0) --stuck_;
  if (phase_ == Phase::killed && deadline_ == never) deadline_ = 0;  // there is room for it now
}

void AgentKeeper::died(Nanos now) {
  if (now - started_at_ >= calm_after) quick_deaths_ = 0;
  const std::size_t slot = deaths_ % last_deaths_.size();
  const bool ring_full = deaths_ >= last_deaths_.size() - 1;
  last_deaths_[slot] = now;
  ++deaths_;
  const Nanos oldest = last_deaths_[deaths_ % last_deaths_.size()];
  if (ring_full && now - oldest <= minutes(1)) safe_mode_ = true;
  phase_ = Phase::absent;
  deadline_ = now + pauses[std::min<std::size_t>(quick_deaths_, pauses.size() - 1)];
  ++quick_deaths_;
}

}  // namespace sup
