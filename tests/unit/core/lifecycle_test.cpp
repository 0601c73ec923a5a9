// What becomes of IRIS, story by story. What holds in any story: lifecycle_product_test.cpp.
#include "supervisor/core/lifecycle.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/core/life_drive.h"

namespace sup {
namespace {

using namespace testing_support::life;  // NOLINT(google-build-using-namespace): its short words

constexpr int exit_1 = 1 << 8;

constexpr auto none = LifeAction::none;
constexpr auto force = LifeAction::force;
constexpr auto start = LifeAction::start;
constexpr auto give_up = LifeAction::give_up;
using State = LifeState;

TEST(Lifecycle, WaitsForTheMainProgramThenForIris) {
  Lifecycle life{LifeSettings{}};
  tell(life, {{0, {}, none, State::preparing},
              {1'000, {}, none, State::preparing},
              {2'000, started(), none, State::starting},
              {3'600'000, started(), none, State::starting},
              {3'600'100, running(), none, State::up},
              {9'000'000, running(), none, State::up}});
  EXPECT_TRUE(life.ever_up());
  EXPECT_EQ(life.budget().total(), 0U);
}

TEST(Lifecycle, AKilledControlProcessIsForcedThenStarted) {
  Lifecycle life = life_in_up();
  const LifeFacts half_dead = with_irisdb(died("control process 431 died"));
  tell(life, {{1'000, half_dead, force, State::forcing},
              {1'000, our_command(half_dead), none, State::forcing},
              {2'000, our_command(half_dead), none, State::forcing},
              {3'000, died("x"), start, State::restarting},
              {3'000, our_start(died("x")), none, State::restarting},
              {8'000, with_irisdb(our_start(died("x"))), none, State::restarting},
              {9'000, with_irisdb(died("x")), none, State::restarting},
              {9'500, running(died("x")), none, State::up}});
  EXPECT_EQ(life.budget().total(), 1U);
}

TEST(Lifecycle, EachStateThatIsPassedThroughIsTold) {
  Lifecycle life = life_in_up();
  static_cast<void>(life.take_transitions());
  EXPECT_EQ(life.decide(with_irisdb(died("control process 431 died")), seconds(7)), force);
  const auto steps = life.take_transitions();
  ASSERT_EQ(steps.size(), 2U);
  EXPECT_EQ(std::tuple(steps[0].from, steps[0].to), std::tuple(State::up, State::broken));
  EXPECT_EQ(steps[0].why, "control process 431 died");
  EXPECT_EQ(steps[0].lasted, seconds(7));
  EXPECT_EQ(std::tuple(steps[1].from, steps[1].to), std::tuple(State::broken, State::forcing));
  EXPECT_EQ(steps[1].lasted, 0);
  EXPECT_TRUE(life.take_transitions().empty());
}

TEST(Lifecycle, ADeadDaemonAloneIsNoCleanDown) {
  Lifecycle life = life_in_up();
  LifeFacts facts = with_irisdb(died("daemon 17 died"));
  EXPECT_EQ(life.decide(facts, 0), force);
  EXPECT_EQ(life.why(), "daemon 17 died");
}

TEST(Lifecycle, ADownThatNobodySawIsBelievedOfQlistOnceNoIrisdbLives) {
  Lifecycle life = life_in_up();
  LifeFacts facts = started();
  facts.said_down = true;
  tell(life, {{0, with_irisdb(facts), none, State::up},
              {100, facts, none, State::down},
              {10'099, facts, none, State::down},
              {10'100, facts, start, State::restarting}});
}

TEST(Lifecycle, WhatIsKilledAsAWholeIsForcedToo) {
  Lifecycle life = life_in_up();
  const LifeFacts dead = killed(died("control process 431 died"));
  tell(life, {{0, dead, force, State::forcing},
              {100, our_command(dead), none, State::forcing},
              {200, dead, start, State::restarting}});
}

TEST(Lifecycle, ForceIsRepeatedEveryFiveSecondsWhileSomebodyLives) {
  Lifecycle life = life_in_up();
  const LifeFacts half_dead = with_irisdb(died("x"));
  tell(life, {{0, half_dead, force, State::forcing},
              {1'000, our_command(half_dead), none, State::forcing},
              {2'000, half_dead, none, State::forcing},
              {6'999, half_dead, none, State::forcing},
              {7'000, half_dead, force, State::forcing},
              {7'000, half_dead, none, State::forcing},
              {8'000, died("x"), start, State::restarting}});
}

TEST(Lifecycle, ACleanDownWaitsTheDelayThenStarts) {
  Lifecycle life = life_in_up();
  tell(life, {{0, died("x"), none, State::up}});
  EXPECT_EQ(life.deadline(), milliseconds(500));  // until then PID 1 may say that it was killed
  tell(life, {{500, died("x"), none, State::down},
              {10'499, died("x"), none, State::down},
              {10'500, died("x"), start, State::restarting}});
}

TEST(Lifecycle, AStopByHandHasTheDelayAfterItsCommandHasEnded) {
  Lifecycle life = life_in_up();
  const LifeFacts gone = by_hand(died("x"));
  tell(life, {{0, with_irisdb(their_command(gone)), none, State::up},
              {60'000, their_command(gone), none, State::up},
              {61'000, gone, none, State::down},
              {70'999, gone, none, State::down},
              {71'000, gone, start, State::restarting}});
}

TEST(Lifecycle, PidOnesWordOfAKillMayComeLate) {
  Lifecycle life = life_in_up();
  tell(life, {{0, died("x"), none, State::up},
              {499, killed(died("control process 431 died")), force, State::forcing}});
  // A kill is no clean down, for however short a time.
  for (const Transition& step : life.take_transitions())
    EXPECT_NE(step.to, State::down);
  Lifecycle later = life_in_down();
  tell(later, {{600, killed(died("control process 431 died")), force, State::forcing}});
}

TEST(Lifecycle, AStartByHandRightAfterACleanDownIsTheirs) {
  Lifecycle life = life_in_up();
  const LifeFacts gone = died("control process 431 died");
  tell(life, {{0, gone, none, State::up},
              {200, their_command(gone), none, State::down},
              {10'000, with_irisdb(their_command(gone)), none, State::down}});
  EXPECT_GT(life.deadline(), seconds(10));
  tell(life,
       {{20'000, with_irisdb(gone), none, State::down}, {20'500, running(gone), none, State::up}});
}

TEST(Lifecycle, ARestartThatIsAskedForWhileItGoesDownIsNotLost) {
  Lifecycle life = life_in_up();
  tell(life, {{0, died("x"), none, State::up}});
  EXPECT_EQ(life.ask_restart(), "");
  tell(life, {{100, died("x"), none, State::up},
              {500, died("x"), LifeAction::stop, State::restart_asked}});
}

TEST(Lifecycle, KillsUnderSomebodysCommandAreTheirDoing) {  // `iris force` by hand
  Lifecycle life = life_in_up();
  const LifeFacts gone = by_hand(killed(died("x")));
  tell(life, {{0, with_irisdb(their_command(gone)), none, State::up},
              {1'000, gone, none, State::down},
              {10'999, gone, none, State::down}});
}

TEST(Lifecycle, ARestartByHandIsNotRaced) {
  Lifecycle life = life_in_up();
  const LifeFacts theirs = by_hand(died("x"));
  // Their command has ended, and the next qlist is still to come.
  tell(life, {{0, with_irisdb(their_command(theirs)), none, State::up},
              {40'000, with_irisdb(theirs), none, State::down},
              {40'500, running(theirs), none, State::up}});
  EXPECT_EQ(life.budget().total(), 0U);
}

TEST(Lifecycle, ARestartByHandThatQlistHasSeenStaysUp) {
  Lifecycle life = life_in_up();
  const LifeFacts theirs = by_hand(died("x"));
  tell(life, {{0, with_irisdb(their_command(theirs)), none, State::up},
              {40'000, running(theirs), none, State::up}});
  EXPECT_EQ(life.since(), seconds(40));
}

TEST(Lifecycle, WhatSomebodyHasStartedForARepairIsNeverForced) {
  Lifecycle life = life_in_up();
  const LifeFacts theirs = by_hand(died("x"));
  tell(life, {{0, their_command(theirs), none, State::up},
              {1'000, theirs, none, State::down},
              {5'000, with_irisdb(their_command(theirs)), none, State::down},
              {7'200'000, with_irisdb(theirs), none, State::down},  // no sign-on, for two hours
              {7'201'000, theirs, none, State::down},
              {7'209'999, theirs, none, State::down},
              {7'210'000, theirs, start, State::restarting}});
}

TEST(Lifecycle, AStartByHandDuringOurPauseIsNotDoubled) {
  Lifecycle life = life_in_up();
  life.remember_restart(0);
  const LifeFacts dead = killed(died("x"));
  tell(life, {{0, dead, force, State::forcing},
              {100, dead, none, State::pausing},
              {200, their_command(dead), none, State::down},
              {5'000, with_irisdb(their_command(dead)), none, State::down},
              {6'000, with_irisdb(dead), none, State::down},
              {6'500, running(dead), none, State::up}});
}

TEST(Lifecycle, NobodyIsForcedWhileSomebodysCommandRuns) {
  Lifecycle life = life_in_up();
  const LifeFacts gone = died("x");
  tell(life, {{0, gone, none, State::up},
              {500, gone, none, State::down},
              {600, killed(with_irisdb(their_command(gone))), none, State::down},
              {60'000, killed(with_irisdb(their_command(gone))), none, State::down}});
  Lifecycle other = life_in_up();
  tell(other, {{0, with_irisdb(gone), force, State::forcing},
               {1'000, with_irisdb(their_command(gone)), none, State::forcing},
               {60'000, with_irisdb(their_command(gone)), none, State::forcing}});
}

TEST(Lifecycle, PolicyExitForcesWhatIsHalfDeadThenGivesUpAtOnce) {
  LifeSettings settings;
  settings.restart_in_place = false;
  Lifecycle life = life_in_up(settings);
  const LifeFacts half_dead = with_irisdb(died("control process 431 died"));
  tell(life, {{0, half_dead, force, State::forcing},
              {100, our_command(half_dead), none, State::forcing},
              {200, died("x"), give_up, State::given_up},
              {300, died("x"), none, State::given_up}});
  EXPECT_NE(life.why().find("control process 431 died"), std::string::npos) << life.why();
  Lifecycle clean = life_in_up(settings);
  tell(clean, {{0, died("x"), none, State::up},
               {500, died("x"), none, State::down},
               {10'500, died("x"), give_up, State::given_up}});
}

TEST(Lifecycle, WhoSurvivesAForceIsLeftToTheLadderWhenItGivesUp) {
  LifeSettings settings;
  settings.restart_in_place = false;
  Lifecycle life = life_in_up(settings);
  const LifeFacts half_dead = with_irisdb(died("x"));
  tell(life, {{0, half_dead, force, State::forcing},
              {200, half_dead, none, State::forcing},
              {5'199, half_dead, none, State::forcing},
              {5'200, half_dead, give_up, State::given_up},
              {9'000, half_dead, none, State::given_up}});
}

TEST(Lifecycle, AfterThreeRestartsInTenMinutesItGivesUpOnce) {
  Lifecycle life = life_in_up();
  std::vector<Nanos> pauses;
  Nanos now = 0;
  for (int death = 0; death < 3; ++death) {
    now += minutes(1);
    ASSERT_EQ(life.decide(killed(died("x")), now), force);
    ASSERT_EQ(life.decide(our_command(killed(died("x"))), now), none);
    const Nanos forced = now;
    while (life.decide(killed(died("x")), now) != start)
      now += milliseconds(100);
    pauses.push_back(now - forced);
    ASSERT_EQ(life.decide(our_start(died("x")), now), none);
    ASSERT_EQ(life.decide(running(), now), none);
    ASSERT_EQ(life.state(), State::up);
  }
  EXPECT_EQ(pauses, (std::vector<Nanos>{0, seconds(1), seconds(2)}));
  EXPECT_EQ(life.decide(killed(died("x")), now), force);
  EXPECT_EQ(life.decide(killed(died("x")), now), give_up);
  EXPECT_EQ(life.decide(killed(died("x")), now), none);
  EXPECT_NE(life.why().find("3 restarts within 10m"), std::string::npos) << life.why();
}

TEST(Lifecycle, AStartThatFailsCounts) {
  Lifecycle life = life_in_up();
  Nanos now = 0;
  int starts = 0;
  LifeFacts facts = killed(died("x"));
  facts.command_status = exit_1;
  for (; now < minutes(5) && life.state() != State::given_up; now += milliseconds(100)) {
    if (life.decide(facts, now) == start) ++starts;
  }
  EXPECT_EQ(starts, 3);
  EXPECT_EQ(life.state(), State::given_up);
  EXPECT_NE(life.why().find("'iris start' exited with code 1"), std::string::npos) << life.why();
}

TEST(Lifecycle, AStartThatWasRefusedMayMeanThatAnotherWasQuicker) {
  Lifecycle life = life_in_restarting();
  LifeFacts refused = died("x");
  refused.command_status = exit_1;
  tell(life, {{1'000, with_irisdb(refused), none, State::restarting},
              {1'500, running(refused), none, State::up}});
  Lifecycle half = life_in_restarting();
  tell(half, {{1'000, with_irisdb(refused), none, State::restarting},
              {11'000, with_irisdb(refused), force, State::forcing}});
}

// It found IRIS up, by what one that has ended without being killed has left: a start alone would
// find that again.
TEST(Lifecycle, AGoodStartThatLeavesNobodyIsAFailureAndFollowedByAForce) {
  Lifecycle life = life_in_restarting();
  tell(life, {{1'000, died("x"), none, State::restarting},
              {10'999, died("x"), none, State::restarting},
              {11'000, died("x"), force, State::forcing},
              {11'000, our_command(died("x")), none, State::forcing},
              {11'100, died("x"), none, State::pausing},
              {12'100, died("x"), start, State::restarting}});
  EXPECT_EQ(life.seen(), LifeSeen::unknown) << "nobody was killed";
}

TEST(Lifecycle, ARecoveryAfterAGoodStartMayTakeHours) {
  Lifecycle life = life_in_restarting();
  tell(life, {{1'000, with_irisdb(died("x")), none, State::restarting},
              {36'000'000, with_irisdb(died("x")), none, State::restarting},
              {36'000'100, running(), none, State::up}});
}

TEST(Lifecycle, UpFalseIsLeftAloneUntilIrisRuns) {
  LifeSettings settings;
  settings.up_wanted = false;
  Lifecycle life{settings};
  tell(life, {{0, started(), none, State::not_wanted},
              {3'600'000, with_irisdb(started()), none, State::not_wanted},
              {3'600'100, running(), none, State::up},
              {3'700'000, by_hand(died("x")), none, State::down},
              {3'710'000, by_hand(died("x")), none, State::not_wanted},
              {9'000'000, by_hand(died("x")), none, State::not_wanted}});
}

TEST(Lifecycle, AnAgentThatComesBackKnowsThatIrisWasUp) {
  Lifecycle life{LifeSettings{}};
  life.remember_up(-seconds(5));
  tell(life,
       {{0, started(), none, State::up}, {100, with_irisdb(died("x")), force, State::forcing}});
  const auto steps = life.take_transitions();
  ASSERT_EQ(steps.size(), 3U);
  EXPECT_EQ(steps[1].lasted, seconds(5) + milliseconds(100)) << "IRIS's time, not the agent's";
}

TEST(Lifecycle, AnAgentThatComesBackDuringARestartWaitsForIt) {
  Lifecycle life{LifeSettings{}};
  life.remember_up(0);
  life.remember_restart(0);
  tell(life, {{0, our_start(died("x")), none, State::restarting},
              {60'000, our_start(with_irisdb(died("x"))), none, State::restarting},
              {61'000, running(died("x")), none, State::up}});
  EXPECT_EQ(life.budget().total(), 1U);
}

TEST(Lifecycle, AnAgentThatComesBackKnowsTheRestarts) {
  Lifecycle life{LifeSettings{}};
  life.remember_up(0);
  for (int i = 0; i < 3; ++i)
    life.remember_restart(seconds(i));
  const LifeFacts dead = killed(died("x"));
  tell(life, {{60'000, dead, none, State::restarting},  // the last start may have ended well
              {70'000, dead, force, State::forcing},
              {70'000, dead, give_up, State::given_up}});
}

TEST(Lifecycle, StoppingEndsEveryState) {
  for (const Lifecycle& standing : every_state()) {
    SCOPED_TRACE(name_of(standing.state()));
    Lifecycle life = standing;
    LifeFacts facts = killed(died("x"));
    facts.stopping = true;
    EXPECT_EQ(life.decide(facts, hours(1)), none);
    EXPECT_EQ(life.state(), State::stopping);
    EXPECT_EQ(life.decide(running(), hours(2)), none);
    EXPECT_EQ(life.state(), State::stopping);
  }
}

}  // namespace
}  // namespace sup
