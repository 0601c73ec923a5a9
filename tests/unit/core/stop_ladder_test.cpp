#include "supervisor/core/stop_ladder.h"

#include <gtest/gtest.h>

#include "tests/unit/core/ladder_drive.h"

namespace sup {
namespace {

using testing_support::Climb;
using testing_support::climb_all;
using testing_support::gone;
using testing_support::serving;
using testing_support::text_of;

struct Story {
  std::string what;
  LadderSettings settings;
  testing_support::World world;
  std::string expected;  ///< action@ms after the stop began
  bool forced = false;
};

std::vector<Story> iris_stories() {
  const LadderSettings usual;
  return {
      {"drained at once, IRIS down after 20 s", usual,
       [](Nanos after) {
         LadderFacts facts = serving;
         facts.drained = true;
         return after < seconds(20) ? facts : gone(facts);
       },
       "signal_main@0 clean_ipc@20000 leave@20000"},
      {"a restart in place is under way: IRIS is stopped once its start is over", usual,
       [](Nanos after) {
         LadderFacts facts = serving;
         facts.drained = true;
         facts.main_alive = after < seconds(1);  // its `iris stop` was refused
         facts.command_running = facts.start_running = after < seconds(8);
         facts.irisdb_alive = after >= seconds(6);
         return after < seconds(20) ? facts : gone(facts);
       },
       "signal_main@0 iris_stop@8000 clean_ipc@20000 leave@20000"},
      {"a restart in place fails meanwhile: there is nothing to stop", usual,
       [](Nanos after) {
         LadderFacts facts = serving;
         facts.drained = true;
         facts.main_alive = after < seconds(1);
         facts.command_running = facts.start_running = after < seconds(8);
         facts.irisdb_alive = false;
         return after < seconds(8) ? facts : gone(facts);
       },
       "signal_main@0 clean_ipc@8000 leave@8000"},
      {"the agent is dead: nobody to wait for", usual,
       [](Nanos after) {
         LadderFacts facts = serving;
         facts.agent_alive = false;
         return after < seconds(20) ? facts : gone(facts);
       },
       "signal_main@0 clean_ipc@20000 leave@20000"},
      {"the agent never says drained: 5 s more than the delay",
       {seconds(360), seconds(30), true},
       [](Nanos after) { return after < seconds(60) ? serving : gone(serving); },
       "announce@0 signal_main@35000 clean_ipc@60000 leave@60000"},
      {"frozen, the agent thaws in time", usual,
       [](Nanos after) {
         LadderFacts facts = serving;
         facts.drained = true;
         facts.frozen_by_us = after < seconds(3);
         return after < seconds(20) ? facts : gone(facts);
       },
       "signal_main@3000 clean_ipc@20000 leave@20000"},
      {"frozen, the agent is deaf: PID 1 thaws at half-time", usual,
       [](Nanos after) {
         LadderFacts facts = serving;
         facts.drained = true;
         facts.frozen_by_us = after < seconds(6);
         return after < seconds(20) ? facts : gone(facts);
       },
       "thaw@5000 signal_main@6000 clean_ipc@20000 leave@20000"},
      {"frozen, the agent is dead: PID 1 thaws at once; it does not help", usual,
       [](Nanos after) {
         LadderFacts facts = serving;
         facts.agent_alive = false;
         facts.frozen_by_us = true;
         return after < seconds(20) ? facts : gone(facts);
       },
       "thaw@0 signal_main@10000 clean_ipc@20000 leave@20000"},
      {"frozen, but IRIS is gone: nothing to thaw", usual,
       [](Nanos) {
         LadderFacts facts = gone(serving);
         facts.frozen_by_us = true;
         return facts;
       },
       "clean_ipc@0 leave@0"},
      {"iris-main is deaf, IRIS too", usual, [](Nanos) { return serving; },
       "announce@0 signal_main@5000 iris_stop@315000 iris_force@330000 terminate_all@348000 "
       "kill_all@353000 clean_ipc@358000 leave@358000",
       true},
      {"iris-main has gone and left IRIS behind", usual,
       [](Nanos after) {
         LadderFacts facts = serving;
         facts.drained = true;
         facts.main_alive = after < seconds(10);
         return after < seconds(50) ? facts : gone(facts);
       },
       "signal_main@0 iris_stop@10000 clean_ipc@50000 leave@50000"},
      {"somebody else's stop is let finish", usual,
       [](Nanos after) {
         LadderFacts facts = serving;
         facts.drained = true;
         facts.main_alive = false;
         facts.other_stop_runs = after < seconds(100);
         return after < seconds(200) ? facts : gone(facts);
       },
       "iris_stop@100000 clean_ipc@200000 leave@200000"},
      {"somebody else's stop hangs: forced all the same", usual,
       [](Nanos after) {
         LadderFacts facts = serving;
         facts.main_alive = false;
         facts.other_stop_runs = true;
         return after < seconds(335) ? facts : gone(facts);
       },
       "iris_force@330000 clean_ipc@335000 leave@335000", true},
      {"our own command first comes to its end", usual,
       [](Nanos after) {
         LadderFacts facts = serving;
         facts.main_alive = false;
         facts.command_running = after < seconds(7);
         return after < seconds(30) ? facts : gone(facts);
       },
       "iris_stop@7000 clean_ipc@30000 leave@30000"},
      {"IRIS is down, a stray process heeds SIGTERM", usual,
       [](Nanos after) {
         LadderFacts facts = gone(serving);
         facts.others_alive = after < seconds(2);
         return facts;
       },
       "terminate_all@0 clean_ipc@2000 leave@2000"},
      {"IRIS is down, a stray process does not heed it", usual,
       [](Nanos after) {
         LadderFacts facts = gone(serving);
         facts.others_alive = after < milliseconds(5300);
         return facts;
       },
       "terminate_all@0 kill_all@5000 clean_ipc@5300 leave@5300", true},
      {"a drain delay beyond the budget still leaves the main program its signal",
       {seconds(360), hours(1), true},
       [](Nanos after) { return after < seconds(320) ? serving : gone(serving); },
       "announce@0 signal_main@315000 iris_stop@315000 clean_ipc@320000 leave@320000"},
      {"everything is gone already", usual, [](Nanos) { return LadderFacts{}; },
       "clean_ipc@0 leave@0"},
  };
}

TEST(StopLadder, TellsEachStoryOfAnIrisStop) {
  for (const Story& story : iris_stories()) {
    SCOPED_TRACE(story.what);
    const Climb climb = climb_all(story.settings, story.world);
    EXPECT_EQ(text_of(climb), story.expected);
    EXPECT_EQ(climb.forced, story.forced);
    EXPECT_FALSE(climb.stepped_back);
  }
}

TEST(StopLadder, PlainModeAsksThenTerminatesThenKills) {
  const LadderSettings plain{seconds(60), 0, false};
  LadderFacts facts;
  facts.main_alive = facts.others_alive = true;
  const Climb climb = climb_all(plain, [&](Nanos) { return facts; });
  // A budget of 60 s shortens the 12 s and 5 s that are counted back from its end by a third.
  EXPECT_EQ(text_of(climb), "signal_main@0 terminate_all@52000 kill_all@56700 leave@60100");
  EXPECT_TRUE(climb.forced);
}

TEST(StopLadder, PlainModeWaitsForTheDrainDelayAndNoLonger) {
  LadderFacts facts;
  facts.main_alive = true;
  const Climb climb = climb_all({seconds(90), seconds(7), false}, [&](Nanos after) {
    facts.main_alive = after < seconds(10);
    return facts;
  });
  EXPECT_EQ(text_of(climb), "announce@0 signal_main@7000 leave@10000");
}

TEST(StopLadder, PlainModeWaitsNotWhenTheMainProgramHasGone) {
  LadderFacts facts;
  facts.others_alive = true;
  const Climb climb = climb_all({seconds(90), seconds(7), false}, [&](Nanos after) {
    facts.others_alive = after < seconds(3);
    return facts;
  });
  EXPECT_EQ(text_of(climb), "terminate_all@0 leave@3000");
}

TEST(StopLadder, PlainModeGivesWhatMainLeftBehindTheRestOfTheBudget) {
  LadderFacts facts;
  facts.others_alive = true;
  const Climb climb = climb_all({seconds(90), 0, false}, [&](Nanos) { return facts; });
  EXPECT_EQ(text_of(climb), "terminate_all@0 kill_all@85000 leave@90000");
}

TEST(StopLadder, PlainModeLeavesWhenEverybodyHasGone) {
  const LadderSettings plain{seconds(10), 0, false};
  const Climb climb = climb_all(plain, [](Nanos after) {
    LadderFacts facts;
    facts.main_alive = facts.others_alive = after < seconds(1);
    return facts;
  });
  EXPECT_EQ(text_of(climb), "signal_main@0 leave@1000");
  EXPECT_FALSE(climb.forced);
}

TEST(StopLadder, NeverForcesALegitimateStopOf290Seconds) {
  const LadderSettings usual;
  const Climb climb = climb_all(usual, [](Nanos after) {
    LadderFacts facts = serving;
    facts.drained = true;
    return after < seconds(290) ? facts : gone(facts);
  });
  EXPECT_EQ(text_of(climb), "signal_main@0 clean_ipc@290000 leave@290000");
  EXPECT_FALSE(climb.forced);
}

TEST(StopLadder, ReservesShrinkInProportionBelowNinetySeconds) {
  struct Row {
    std::int64_t timeout_s;
    std::int64_t ask_until_ms;  ///< when the main program has had its time
    std::int64_t force_at_ms;
  };
  // Half of the budget for asking, two thirds before force: on a tick of 100 ms, rounded up.
  for (const Row& row :
       {Row{90, 45'000, 60'000}, Row{10, 5'000, 6'700}, Row{3, 1'500, 2'000}, Row{1, 500, 700}}) {
    SCOPED_TRACE(row.timeout_s);
    LadderFacts facts = serving;
    facts.agent_alive = false;
    const Climb climb = climb_all({seconds(row.timeout_s), 0, true}, [&](Nanos) { return facts; });
    EXPECT_EQ(climb.first(LadderAction::signal_main), 0);
    EXPECT_EQ(climb.first(LadderAction::iris_stop), milliseconds(row.ask_until_ms));
    EXPECT_EQ(climb.first(LadderAction::iris_force), milliseconds(row.force_at_ms));
    EXPECT_EQ(climb.count(LadderAction::kill_all), 1);
    EXPECT_LE(climb.left_after, seconds(row.timeout_s) + testing_support::tick);
  }
}

TEST(StopLadder, ASecondBeginChangesNothing) {
  StopLadder ladder;
  ladder.begin(seconds(100));
  const Nanos deadline = ladder.deadline();
  ladder.begin(seconds(200));
  EXPECT_EQ(ladder.began_at(), seconds(100));
  EXPECT_EQ(ladder.deadline(), deadline);
}

TEST(StopLadder, AnIdleLadderAsksForNothing) {
  StopLadder ladder;
  EXPECT_FALSE(ladder.active());
  EXPECT_EQ(ladder.decide(serving, seconds(1)), LadderAction::none);
  EXPECT_EQ(ladder.deadline(), never);
  EXPECT_EQ(ladder.step(), LadderStep::idle);
}

TEST(StopLadder, AfterALongPauseOfTheMachineNobodyIsKilledWithoutATerm) {
  // The container was paused past its whole budget, say by SIGSTOP or a suspended machine.
  StopLadder ladder;
  ladder.begin(0);
  EXPECT_EQ(ladder.decide(serving, 0), LadderAction::announce);
  EXPECT_EQ(ladder.decide(serving, hours(1)), LadderAction::signal_main);
  EXPECT_EQ(ladder.decide(serving, hours(1)), LadderAction::terminate_all);
  EXPECT_EQ(ladder.decide(serving, hours(1)), LadderAction::none);
  EXPECT_EQ(ladder.decide(serving, hours(1) + seconds(5)), LadderAction::kill_all);
}

TEST(StopLadder, EveryStepHasItsOwnName) {
  std::vector<std::string_view> names;
  for (auto step = LadderStep::idle;; step = static_cast<LadderStep>(static_cast<int>(step) + 1)) {
    names.push_back(name_of(step));
    if (step == LadderStep::leave) break;
  }
  EXPECT_EQ(names, (std::vector<std::string_view>{"idle", "announce", "thaw", "ask", "stop",
                                                  "force", "term", "kill", "clean", "leave"}));
}

}  // namespace
}  // namespace sup
