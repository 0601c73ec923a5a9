// How IRIS was seen last: what PID 1's exit code and the termination message rest on.
#include <gtest/gtest.h>

#include "tests/unit/core/life_drive.h"

namespace sup {
namespace {

using namespace testing_support::life;  // NOLINT(google-build-using-namespace): its short words

constexpr auto none = LifeAction::none;
constexpr auto force = LifeAction::force;
constexpr auto start = LifeAction::start;
using State = LifeState;

LifeFacts stopping(LifeFacts facts) {
  facts.stopping = true;
  return facts;
}

TEST(LifecycleSeen, ACrashStaysOneUntilIrisRunsAgain) {
  Lifecycle life = life_in_up();
  EXPECT_EQ(life.seen(), LifeSeen::running);
  const LifeFacts dead = killed(died("x"));
  tell(life, {{1'000, dead, force, State::forcing}});
  EXPECT_EQ(life.seen(), LifeSeen::crashed);
  tell(life, {{1'100, with_irisdb(our_command(dead)), none, State::forcing},
              {3'000, running(dead), none, State::forcing}});  // who has survived the force
  EXPECT_EQ(life.seen(), LifeSeen::crashed);
  tell(life, {{4'000, dead, start, State::restarting}});
  EXPECT_EQ(life.seen(), LifeSeen::unknown);  // PID 1 knows better how its command ends
  tell(life, {{5'000, running(), none, State::up}});
  EXPECT_EQ(life.seen(), LifeSeen::running);
}

TEST(LifecycleSeen, ACleanDownIsNoCrash) {
  Lifecycle life = life_in_up();
  tell(life, {{0, died("x"), none, State::up}, {500, died("x"), none, State::down}});
  EXPECT_EQ(life.seen(), LifeSeen::running);
  tell(life, {{10'500, storage_lost(died("x")), none, State::blocked}});
  EXPECT_EQ(life.seen(), LifeSeen::running);
}

TEST(LifecycleSeen, ACrashIsOneWhereNothingMayBeDoneAboutIt) {
  Lifecycle blocked = life_in_up();
  tell(blocked, {{0, storage_lost(killed(died("x"))), none, State::blocked}});
  EXPECT_EQ(blocked.seen(), LifeSeen::crashed);
  Lifecycle held = life_in_up();
  held.hold({"repair", hours(1)});
  tell(held, {{0, running(), none, State::held}, {1'000, died("x"), none, State::held}});
  EXPECT_EQ(held.seen(), LifeSeen::running);  // PID 1's word of a kill may come late
  tell(held, {{1'100, killed(died("x")), none, State::held}});
  EXPECT_EQ(held.seen(), LifeSeen::crashed);
  tell(held, {{2'000, stopping(killed(died("x"))), none, State::stopping}});
  EXPECT_EQ(held.seen(), LifeSeen::crashed);
}

TEST(LifecycleSeen, WithinAHoldHalfDeadIsACrashAndAStopByHandIsNone) {
  Lifecycle life = life_in_up();
  life.hold({"repair", hours(1)});
  const LifeFacts theirs = by_hand(killed(died("x")));
  tell(life, {{0, running(), none, State::held},
              {1'000, with_irisdb(their_command(died("x"))), none, State::held},
              {2'000, with_irisdb(theirs), none, State::held}});
  EXPECT_EQ(life.seen(), LifeSeen::running);
  tell(life, {{3'000, with_irisdb(died("x")), none, State::held}});
  EXPECT_EQ(life.seen(), LifeSeen::crashed);
  tell(life, {{4'000, running(), none, State::held}});  // started by hand
  EXPECT_EQ(life.seen(), LifeSeen::running);
}

TEST(LifecycleSeen, OnceItStopsIrisRunningIsNoNewsAnyMore) {
  Lifecycle life = life_in_up();
  tell(life, {{0, stopping(running()), none, State::stopping},
              {1'000, stopping(with_irisdb(died("x"))), none, State::stopping}});
  EXPECT_EQ(life.seen(), LifeSeen::unknown);
  Lifecycle killed_before = life_in_up();
  tell(killed_before, {{0, stopping(killed(died("x"))), none, State::stopping}});
  EXPECT_EQ(killed_before.seen(), LifeSeen::crashed);
}

TEST(LifecycleSeen, AnAgentThatComesBackKnowsNothingUntilItHasSeenIt) {
  for (const LifeFacts& facts : {our_start(died("x")), stopping(started()), started()}) {
    Lifecycle life{LifeSettings{}};
    life.remember_up(0);
    life.decide(facts, 0);
    EXPECT_EQ(life.seen(), LifeSeen::unknown) << name_of(life.state());
  }
}

TEST(LifecycleSeen, AStartWhoseEndNoAgentSawIsNotCalledUp) {
  Lifecycle life{LifeSettings{}};
  life.remember_up(0);
  life.remember_restart(0);
  LifeFacts failed = killed(died("x"));
  failed.command_status = 1 << 8;
  tell(life, {{1'000, our_command(failed), none, State::restarting},
              {2'000, failed, force, State::forcing},
              {2'100, our_command(failed), none, State::forcing},
              {2'200, failed, none, State::pausing},  // the attempt before counts
              {3'200, failed, start, State::restarting}});
  Lifecycle later{LifeSettings{}};
  later.remember_restart(0);
  later.remember_up(0);
  tell(later, {{1'000, started(), none, State::up}});
}

}  // namespace
}  // namespace sup
