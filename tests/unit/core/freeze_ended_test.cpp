// When a window ended early, and by whom: only what is known is told.
#include <gtest/gtest.h>

#include "tests/unit/core/freeze_drive.h"

namespace sup {
namespace {

using testing_support::answer;
using testing_support::FreezeDrive;
using testing_support::frozen;
using testing_support::no;
using Step = FreezeStep;

const std::string line = "08/11/21-05:49:55:411 (18380) 0 [Utility.Event] Resuming system";

StepResult written(Nanos at) {
  return {0, false, line + "\n", at};
}

TEST(FreezeEnded, WhoResumedItIsAskedAndQuotedWithItsTime) {
  FreezeDrive drive = frozen();
  const Nanos resumed_at = drive.now;
  drive.now += seconds(5);
  drive.machine.request_thaw("job", "", drive.now);
  ASSERT_EQ(drive.run(answer(no)), Step::recheck);
  ASSERT_EQ(drive.run(written(resumed_at)), Step::ask_who);
  drive.run_well();
  EXPECT_EQ(drive.machine.outcome().ended_by, "other");
  EXPECT_EQ(drive.machine.outcome().evidence, line);
  EXPECT_EQ(drive.machine.outcome().ended_at, resumed_at);
}

TEST(FreezeEnded, ATimeThatCannotBeIsNotTold) {
  for (const Nanos beside : {-seconds(86'400), seconds(3600)}) {
    FreezeDrive drive = frozen();
    drive.machine.request_thaw("job", "", drive.now);
    ASSERT_EQ(drive.run(answer(no)), Step::recheck);
    ASSERT_EQ(drive.run(written(drive.now + beside)), Step::ask_who);
    EXPECT_EQ(drive.machine.outcome().ended_at, 0);
    EXPECT_EQ(drive.machine.outcome().evidence, line);
  }
}

TEST(FreezeEnded, ByTheLeaseItEndedWithTheLease) {
  FreezeDrive drive = frozen();
  const Nanos end = drive.machine.deadline();
  drive.now = end + seconds(7);  // nobody came earlier
  drive.run_well();
  EXPECT_EQ(drive.machine.outcome().ended_by, "lease");
  EXPECT_EQ(drive.machine.outcome().ended_at, end);
}

TEST(FreezeEnded, WhatWasResumedBeforeTheLeaseWasOverEndedEarlierThanThat) {
  FreezeDrive drive = frozen();
  drive.now = drive.machine.deadline();
  ASSERT_EQ(drive.run(answer(no)), Step::recheck);
  EXPECT_EQ(drive.machine.outcome().ended_at, 0) << "not known yet";
  ASSERT_EQ(drive.run(written(drive.now - seconds(60))), Step::ask_who);
  EXPECT_EQ(drive.machine.outcome().ended_by, "lease");
  EXPECT_EQ(drive.machine.outcome().ended_at, drive.now - seconds(61));
}

TEST(FreezeEnded, ByAStopOrADeathItEndedThen) {
  FreezeDrive stopped = frozen();
  const Nanos stop = stopped.now += seconds(3);
  stopped.machine.thaw_now("the container is being stopped", "stop", stop);
  stopped.run_well();
  EXPECT_EQ(stopped.machine.outcome().ended_at, stop);

  FreezeDrive died = frozen();
  const Nanos death = died.now += seconds(3);
  died.machine.iris_lost("IRIS died", death);
  died.run_well();
  EXPECT_EQ(died.machine.outcome().ended_by, "iris");
  EXPECT_EQ(died.machine.outcome().ended_at, death);
}

TEST(FreezeEnded, OneThatHeldOrThatNobodyKnowsOfHasNoTime) {
  FreezeDrive held = frozen();
  held.machine.request_thaw("job", "", held.now);
  held.run_well();
  EXPECT_TRUE(held.machine.outcome().held);
  EXPECT_EQ(held.machine.outcome().ended_at, 0);

  FreezeDrive unknown = frozen();
  unknown.machine.request_thaw("job", "", unknown.now);
  ASSERT_EQ(unknown.run(answer(1)), Step::recheck);
  unknown.run_well();
  EXPECT_FALSE(unknown.machine.outcome().known);
  EXPECT_EQ(unknown.machine.outcome().ended_at, 0);
}

TEST(FreezeEnded, ReadsTheTimeInFrontOfALine) {
  EXPECT_EQ(time_of_line(line), (LineTime{2021, 8, 11, 5, 49, 55, 411}));
  for (const char* const other :
       {"", "08/11/21-05:49:55:41", "08/11/2021-05:49:55:411", "2021-08-11 05:49:55",
        "/a/IRIS.DAT 1 2", "08/11/21 05:49:55:411", "x8/11/21-05:49:55:411"})
    EXPECT_EQ(time_of_line(other), std::nullopt) << other;
}

}  // namespace
}  // namespace sup
