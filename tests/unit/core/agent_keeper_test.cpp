#include "supervisor/core/agent_keeper.h"

#include <gtest/gtest.h>

#include <vector>

namespace sup {
namespace {

constexpr Nanos start_of_time = hours(5);

/// Starts the agent when the keeper asks for it; the time at which it did.
Nanos start_at_deadline(AgentKeeper& keeper, Nanos now) {
  const Nanos at = std::max(now, keeper.deadline());
  EXPECT_EQ(keeper.decide(at), KeeperAction::start);
  keeper.started(at);
  return at;
}

TEST(AgentKeeper, AsksForAStartAtOnce) {
  AgentKeeper keeper;
  EXPECT_LE(keeper.deadline(), start_of_time);
  EXPECT_EQ(keeper.decide(start_of_time), KeeperAction::start);
}

TEST(AgentKeeper, AStartThatFailedIsTriedAgainAfterASecond) {
  AgentKeeper keeper;
  EXPECT_EQ(keeper.decide(start_of_time), KeeperAction::start);
  EXPECT_EQ(keeper.decide(start_of_time), KeeperAction::none);
  EXPECT_EQ(keeper.deadline(), start_of_time + seconds(1));
  EXPECT_EQ(keeper.decide(start_of_time + seconds(1) - 1), KeeperAction::none);
  EXPECT_EQ(keeper.decide(start_of_time + seconds(1)), KeeperAction::start);
}

TEST(AgentKeeper, PausesGrowToTwoSecondsAndStayThere) {
  AgentKeeper keeper;
  Nanos now = start_at_deadline(keeper, start_of_time);
  std::vector<Nanos> pauses;
  for (int death = 0; death < 8; ++death) {
    now += milliseconds(50);
    keeper.died(now);
    pauses.push_back(keeper.deadline() - now);
    if (pauses.back() > 0) {
      EXPECT_EQ(keeper.decide(keeper.deadline() - 1), KeeperAction::none);
    }
    now = start_at_deadline(keeper, now);
  }
  EXPECT_EQ(pauses, (std::vector<Nanos>{0, milliseconds(200), milliseconds(500), seconds(1),
                                        seconds(2), seconds(2), seconds(2), seconds(2)}));
  EXPECT_EQ(keeper.deaths(), 8U);
}

TEST(AgentKeeper, PausesBeginAnewAfterACalmMinute) {
  AgentKeeper keeper;
  Nanos now = start_at_deadline(keeper, start_of_time);
  for (int death = 0; death < 3; ++death) {
    keeper.died(now);
    now = start_at_deadline(keeper, now);
  }
  const Nanos almost = now + AgentKeeper::calm_after - 1;
  AgentKeeper not_yet = keeper;
  not_yet.died(almost);
  EXPECT_EQ(not_yet.deadline(), almost + seconds(1));
  const Nanos calm = now + AgentKeeper::calm_after;
  keeper.died(calm);
  EXPECT_EQ(keeper.deadline(), calm);
}

TEST(AgentKeeper, FiveDeathsWithinAMinuteMeanSafeMode) {
  AgentKeeper keeper;
  Nanos now = start_of_time;
  for (int death = 1; death <= 5; ++death) {
    now = start_at_deadline(keeper, now);
    EXPECT_FALSE(keeper.safe_mode()) << "before death " << death;
    keeper.died(now);
  }
  EXPECT_TRUE(keeper.safe_mode());
}

TEST(AgentKeeper, FiveDeathsInMoreThanAMinuteDoNot) {
  for (const Nanos apart : {seconds(15), seconds(15) + milliseconds(1)}) {
    AgentKeeper keeper;
    Nanos now = start_of_time;
    for (int death = 0; death < 20; ++death) {
      keeper.started(now);
      now += apart;
      keeper.died(now);
    }
    EXPECT_EQ(keeper.safe_mode(), apart == seconds(15));
  }
}

TEST(AgentKeeper, SafeModeStays) {
  AgentKeeper keeper;
  Nanos now = start_of_time;
  for (int death = 0; death < 5; ++death) {
    now = start_at_deadline(keeper, now);
    keeper.died(now);
  }
  now = start_at_deadline(keeper, now);
  keeper.died(now + hours(10));
  EXPECT_TRUE(keeper.safe_mode());
}

TEST(AgentKeeper, ABeatEveryPeriodIsEnough) {
  AgentKeeper keeper;
  Nanos now = start_at_deadline(keeper, start_of_time);
  for (int beat = 0; beat < 100; ++beat) {
    now += AgentKeeper::silence_period;
    keeper.heard(now);
    EXPECT_EQ(keeper.decide(now), KeeperAction::none);
    EXPECT_EQ(keeper.deadline(), now + AgentKeeper::silence_period);
  }
}

TEST(AgentKeeper, SilenceIsJudgedTwiceThenTermThenKill) {
  AgentKeeper keeper;
  const Nanos began = start_at_deadline(keeper, start_of_time);
  std::vector<std::pair<Nanos, KeeperAction>> given;
  for (Nanos after = 0; after <= minutes(2); after += milliseconds(100)) {
    const KeeperAction action = keeper.decide(began + after);
    if (action != KeeperAction::none) given.emplace_back(after, action);
  }
  const std::vector<std::pair<Nanos, KeeperAction>> expected{{seconds(20), KeeperAction::terminate},
                                                             {seconds(22), KeeperAction::kill}};
  given.resize(2);  // what follows is another test's
  EXPECT_EQ(given, expected);
}

TEST(AgentKeeper, AWordBetweenTheTwoJudgementsClearsIt) {
  AgentKeeper keeper;
  const Nanos began = start_at_deadline(keeper, start_of_time);
  EXPECT_EQ(keeper.decide(began + seconds(10)), KeeperAction::none);
  keeper.heard(began + seconds(19));
  EXPECT_EQ(keeper.decide(began + seconds(20)), KeeperAction::none);
  EXPECT_EQ(keeper.decide(began + seconds(29)), KeeperAction::none);  // first judgement anew
  EXPECT_EQ(keeper.decide(began + seconds(39)), KeeperAction::terminate);
}

TEST(AgentKeeper, AWordAfterTermDoesNotSaveIt) {
  AgentKeeper keeper;
  const Nanos began = start_at_deadline(keeper, start_of_time);
  EXPECT_EQ(keeper.decide(began + seconds(10)), KeeperAction::none);
  EXPECT_EQ(keeper.decide(began + seconds(20)), KeeperAction::terminate);
  keeper.heard(began + seconds(21));
  EXPECT_EQ(keeper.decide(began + seconds(22)), KeeperAction::kill);
}

TEST(AgentKeeper, OneThatDiesAfterTermIsStartedAgainNotKilled) {
  AgentKeeper keeper;
  const Nanos began = start_at_deadline(keeper, start_of_time);
  EXPECT_EQ(keeper.decide(began + seconds(10)), KeeperAction::none);
  EXPECT_EQ(keeper.decide(began + seconds(20)), KeeperAction::terminate);
  keeper.died(began + seconds(21));
  EXPECT_EQ(keeper.decide(began + seconds(21)), KeeperAction::start);
}

/// From a start to the SIGKILL that silence brings; the time of it.
Nanos kill_at_last(AgentKeeper& keeper, Nanos now) {
  const Nanos began = start_at_deadline(keeper, now);
  EXPECT_EQ(keeper.decide(began + seconds(10)), KeeperAction::none);
  EXPECT_EQ(keeper.decide(began + seconds(20)), KeeperAction::terminate);
  EXPECT_EQ(keeper.decide(began + seconds(22)), KeeperAction::kill);
  return began + seconds(22);
}

TEST(AgentKeeper, OneThatWasKilledIsNotStartedTwiceBeforeItIsReaped) {
  AgentKeeper keeper;
  const Nanos killed = kill_at_last(keeper, start_of_time);
  EXPECT_EQ(keeper.decide(killed + AgentKeeper::give_up_after - 1), KeeperAction::none);
  keeper.died(killed + seconds(4));
  EXPECT_EQ(keeper.decide(killed + seconds(4)), KeeperAction::start);
}

TEST(AgentKeeper, OneThatSigkillCannotEndIsGivenUpAndAnotherIsStarted) {
  AgentKeeper keeper;
  const Nanos given_up = kill_at_last(keeper, start_of_time) + AgentKeeper::give_up_after;
  EXPECT_EQ(keeper.decide(given_up), KeeperAction::give_up);
  EXPECT_EQ(keeper.deaths(), 1U);
  EXPECT_EQ(keeper.decide(given_up), KeeperAction::start);
}

TEST(AgentKeeper, NoMoreThanFourAreGivenUpUntilOneEnds) {
  AgentKeeper keeper;
  Nanos now = start_of_time;
  for (std::uint32_t stuck = 0; stuck < AgentKeeper::most_stuck; ++stuck) {
    now = kill_at_last(keeper, now) + AgentKeeper::give_up_after;
    EXPECT_EQ(keeper.decide(now), KeeperAction::give_up);
  }
  now = kill_at_last(keeper, now);
  EXPECT_EQ(keeper.deadline(), never);
  EXPECT_EQ(keeper.decide(now + hours(1)), KeeperAction::none);
  keeper.stuck_one_ended();
  EXPECT_EQ(keeper.decide(now + hours(1)), KeeperAction::give_up);
  EXPECT_EQ(keeper.decide(now + hours(1) + seconds(2)), KeeperAction::start);
}

}  // namespace
}  // namespace sup
