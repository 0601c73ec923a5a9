// Held, restarted on request, given up when stalled: the lifecycle when it is told what to do.
#include <gtest/gtest.h>

#include "tests/unit/core/life_drive.h"

namespace sup {
namespace {

using namespace testing_support::life;  // NOLINT(google-build-using-namespace): its short words

constexpr int exit_1 = 1 << 8;
constexpr auto none = LifeAction::none;
constexpr auto stop = LifeAction::stop;
constexpr auto force = LifeAction::force;
constexpr auto start = LifeAction::start;
using State = LifeState;

TEST(Lifecycle, WhatIsHeldIsLeftAloneWhateverHappensToIt) {
  Lifecycle life = life_in_up();
  life.hold({"repair", seconds(100)});
  tell(life, {{1'000, running(), none, State::held},
              {2'000, with_irisdb(died("x")), none, State::held},
              {3'000, killed(died("x")), none, State::held},
              {90'000, died("x"), none, State::held}});
  EXPECT_EQ(life.why(), "held: repair");
  EXPECT_EQ(life.deadline(), seconds(100));
  EXPECT_TRUE(life.release());
  EXPECT_FALSE(life.release());
  tell(life, {{91'000, died("x"), none, State::down},
              {100'000, died("x"), none, State::down},
              {101'000, died("x"), start, State::restarting}});
}

TEST(Lifecycle, AHoldEndsByItself) {
  Lifecycle life = life_in_up();
  life.hold({"repair", seconds(100)});
  tell(life, {{1'000, running(), none, State::held},
              {99'999, running(), none, State::held},
              {100'000, running(), none, State::up}});
  EXPECT_FALSE(life.held());
}

TEST(Lifecycle, AHoldDuringTheFirstStartBeginsWhenThatIsOver) {
  Lifecycle life{LifeSettings{}};
  life.hold({"repair", minutes(10)});
  tell(life, {{0, {}, none, State::preparing},
              {1'000, started(), none, State::starting},
              {2'000, running(), none, State::up},
              {2'100, running(), none, State::held}});
}

TEST(Lifecycle, AHoldDuringAFirstStartThatFailsKeepsOurHandsOff) {
  LifeFacts failed = started();
  failed.start_failed = "iris-main says so";
  LifeFacts incurable = failed;
  incurable.incurable = "the licence is refused";
  for (const LifeFacts& facts : {failed, incurable}) {
    Lifecycle life{LifeSettings{}};
    life.hold({"repair", seconds(100)});
    tell(life, {{0, started(), none, State::starting},
                {1'000, with_irisdb(facts), none, State::starting},
                {2'000, facts, none, State::held},
                {60'000, facts, none, State::held},
                {100'000, facts, none, State::down},
                {110'000, facts, start, State::restarting}});
  }
}

TEST(Lifecycle, AHoldDuringAFirstStartThatStallsKeepsOurHandsOff) {
  LifeFacts stalled = with_irisdb(started());
  stalled.start_stalled = true;
  LifeSettings settings;
  settings.exit_on_stall = true;
  Lifecycle life{settings};
  life.hold({"repair", seconds(100)});
  tell(life, {{0, started(), none, State::starting},
              {1'000, stalled, none, State::starting},
              {99'999, stalled, none, State::starting},
              {100'000, stalled, LifeAction::give_up, State::given_up}});
}

TEST(Lifecycle, AHoldTakesBackARestartThatWasAskedForBefore) {
  Lifecycle life = life_in_up();
  EXPECT_EQ(life.ask_restart(), "");
  life.hold({"repair", seconds(100)});
  tell(life, {{1'000, running(), none, State::held},
              {100'000, running(), none, State::up},
              {101'000, running(), none, State::up}});
}

TEST(Lifecycle, AnotherHoldTakesThePlaceOfTheFirst) {
  Lifecycle life = life_in_up();
  life.hold({"one", seconds(10)});
  tell(life, {{0, running(), none, State::held}});
  life.hold({"two", seconds(20)});
  tell(life, {{5'000, running(), none, State::held}, {15'000, running(), none, State::held}});
  EXPECT_EQ(life.why(), "held: two");
  tell(life, {{20'000, running(), none, State::up}});
}

TEST(Lifecycle, ARestartOnRequestStopsAndStartsWithoutABudget) {
  Lifecycle life = life_in_up();
  EXPECT_EQ(life.ask_restart(), "");
  tell(life, {{1'000, running(), stop, State::restart_asked},
              {1'000, our_command(running()), none, State::restart_asked},
              {2'000, our_command(with_irisdb(died("x"))), none, State::restart_asked},
              {3'000, died("x"), start, State::restarting},
              {3'000, our_start(died("x")), none, State::restarting},
              {4'000, running(), none, State::up}});
  EXPECT_EQ(life.budget().total(), 0U);
}

TEST(Lifecycle, AStartThatMayNotBeginYetKeepsNothingElseWaiting) {
  const auto waits = [](LifeFacts facts) {
    facts.start_waits = true;
    return facts;
  };
  Lifecycle life = life_in_up();
  const LifeFacts dead = killed(died("x"));
  tell(life, {{0, waits(dead), force, State::forcing},
              {100, waits(our_command(dead)), none, State::forcing},
              {200, waits(dead), none, State::pausing},
              {300, dead, start, State::restarting}});
  Lifecycle asked = life_in_up();
  EXPECT_EQ(asked.ask_restart(), "");
  tell(asked, {{0, waits(running()), stop, State::restart_asked},
               {100, waits(died("x")), none, State::restart_asked},
               {200, died("x"), start, State::restarting}});
}

TEST(Lifecycle, WhatDoesNotStopForARestartIsForced) {
  Lifecycle life = life_in_up();
  EXPECT_EQ(life.ask_restart(), "");
  LifeFacts failed = running();
  failed.command_status = exit_1;
  tell(life, {{1'000, running(), stop, State::restart_asked},
              {1'000, our_command(running()), none, State::restart_asked},
              {2'000, failed, force, State::forcing}});
}

TEST(Lifecycle, WhatSomebodyHasStoppedIsStartedAtOnceOnRequest) {
  Lifecycle life = life_in_up();
  tell(life, {{0, by_hand(died("x")), none, State::down}});
  EXPECT_EQ(life.ask_restart(), "");
  tell(life, {{1'000, by_hand(died("x")), stop, State::restart_asked},
              {1'100, our_command(by_hand(died("x"))), none, State::restart_asked},
              {1'200, by_hand(died("x")), start, State::restarting}});
  EXPECT_EQ(life.budget().total(), 0U);
}

TEST(Lifecycle, WhatSomebodysStopLeftHalfDeadIsForcedOnRequestOnly) {
  Lifecycle life = life_in_up();
  const LifeFacts half_dead = with_irisdb(by_hand(died("x")));
  tell(life, {{0, their_command(half_dead), none, State::up},
              {1'000, half_dead, none, State::down},
              {3'600'000, half_dead, none, State::down}});
  EXPECT_EQ(life.ask_restart(), "");
  tell(life, {{3'601'000, their_command(half_dead), none, State::restart_asked},
              {3'602'000, half_dead, stop, State::restart_asked},
              {3'602'100, our_command(half_dead), none, State::restart_asked},
              {3'602'200, half_dead, force, State::forcing}});
}

TEST(Lifecycle, ARestartIsRefusedWhereItCannotBe) {
  Lifecycle life{LifeSettings{}};
  EXPECT_EQ(life.ask_restart(), "IRIS is not up: the configuration is being prepared");
  life = life_in_up();
  life.hold({"repair", minutes(1)});
  EXPECT_EQ(life.ask_restart(), "IRIS is held: repair");
  LifeSettings exits;
  exits.restart_in_place = false;
  life = life_in_up(exits);
  EXPECT_NE(life.ask_restart(), "");
}

TEST(Lifecycle, AStalledStartEndsTheContainerWhereTheSettingSaysSo) {
  LifeFacts stalled = started();
  stalled.start_stalled = true;
  Lifecycle patient{LifeSettings{}};
  tell(patient, {{0, started(), none, State::starting}, {1'000, stalled, none, State::starting}});
  LifeSettings settings;
  settings.exit_on_stall = true;
  Lifecycle life{settings};
  tell(life, {{0, started(), none, State::starting},
              {1'000, stalled, LifeAction::give_up, State::given_up}});
}

}  // namespace
}  // namespace sup
