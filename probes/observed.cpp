#include "probes/observed.h"

namespace probes {

Observed::News Observed::poll(const QlistPoll& poll, sup::Nanos began_at, bool frozen_by_us) {
  News news;
  const auto* facts = std::get_if<QlistFacts>(&poll);
  if (facts == nullptr) {
    const auto& failure = std::get<QlistFailure>(poll);
    news.new_failure = !failing_ || failing_->kind != failure.kind;
    if (!failing_) failing_since_ = began_at;
    failing_ = failure;
    return news;
  }
  failing_.reset();
  const bool hung = facts->health == Health::hung;
  const Health health_before = last_good_ ? last_good_->health : Health::blank;
  // A suspension ends with the life of the IRIS that was suspended.
  const bool another = last_good_ && facts->since != last_good_->since;
  if (facts->state != State::running || another) suspended_by_other_since_.reset();
  last_good_ = *facts;
  last_good_at_ = began_at;
  if (!hung) {
    hung_since_.reset();
    // Health may not show a suspension at all: whether it is over, a session says.
    news.maybe_foreign = suspended_by_other_since_.has_value();
  } else if (frozen_by_us) {
    last_good_->health = health_before;
  } else {
    if (!hung_since_) hung_since_ = began_at;
    news.maybe_foreign = true;
  }
  return news;
}

bool Observed::suspended_by_other(bool yes, sup::Nanos now) {
  const bool changed = yes != suspended_by_other_since_.has_value();
  if (changed && yes) suspended_by_other_since_ = now;
  if (changed && !yes) {
    suspended_by_other_since_.reset();
    if (hung_since_) hung_since_ = now;  // until now it hung for a reason
  }
  return changed;
}

Observed::Wrong Observed::wrong() const {
  Wrong wrong;
  if (failing_) wrong.silent = failing_since_;
  wrong.hung = hung_since_.value_or(0);
  wrong.suspended_by_other = suspended_by_other_since_.value_or(0);
  return wrong;
}

void Observed::restore(const Wrong& wrong) {
  if (wrong.silent != 0 && !last_good_) {
    failing_ = QlistFailure{QlistFailure::Kind::timed_out, "qlist had told nothing before"};
    failing_since_ = wrong.silent;
  }
  if (wrong.hung != 0 && (!last_good_ || hung_since_)) hung_since_ = wrong.hung;
  if (wrong.suspended_by_other != 0) suspended_by_other_since_ = wrong.suspended_by_other;
}

void Observed::fill(Facts& facts) const {
  facts.last_good = last_good_;
  facts.last_good_at = last_good_at_;
  facts.failing = failing_;
  facts.failing_since = failing_since_;
  facts.hung_since = hung_since_;
  facts.suspended_by_other_since = suspended_by_other_since_;
  facts.data_trouble = data_trouble_;
}

}  // namespace probes
