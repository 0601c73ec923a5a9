// What must hold for the stop ladder whatever is true outside: the full product of facts, modes,
// budgets and steps.
#include <gtest/gtest.h>

#include "tests/unit/core/ladder_drive.h"

namespace sup {
namespace {

using testing_support::Climb;
using testing_support::climb_all;
using testing_support::climb_on;
using testing_support::text_of;
using testing_support::tick;

constexpr unsigned fact_sets = 512;

LadderFacts facts_of(unsigned bits) {
  const auto bit = [bits](unsigned n) { return (bits >> n & 1U) != 0; };
  return {.main_alive = bit(0),
          .irisdb_alive = bit(1),
          .others_alive = bit(2),
          .agent_alive = bit(3),
          .drained = bit(4),
          .frozen_by_us = bit(5),
          .command_running = bit(6),
          .start_running = bit(6) && bit(8),  // it is one of the commands
          .other_stop_runs = bit(7)};
}

std::vector<LadderSettings> all_settings() {
  std::vector<LadderSettings> all;
  for (const bool iris : {true, false}) {
    for (const Nanos timeout : {seconds(1), seconds(3), seconds(10), seconds(89), seconds(90)}) {
      for (const Nanos drain : {Nanos{0}, seconds(2), hours(1)})
        all.push_back({timeout, drain, iris});
    }
    all.push_back({seconds(360), 0, iris});
    all.push_back({seconds(360), seconds(60), iris});
  }
  all.push_back({seconds(10), 0, true, false});
  all.push_back({seconds(360), seconds(60), true, false});
  return all;
}

std::string describe(const LadderSettings& settings, unsigned bits) {
  return "T " + std::to_string(settings.timeout / milliseconds(1)) + " ms, drain " +
         std::to_string(settings.drain_delay / milliseconds(1)) + " ms, iris " +
         std::to_string(static_cast<int>(settings.iris)) + ", facts " + std::to_string(bits);
}

/// Invariants of a climb with facts that never change.
void check(const Climb& climb, const LadderSettings& settings, const LadderFacts& facts) {
  EXPECT_FALSE(climb.stepped_back);
  ASSERT_TRUE(climb.left) << text_of(climb);
  EXPECT_LE(climb.left_after, settings.timeout + seconds(11));
  EXPECT_EQ(climb.given.back().action, LadderAction::leave);
  for (const LadderAction action :
       {LadderAction::announce, LadderAction::thaw, LadderAction::signal_main,
        LadderAction::iris_stop, LadderAction::iris_force, LadderAction::terminate_all,
        LadderAction::kill_all, LadderAction::clean_ipc, LadderAction::leave})
    EXPECT_LE(climb.count(action), 1) << text_of(climb);

  const Nanos forced_at = climb.first(LadderAction::iris_force);
  if (settings.timeout >= seconds(90)) {
    EXPECT_GE(forced_at, settings.timeout - seconds(45)) << text_of(climb);
  }
  EXPECT_GE(forced_at, settings.timeout / 2) << text_of(climb);
  if (facts.command_running || facts.other_stop_runs) {
    EXPECT_EQ(climb.count(LadderAction::iris_stop), 0);
  }
  if (!facts.irisdb_alive) {
    EXPECT_EQ(climb.count(LadderAction::thaw) + climb.count(LadderAction::iris_stop) +
                  climb.count(LadderAction::iris_force),
              0)
        << text_of(climb);
  }
  if (!settings.stops_iris) {
    EXPECT_EQ(climb.count(LadderAction::iris_stop) + climb.count(LadderAction::iris_force), 0)
        << text_of(climb);
  }
  if (!settings.iris) {
    EXPECT_EQ(climb.count(LadderAction::thaw) + climb.count(LadderAction::iris_stop) +
                  climb.count(LadderAction::iris_force) + climb.count(LadderAction::clean_ipc),
              0)
        << text_of(climb);
  }
  if (!facts.main_alive && !facts.others_alive) {
    EXPECT_EQ(climb.count(LadderAction::kill_all), 0) << text_of(climb);
  }
  if (climb.count(LadderAction::kill_all) != 0) {
    EXPECT_LT(climb.first(LadderAction::terminate_all), climb.first(LadderAction::kill_all));
  }
  const bool left_to_signals = !settings.stops_iris && facts.irisdb_alive;
  EXPECT_EQ(climb.forced, left_to_signals || climb.count(LadderAction::iris_force) != 0 ||
                              climb.count(LadderAction::kill_all) != 0)
      << text_of(climb);
}

TEST(StopLadderProduct, EveryConstantWorldIsLeftWithinTheBudget) {
  for (const LadderSettings& settings : all_settings()) {
    for (unsigned bits = 0; bits < fact_sets; ++bits) {
      SCOPED_TRACE(describe(settings, bits));
      const LadderFacts facts = facts_of(bits);
      const Climb climb = climb_all(settings, [&](Nanos) { return facts; });
      check(climb, settings, facts);
      // It says "announce" only when there is anybody to wait for.
      const bool waits = facts.main_alive && (settings.iris ? facts.agent_alive && !facts.drained
                                                            : settings.drain_delay > 0);
      EXPECT_EQ(climb.count(LadderAction::announce), waits ? 1 : 0) << text_of(climb);
      EXPECT_EQ(climb.count(LadderAction::signal_main), facts.main_alive ? 1 : 0) << text_of(climb);
      if (HasFailure()) return;
    }
  }
}

/// A ladder that stands on `step`, and the time at which it got there.
struct Standing {
  StopLadder ladder;
  Nanos now = 0;
};

/// What keeps a stop on `step` until its deadline.
LadderFacts holding(LadderStep step) {
  LadderFacts facts;
  facts.others_alive = true;
  switch (step) {
    case LadderStep::idle:
    case LadderStep::clean:
    case LadderStep::leave:
      return {};
    case LadderStep::announce:
      facts.main_alive = facts.agent_alive = true;
      return facts;
    case LadderStep::thaw:
      facts.main_alive = facts.irisdb_alive = facts.frozen_by_us = true;
      return facts;
    case LadderStep::ask:
      facts.main_alive = facts.irisdb_alive = true;
      return facts;
    case LadderStep::stop:
    case LadderStep::force:
      facts.irisdb_alive = true;
      return facts;
    case LadderStep::term:
    case LadderStep::kill:
      return facts;
  }
  return facts;
}

Standing stand_on(LadderStep step, const LadderSettings& settings) {
  Standing standing{StopLadder{settings}, seconds(1000)};
  standing.ladder.begin(standing.now);
  const Nanos end = standing.now + settings.timeout + seconds(11);
  for (; standing.now < end; standing.now += tick) {
    if (standing.ladder.decide(holding(step), standing.now) == LadderAction::none) continue;
    if (standing.ladder.step() >= step) break;
    standing.now -= tick;  // it had more to say at this very moment
  }
  return standing;
}

TEST(StopLadderProduct, FromEveryStepEveryWorldLeadsToTheEnd) {
  const LadderSettings settings;
  for (auto step = LadderStep::announce; step <= LadderStep::clean;
       step = static_cast<LadderStep>(static_cast<int>(step) + 1)) {
    SCOPED_TRACE(std::string{name_of(step)});
    const Standing standing = stand_on(step, settings);
    ASSERT_EQ(name_of(standing.ladder.step()), name_of(step));
    for (unsigned bits = 0; bits < fact_sets; ++bits) {
      SCOPED_TRACE(bits);
      StopLadder ladder = standing.ladder;
      const LadderFacts facts = facts_of(bits);
      const Climb climb = climb_on(ladder, standing.now, settings.timeout + seconds(60),
                                   [&](Nanos) { return facts; });
      EXPECT_FALSE(climb.stepped_back);
      ASSERT_TRUE(climb.left) << text_of(climb);
      EXPECT_LE(climb.left_after, settings.timeout + seconds(11));
      EXPECT_GE(climb.first(LadderAction::iris_force), settings.timeout - seconds(45));
    }
  }
}

TEST(StopLadderProduct, DecidingLateOnlyAtDeadlinesLeadsToTheEndToo) {
  for (const LadderSettings& settings : all_settings()) {
    for (unsigned bits = 0; bits < fact_sets; ++bits) {
      SCOPED_TRACE(describe(settings, bits));
      StopLadder ladder{settings};
      Nanos now = 0;
      ladder.begin(now);
      bool left = false;
      for (int round = 0; round < 100 && !left; ++round) {
        const LadderAction action = ladder.decide(facts_of(bits), now);
        left = action == LadderAction::leave;
        if (action == LadderAction::none) now = std::max(now, ladder.deadline());
      }
      EXPECT_TRUE(left);
      EXPECT_LE(now, settings.timeout);
      if (HasFailure()) return;
    }
  }
}

}  // namespace
}  // namespace sup
