// `irisctl stop --now` and `--down false`: what they cut from the stop ladder, and what they leave.
#include <gtest/gtest.h>

#include "tests/unit/core/ladder_drive.h"

namespace sup {
namespace {

using testing_support::Climb;
using testing_support::climb_all;
using testing_support::climb_on;
using testing_support::gone;
using testing_support::serving;
using testing_support::text_of;
using testing_support::tick;
using testing_support::World;

/// A stop that is hurried `after` it began.
Climb climb_hurried(const LadderSettings& settings, Nanos after, const World& world) {
  StopLadder ladder{settings};
  const Nanos began = seconds(1000);
  ladder.begin(began);
  Climb first;
  if (after > 0) first = climb_on(ladder, began, after - tick, world);
  if (first.left) return first;
  ladder.hurry(began + after);
  Climb rest = climb_on(ladder, began + after, settings.timeout + seconds(60), world);
  rest.given.insert(rest.given.begin(), first.given.begin(), first.given.end());
  rest.stepped_back = rest.stepped_back || first.stepped_back;
  return rest;
}

struct Story {
  std::string what;
  Nanos hurried_after;
  LadderSettings settings;
  World world;
  std::string expected;  ///< action@ms after the stop began
};

std::vector<Story> stories() {
  const LadderSettings usual;
  const LadderSettings drains{seconds(360), seconds(60)};
  return {
      {"at once: no announcement, half a minute for IRIS, and then worse", 0, drains,
       [](Nanos) { return serving; },
       "signal_main@0 iris_stop@30000 iris_force@40000 terminate_all@52000 kill_all@56700 "
       "clean_ipc@60100 leave@60100"},
      {"IRIS that stops within it is not forced", 0, drains,
       [](Nanos after) { return after < seconds(29) ? serving : gone(serving); },
       "signal_main@0 clean_ipc@29000 leave@29000"},
      {"iris-main goes and leaves IRIS behind: it has `iris stop` at once", 0, usual,
       [](Nanos after) {
         LadderFacts facts = serving;
         facts.main_alive = after < seconds(1);
         return after < seconds(35) ? facts : gone(facts);
       },
       "signal_main@0 iris_stop@1000 clean_ipc@35000 leave@35000"},
      {"in the middle of a drain", seconds(20), drains,
       [](Nanos after) { return after < seconds(25) ? serving : gone(serving); },
       "announce@0 signal_main@20000 clean_ipc@25000 leave@25000"},
      {"while IRIS is asked", seconds(100), usual, [](Nanos) { return serving; },
       "announce@0 signal_main@5000 iris_stop@130000 iris_force@140000 terminate_all@152000 "
       "kill_all@156700 clean_ipc@160100 leave@160100"},
      {"late: what is left is shorter than a minute anyway, and stays as it is", seconds(320),
       usual, [](Nanos) { return serving; },
       "announce@0 signal_main@5000 iris_stop@315000 iris_force@330000 terminate_all@348000 "
       "kill_all@353000 clean_ipc@358000 leave@358000"},
      {"frozen: thawed first, for 10 s at most", 0, usual,
       [](Nanos after) {
         LadderFacts facts = serving;
         facts.frozen_by_us = true;
         return after < seconds(20) ? facts : gone(facts);
       },
       "thaw@5000 signal_main@10000 clean_ipc@20000 leave@20000"},
      {"a budget of less than a minute only loses its drain",
       0,
       {seconds(9), seconds(3)},
       [](Nanos) { return serving; },
       "signal_main@0 iris_stop@4500 iris_force@6000 terminate_all@7800 kill_all@8500 "
       "clean_ipc@9000 leave@9000"},
  };
}

TEST(StopLadderHurry, TellsEachStory) {
  for (const Story& story : stories()) {
    SCOPED_TRACE(story.what);
    const Climb climb = climb_hurried(story.settings, story.hurried_after, story.world);
    EXPECT_EQ(text_of(climb), story.expected);
    EXPECT_FALSE(climb.stepped_back);
  }
}

TEST(StopLadderHurry, TwiceIsOnceAndBeforeTheBeginningItIsNothing) {
  StopLadder ladder;
  ladder.hurry(seconds(1));
  EXPECT_FALSE(ladder.active());
  ladder.begin(seconds(100));
  EXPECT_EQ(ladder.deadline(), seconds(105));
  ladder.hurry(seconds(100));
  EXPECT_EQ(ladder.decide(serving, seconds(100)), LadderAction::signal_main);
  EXPECT_EQ(ladder.deadline(), seconds(130));
  ladder.hurry(seconds(120));
  EXPECT_EQ(ladder.deadline(), seconds(130));
  ladder.begin(seconds(121));
  EXPECT_EQ(ladder.deadline(), seconds(130));
}

/// At every moment of a stop, in every constant world and with every budget.
TEST(StopLadderHurry, NeverMakesAStopLongerNeverSkipsAStepAndAlwaysLeavesIrisItsTime) {
  for (const Nanos timeout : {seconds(3), seconds(30), seconds(60), seconds(61), seconds(360)}) {
    for (const Nanos drain : {Nanos{0}, seconds(20)}) {
      for (unsigned bits = 0; bits < 256; ++bits) {
        const auto bit = [bits](unsigned n) { return (bits >> n & 1U) != 0; };
        const LadderFacts facts{bit(0), bit(1), bit(2), bit(3), bit(4), bit(5), bit(6), bit(7)};
        const LadderSettings settings{timeout, drain};
        const World world = [&](Nanos) { return facts; };
        const Climb calm = climb_all(settings, world);
        for (const Nanos after : {Nanos{0}, seconds(1), seconds(16), timeout / 2, timeout - tick}) {
          SCOPED_TRACE("T " + std::to_string(timeout / seconds(1)) + " s, facts " +
                       std::to_string(bits) + ", hurried at " +
                       std::to_string(after / milliseconds(1)) + " ms");
          const Climb climb = climb_hurried(settings, after, world);
          ASSERT_TRUE(climb.left) << text_of(climb);
          EXPECT_FALSE(climb.stepped_back);
          EXPECT_LE(climb.left_after, calm.left_after) << text_of(climb);
          // An announcement alone may be spared: what it says, the snapshot says anyway.
          for (const LadderAction action :
               {LadderAction::thaw, LadderAction::signal_main, LadderAction::iris_stop,
                LadderAction::iris_force, LadderAction::terminate_all, LadderAction::kill_all,
                LadderAction::clean_ipc})
            EXPECT_EQ(climb.count(action), calm.count(action)) << text_of(climb);
          const Nanos forced_at = climb.first(LadderAction::iris_force);
          EXPECT_GE(forced_at, std::min(after + seconds(40), calm.first(LadderAction::iris_force)));
        }
        if (HasFailure()) return;
      }
    }
  }
}

TEST(StopLadderDownFalse, IrisIsNeitherStoppedNorForced) {
  LadderSettings settings;
  settings.stops_iris = false;
  LadderFacts facts = serving;
  facts.drained = true;
  const Climb climb = climb_all(settings, [&](Nanos after) {
    facts.main_alive = after < seconds(2);
    return facts;
  });
  EXPECT_EQ(text_of(climb),
            "signal_main@0 terminate_all@2000 kill_all@7000 clean_ipc@12000 leave@12000");
  EXPECT_TRUE(climb.forced);  // it was not left down cleanly
}

TEST(StopLadderDownFalse, IrisThatHeedsTheSignalWasNotLeftDownCleanlyEither) {
  LadderSettings settings;
  settings.stops_iris = false;
  LadderFacts facts = serving;
  facts.drained = true;
  const Climb climb = climb_all(settings, [&](Nanos after) {
    facts.main_alive = after < seconds(2);
    return after < seconds(3) ? facts : gone(facts);
  });
  EXPECT_EQ(text_of(climb), "signal_main@0 terminate_all@2000 clean_ipc@3000 leave@3000");
  EXPECT_TRUE(climb.forced);
}

TEST(StopLadderDownFalse, IrisThatIsDownIsNoMatter) {
  LadderSettings settings;
  settings.stops_iris = false;
  LadderFacts facts = serving;
  facts.drained = true;
  facts.irisdb_alive = false;
  const Climb climb =
      climb_all(settings, [&](Nanos after) { return after < seconds(2) ? facts : gone(facts); });
  EXPECT_EQ(text_of(climb), "signal_main@0 clean_ipc@2000 leave@2000");
  EXPECT_FALSE(climb.forced);
}

}  // namespace
}  // namespace sup
