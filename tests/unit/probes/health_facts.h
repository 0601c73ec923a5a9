#pragma once
// Facts for the tests of the verdict, at a fixed time.
#include "probes/health.h"

namespace probes {

inline constexpr sup::Nanos now = sup::hours(10);
constexpr sup::Nanos ago(std::int64_t seconds) {
  return now - sup::seconds(seconds);
}

inline QlistFacts qlist(State state, Health health = Health::blank) {
  QlistFacts facts;
  facts.state = state;
  facts.status_text = name_of(state);
  facts.health = health;
  facts.health_text = name_of(health);
  return facts;
}

/// Up and well: the last poll was good, a second ago.
inline Facts well() {
  Facts facts;
  facts.phase = Phase::up;
  facts.ever_up = true;
  facts.last_good = qlist(State::running, Health::ok);
  facts.last_good_at = ago(1);
  return facts;
}

inline Facts in_phase(Phase phase) {
  Facts facts = well();
  facts.phase = phase;
  return facts;
}

inline void fail_since(Facts& facts, sup::Nanos at) {
  facts.failing = QlistFailure{QlistFailure::Kind::timed_out, "qlist did not answer within 5s"};
  facts.failing_since = at;
}

}  // namespace probes
