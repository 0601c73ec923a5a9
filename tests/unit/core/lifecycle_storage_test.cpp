// A lifecycle whose trouble is not IRIS: the data's file system is lost, or iris-main's own start
// has failed and iris-main stays.
#include <gtest/gtest.h>

#include "tests/unit/core/life_drive.h"

namespace sup {
namespace {

using namespace testing_support::life;  // NOLINT(google-build-using-namespace): its short words

constexpr auto none = LifeAction::none;
constexpr auto force = LifeAction::force;
constexpr auto start = LifeAction::start;
constexpr auto give_up = LifeAction::give_up;
using State = LifeState;

LifeFacts start_failed(LifeFacts facts = started()) {
  facts.start_failed = "iris-main says: 'iris start IRIS quietly' ended with exit code 1";
  return facts;
}
LifeFacts for_ever(LifeFacts facts) {
  facts.incurable = "the licence is refused";
  return facts;
}

TEST(LifecycleStorage, NoRestartIsSpentOnAFileSystemThatIsLost) {
  Lifecycle life = life_in_up();
  const LifeFacts dead = with_irisdb(died("control process 431 died"));
  tell(life, {{1'000, storage_lost(dead), none, State::blocked},
              {2'000, storage_lost(killed(died("x"))), none, State::blocked},
              {3'600'000, storage_lost(killed(died("x"))), none, State::blocked}});
  EXPECT_EQ(life.why(), "control process 431 died; the data's file system is read-only");
  EXPECT_EQ(life.budget().total(), 0U);
  EXPECT_EQ(life.deadline(), never);
}

TEST(LifecycleStorage, OnceItIsWellAgainWhatIsDownIsRestarted) {
  Lifecycle life = life_in_up();
  const LifeFacts gone = died("x");
  tell(life, {{1'000, storage_lost(killed(gone)), none, State::blocked},
              {60'000, gone, none, State::down},
              {69'999, gone, none, State::down},
              {70'000, gone, start, State::restarting}});
  EXPECT_EQ(life.budget().total(), 1U);
}

TEST(LifecycleStorage, OnceItIsWellAgainWhatIsHalfDeadIsForced) {
  Lifecycle life = life_in_up();
  const LifeFacts dead = with_irisdb(died("x"));
  tell(life, {{1'000, storage_lost(dead), none, State::blocked},
              {60'000, dead, none, State::down},
              {70'000, dead, force, State::forcing}});
}

TEST(LifecycleStorage, IrisThatRunsAgainIsUpWhateverTheFileSystemSays) {
  Lifecycle life = life_in_up();
  tell(life, {{1'000, storage_lost(killed(died("x"))), none, State::blocked},
              {2'000, storage_lost(running()), none, State::up}});
}

TEST(LifecycleStorage, WhileIrisRunsItChangesNothing) {
  Lifecycle life = life_in_up();
  tell(life, {{1'000, storage_lost(running()), none, State::up}});
  EXPECT_EQ(life.ask_restart(), "the data's file system is read-only");
}

TEST(LifecycleStorage, ThePolicyToExitWaitsForItToo) {
  LifeSettings exits;
  exits.restart_in_place = false;
  Lifecycle life = life_in_up(exits);
  tell(life, {{1'000, storage_lost(killed(died("x"))), none, State::blocked},
              {60'000, killed(died("x")), force, State::forcing},
              {60'100, killed(died("x")), give_up, State::given_up}});
}

TEST(LifecycleStorage, ARestartThatFailsOnItIsNotFollowedByAnother) {
  Lifecycle life = life_in_restarting();
  LifeFacts failed = died("x");
  failed.command_status = 1 << 8;
  tell(life, {{9'000, storage_lost(failed), none, State::blocked}});
}

TEST(LifecycleStorage, APauseThatEndsOnItEndsThere) {
  Lifecycle life = life_in_up();
  life.remember_restart(0);  // so that there is a pause
  tell(life, {{0, killed(died("x")), force, State::forcing},
              {100, killed(died("x")), none, State::pausing},
              {60'000, storage_lost(killed(died("x"))), none, State::blocked}});
  EXPECT_EQ(life.budget().total(), 1U);
}

TEST(LifecycleStorage, AHoldAndAStopAreHeededThereToo) {
  Lifecycle life = life_in_up();
  life.decide(storage_lost(killed(died("x"))), 0);
  life.hold({"repair", hours(1)});
  tell(life, {{1'000, storage_lost(died("x")), none, State::held}});
  LifeFacts stop;
  stop.stopping = true;
  tell(life, {{2'000, stop, none, State::stopping}});
}

TEST(LifecycleStart, AMainThatEndsAfterAFailedStartIsLeftToEnd) {
  Lifecycle life{LifeSettings{}};
  LifeFacts stop;
  stop.stopping = true;
  tell(life, {{0, started(), none, State::starting},
              {1'000, start_failed(), none, State::starting},
              {1'100, stop, none, State::stopping}});
}

TEST(LifecycleStart, AMainThatStaysAfterAFailedStartIsNoReasonToStayDown) {
  Lifecycle life{LifeSettings{}};
  tell(life, {{0, started(), none, State::starting},
              {1'000, start_failed(), none, State::starting},
              {10'999, start_failed(), none, State::starting},
              {11'000, start_failed(), start, State::restarting}});
}

TEST(LifecycleStart, WhatNoRestartCanHealIsGivenUpAtOnce) {
  Lifecycle life{LifeSettings{}};
  tell(life, {{0, started(), none, State::starting},
              {1'000, for_ever(start_failed()), none, State::starting},
              {11'000, for_ever(start_failed()), give_up, State::given_up}});
  EXPECT_EQ(
      life.why(),
      "iris-main says: 'iris start IRIS quietly' ended with exit code 1; no restart can help: "
      "the licence is refused");
  EXPECT_EQ(life.budget().total(), 0U);
}

TEST(LifecycleStart, ARestartThatFailsForWhatNoRestartCanHealIsTheLast) {
  Lifecycle life = life_in_restarting();
  LifeFacts failed = died("x");
  failed.command_status = 1 << 8;
  tell(life, {{9'000, for_ever(our_command(failed)), none, State::restarting},  // it is being read
              {9'100, for_ever(failed), give_up, State::given_up}});
  EXPECT_EQ(life.why(),
            "'iris start' exited with code 1; no restart can help: the licence is refused");
  EXPECT_EQ(life.budget().total(), 1U);
}

TEST(LifecycleStart, WhoeverStillWorksOnItIsWaitedFor) {
  Lifecycle life{LifeSettings{}};
  tell(life, {{0, started(), none, State::starting},
              {1'000, start_failed(), none, State::starting},
              {10'000, their_command(start_failed()), none, State::starting},
              {15'000, with_irisdb(start_failed()), none, State::starting},
              {30'000, start_failed(), none, State::starting},
              {39'000, running(start_failed()), none, State::up}});
}

TEST(LifecycleStart, WordsOfAnIncurableCauseAloneMeanNothing) {
  Lifecycle life{LifeSettings{}};
  tell(life, {{0, started(), none, State::starting},
              {1'000, for_ever(started()), none, State::starting},
              {60'000, for_ever(started()), none, State::starting}});
}

}  // namespace
}  // namespace sup
