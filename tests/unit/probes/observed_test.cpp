// What is remembered of a sequence of events, and what holds for every sequence.
#include "probes/observed.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "tests/unit/probes/health_facts.h"

namespace probes {
namespace {

const QlistFailure silent{QlistFailure::Kind::timed_out, "qlist did not answer within 5s"};

Facts facts_of(const Observed& observed) {
  Facts facts = in_phase(Phase::up);
  observed.fill(facts);
  return facts;
}

TEST(Observed, TheLastGoodWordStaysWhileQlistIsSilent) {
  Observed observed;
  observed.poll(qlist(State::running, Health::ok), ago(40), false);
  observed.poll(silent, ago(30), false);
  observed.poll(silent, ago(20), false);
  const Facts facts = facts_of(observed);
  EXPECT_EQ(facts.last_good_at, ago(40));
  EXPECT_EQ(facts.failing_since, ago(30));
  observed.poll(qlist(State::running, Health::ok), ago(10), false);
  EXPECT_FALSE(facts_of(observed).failing);
}

TEST(Observed, AnotherWayOfFailingIsNews) {
  Observed observed;
  EXPECT_TRUE(observed.poll(silent, ago(4), false).new_failure);
  EXPECT_FALSE(observed.poll(silent, ago(3), false).new_failure);
  EXPECT_TRUE(
      observed.poll(std::get<QlistFailure>(parse_failed_qlist(1, "", "IRIS")), ago(2), false)
          .new_failure);
}

TEST(Observed, HungCountsFromItsFirstWordUntilItIsTakenBack) {
  Observed observed;
  EXPECT_TRUE(observed.poll(qlist(State::running, Health::hung), ago(30), false).maybe_foreign);
  observed.poll(qlist(State::running, Health::hung), ago(20), false);
  EXPECT_EQ(facts_of(observed).hung_since, ago(30));
  observed.poll(qlist(State::running, Health::warn), ago(10), false);
  EXPECT_FALSE(facts_of(observed).hung_since);
}

TEST(Observed, WhatIsWrongBeginsNotAnewWithAnotherObserver) {
  Observed before;
  before.poll(qlist(State::running, Health::hung), ago(50), false);
  before.suspended_by_other(true, ago(45));
  before.poll(silent, ago(40), false);
  EXPECT_EQ(before.wrong(), (Observed::Wrong{ago(40), ago(50), ago(45)}));
  Observed after;
  after.restore(before.wrong());
  EXPECT_EQ(after.wrong(), before.wrong());
  EXPECT_EQ(facts_of(after).failing_since, ago(40));
  after.poll(qlist(State::running, Health::hung), ago(10), false);
  EXPECT_EQ(after.wrong(), (Observed::Wrong{0, ago(50), ago(45)}));
  after.poll(qlist(State::running, Health::ok), ago(9), false);
  after.suspended_by_other(false, ago(8));
  EXPECT_EQ(after.wrong(), Observed::Wrong{});
  Observed well;
  well.restore({});
  EXPECT_FALSE(facts_of(well).failing);
  well.poll(qlist(State::running, Health::ok), ago(5), false);
  well.restore({ago(40), ago(50), 0});
  EXPECT_EQ(well.wrong(), Observed::Wrong{});
}

TEST(Observed, WhoHungBeforeIsNotReadyBeforeTheFirstWord) {
  Observed after;
  EXPECT_TRUE(decide(facts_of(after), {}, now).ready);
  after.restore({0, ago(50), 0});
  EXPECT_FALSE(decide(facts_of(after), {}, now).ready);
  after.poll(qlist(State::running, Health::ok), ago(1), false);
  EXPECT_TRUE(decide(facts_of(after), {}, now).ready);
}

TEST(Observed, HungWhileFrozenByUsSaysNothingOfHealth) {
  Observed observed;
  observed.poll(qlist(State::running, Health::warn), ago(30), false);
  EXPECT_FALSE(observed.poll(qlist(State::running, Health::hung), ago(20), true).maybe_foreign);
  const Facts facts = facts_of(observed);
  EXPECT_FALSE(facts.hung_since);
  EXPECT_EQ(facts.last_good->health, Health::warn);
  EXPECT_EQ(facts.last_good_at, ago(20));
}

TEST(Observed, ASuspensionByAnotherLastsUntilItIsDeniedOrIrisIsAnother) {
  Observed observed;
  EXPECT_TRUE(observed.suspended_by_other(true, ago(30)));
  EXPECT_FALSE(observed.suspended_by_other(true, ago(20)));
  EXPECT_EQ(facts_of(observed).suspended_by_other_since, ago(30));
  EXPECT_TRUE(observed.suspended_by_other(false, ago(10)));
  EXPECT_FALSE(observed.suspended_by_other(false, ago(10)));
  EXPECT_FALSE(facts_of(observed).suspended_by_other_since);
  // Health need not show it: a session is asked.
  probes::QlistFacts running = qlist(State::running, Health::ok);
  running.since = "Tue";
  observed.poll(running, ago(9), false);
  observed.suspended_by_other(true, ago(9));
  EXPECT_TRUE(observed.poll(running, ago(8), false).maybe_foreign);
  EXPECT_TRUE(facts_of(observed).suspended_by_other_since);
  running.since = "Wed";
  EXPECT_FALSE(observed.poll(running, ago(7), false).maybe_foreign);
  EXPECT_FALSE(facts_of(observed).suspended_by_other_since);
}

TEST(Observed, AHangThatASuspensionExplainedBeginsWithItsEnd) {
  Observed observed;
  observed.poll(qlist(State::running, Health::hung), ago(300), false);
  observed.suspended_by_other(true, ago(290));
  EXPECT_EQ(facts_of(observed).hung_since, ago(300));
  observed.suspended_by_other(false, ago(10));
  EXPECT_EQ(facts_of(observed).hung_since, ago(10));
  observed.poll(qlist(State::running, Health::ok), ago(5), false);
  observed.suspended_by_other(true, ago(4));
  observed.suspended_by_other(false, ago(3));
  EXPECT_FALSE(facts_of(observed).hung_since);
}

/// A life of random events, one every few seconds up to hours, from any seed.
class RandomLife {
 public:
  explicit RandomLife(unsigned seed) : random_{seed} {}

  Facts next() {
    at_ += sup::seconds(below(10) == 0 ? below(20'000) : below(12));
    switch (below(9)) {
      case 0:
        phase_.phase = static_cast<Phase>(below(phase_count));
        break;
      case 1:
        phase_.broken = below(3) == 0;
        break;
      case 2:
        phase_.may_restart = below(3) != 0;
        break;
      case 3:
        phase_.ever_up = phase_.ever_up || below(2) == 0;
        break;
      case 4:
        phase_.frozen_by_us.reset();
        if (below(2) == 0) phase_.frozen_by_us = {at_, at_ + sup::seconds(below(540))};
        break;
      case 5:
        observed_.suspended_by_other(below(2) == 0, at_);
        break;
      case 6:
        observed_.data(std::nullopt);
        if (below(2) == 0) observed_.data(static_cast<DataTrouble>(below(data_trouble_count)));
        break;
      default:
        observed_.poll(any_poll(), at_, phase_.frozen_by_us.has_value());
    }
    Facts facts = phase_;
    observed_.fill(facts);
    return facts;
  }
  [[nodiscard]] sup::Nanos at() const { return at_; }

 private:
  int below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  QlistPoll any_poll() {
    if (below(3) == 0)
      return QlistFailure{static_cast<QlistFailure::Kind>(below(6)), "told nothing"};
    return qlist(static_cast<State>(below(6)), static_cast<Health>(below(6)));
  }

  std::mt19937 random_;
  Observed observed_;
  Facts phase_;
  sup::Nanos at_ = sup::hours(1);
};

constexpr int lives = 400;
constexpr int events = 500;

/// The rows in which some life was not live.
std::set<int> rows_not_live(const HealthSettings& settings, std::set<int>* seen = nullptr) {
  std::set<int> rows;
  for (unsigned seed = 1; seed <= lives; ++seed) {
    RandomLife life{seed};
    for (int i = 0; i < events; ++i) {
      const Facts facts = life.next();
      // Now and at any later time until the next event: time alone must not kill either.
      for (const std::int64_t later : {0, 1, 59, 601, 86'400}) {
        const Decision decision = decide(facts, settings, life.at() + sup::seconds(later));
        if (!decision.live) rows.insert(decision.row);
        if (seen != nullptr) seen->insert(decision.row);
      }
    }
  }
  return rows;
}

TEST(HealthOverTime, WhateverHappensLivezIs503OnlyInRowEight) {
  std::set<int> seen;
  EXPECT_EQ(rows_not_live({}, &seen), std::set<int>{8});
  EXPECT_EQ(seen.size(), 13U);  // the lives were varied enough
}

TEST(HealthOverTime, WithEveryLimitSetAlsoInRowsTenAndElevenAndNeverElsewhere) {
  EXPECT_EQ(rows_not_live({.stale_after = 1, .hung_after = 1}), (std::set<int>{8, 10, 11}));
}

}  // namespace
}  // namespace probes
