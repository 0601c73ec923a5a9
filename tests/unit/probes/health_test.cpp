// What holds for every combination of the facts, and the words of an answer.
#include "probes/health.h"

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <set>
#include <string>

#include "tests/unit/probes/health_facts.h"

namespace probes {
namespace {

using Visit = std::function<void(const Facts&)>;

const std::vector<std::optional<QlistFacts>>& polls() {
  static const std::vector<std::optional<QlistFacts>> all{std::nullopt,
                                                          qlist(State::running, Health::ok),
                                                          qlist(State::running, Health::warn),
                                                          qlist(State::running, Health::alert),
                                                          qlist(State::running, Health::hung),
                                                          qlist(State::running, Health::blank),
                                                          qlist(State::running, Health::unknown),
                                                          qlist(State::down),
                                                          qlist(State::starting_or_stopping),
                                                          qlist(State::sign_on_inhibited),
                                                          qlist(State::other_node),
                                                          qlist(State::unknown)};
  return all;
}

/// Three times for what has a "since": not at all, just now, long ago.
constexpr std::array<std::int64_t, 3> ages{-1, 10, 100'000};

void for_each_trouble(Facts& facts, const Visit& visit) {
  for (const std::int64_t frozen : ages) {
    facts.frozen_by_us.reset();
    if (frozen >= 0) facts.frozen_by_us = FrozenByUs{ago(frozen), ago(frozen) + sup::seconds(120)};
    for (const std::int64_t suspended : ages) {
      facts.suspended_by_other_since.reset();
      if (suspended >= 0) facts.suspended_by_other_since = ago(suspended);
      for (int trouble = -1; trouble < data_trouble_count; ++trouble) {
        facts.data_trouble.reset();
        if (trouble >= 0) facts.data_trouble = static_cast<DataTrouble>(trouble);
        for (const std::int64_t hung : ages) {
          facts.hung_since.reset();
          if (hung >= 0) facts.hung_since = ago(hung);
          visit(facts);
        }
      }
    }
  }
}

void for_each_poll(Facts& facts, const Visit& visit) {
  for (const auto& poll : polls()) {
    facts.last_good = poll;
    for (const std::int64_t age : {1, 100'000}) {
      facts.last_good_at = ago(age);
      for (const std::int64_t failing : ages) {
        facts.failing.reset();
        if (failing >= 0) fail_since(facts, ago(failing));
        for_each_trouble(facts, visit);
      }
    }
  }
}

/// The full product, for one phase.
void for_each_combination(Phase phase, const Visit& visit) {
  Facts facts;
  facts.phase = phase;
  for (const bool ever_up : {false, true}) {
    facts.ever_up = ever_up;
    for (const bool broken : {false, true}) {
      facts.broken = broken;
      for (const bool may_restart : {false, true}) {
        facts.may_restart = may_restart;
        for_each_poll(facts, visit);
      }
    }
  }
}

std::set<int> rows_not_live(Phase phase, const HealthSettings& settings) {
  std::set<int> rows;
  for_each_combination(phase, [&](const Facts& facts) {
    const Decision decision = decide(facts, settings, now);
    if (!decision.live) rows.insert(decision.row);
  });
  return rows;
}

constexpr HealthSettings with_limits{.stale_after = sup::seconds(300),
                                     .hung_after = sup::seconds(300)};

TEST(Health, WithTheDefaultsOnlyRowEightIsEverNotLive) {
  std::set<int> rows;
  for (int phase = 0; phase < phase_count; ++phase) {
    rows.merge(rows_not_live(static_cast<Phase>(phase), {}));
  }
  EXPECT_EQ(rows, std::set<int>{8});
}

TEST(Health, WithEveryLimitSetOnlyRowsEightTenAndElevenAreEverNotLive) {
  EXPECT_EQ(rows_not_live(Phase::up, with_limits), (std::set<int>{8, 10, 11}));
  EXPECT_EQ(rows_not_live(Phase::down, with_limits), (std::set<int>{8, 10, 11}));
  for (int phase = 0; phase < phase_count; ++phase) {
    if (static_cast<Phase>(phase) == Phase::up || static_cast<Phase>(phase) == Phase::down)
      continue;
    EXPECT_TRUE(rows_not_live(static_cast<Phase>(phase), with_limits).empty());
  }
}

TEST(Health, EveryRowIsReachedAndWhatIsReadyIsStartedAndLive) {
  std::set<int> rows;
  bool never_ready_before_started = true;
  for (int phase = 0; phase < phase_count; ++phase) {
    for_each_combination(static_cast<Phase>(phase), [&](const Facts& facts) {
      const Decision decision = decide(facts, {}, now);
      rows.insert(decision.row);
      if (decision.ready && !(decision.startup && decision.live))
        never_ready_before_started = false;
    });
  }
  EXPECT_TRUE(never_ready_before_started);
  EXPECT_EQ(rows, (std::set<int>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13}));
}

TEST(Health, ADeadDatabaseIsNeverReady) {
  bool ready = false;
  for (int phase = 0; phase < phase_count; ++phase) {
    for_each_combination(static_cast<Phase>(phase), [&](const Facts& facts) {
      const bool dead = facts.broken || (facts.last_good && facts.last_good->state == State::down);
      if (dead && decide(facts, with_limits, now).ready) ready = true;
    });
  }
  EXPECT_FALSE(ready);
}

TEST(Health, AnAnswerIsOkWhenAllItsChecksAreAndEveryFailureSaysWhy) {
  Facts facts;
  int n = 0;
  const Visit check = [&n](const Facts& f) {
    if (++n % 97 != 0) return;  // words are slow to make: a sample of the product
    const Verdict verdict = judge(f, with_limits, now);
    const Decision decision = decide(f, with_limits, now);
    EXPECT_EQ(decision,
              (Decision{verdict.row, verdict.startup.ok, verdict.live.ok, verdict.ready.ok}));
    for (const Answer* answer : {&verdict.startup, &verdict.live, &verdict.ready}) {
      bool all = true;
      for (const Check& c : answer->checks) {
        all = all && c.ok;
        EXPECT_EQ(c.why.empty(), c.ok) << c.name;
      }
      EXPECT_EQ(all, answer->ok);
      EXPECT_EQ(answer->checks.size(), static_cast<std::size_t>(verdict.row));
      EXPECT_FALSE(answer->reason.empty());
    }
  };
  for_each_combination(Phase::up, check);
  for_each_combination(Phase::held, check);
}

TEST(Health, TheReasonsTellPeopleWhatIsGoingOn) {
  Facts facts = well();
  EXPECT_EQ(judge(facts, {}, now).ready.reason, "running; health ok");
  facts.frozen_by_us = FrozenByUs{ago(30), now + sup::seconds(90)};
  EXPECT_EQ(judge(facts, {}, now).ready.reason,
            "frozen by us for 30.0s, thawed in 1m30s at the latest");
  facts = well();
  fail_since(facts, ago(120));
  EXPECT_EQ(judge(facts, {}, now).ready.reason, "qlist did not answer within 5s, for 2m00s");
  facts = well();
  facts.broken = true;
  facts.broken_why = "control process 34 is dead";
  facts.may_restart = false;
  facts.no_restart_why = "3 restarts in 10m";
  EXPECT_EQ(judge(facts, {}, now).live.reason,
            "control process 34 is dead; not restarted here: 3 restarts in 10m");
  facts.broken_why.clear();
  facts.no_restart_why.clear();
  EXPECT_EQ(judge(facts, {}, now).live.reason, "IRIS is down; not restarted here");
}

}  // namespace
}  // namespace probes
