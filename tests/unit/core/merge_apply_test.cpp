#include "supervisor/core/merge_apply.h"

#include <gtest/gtest.h>

namespace sup {
namespace {

constexpr Nanos t0 = seconds(1000);
constexpr MergeFacts up{.up = true, .busy = false};
constexpr MergeReading there{.merged = true, .differs = 0, .actions = 1};
constexpr MergeReading not_there{.merged = false, .differs = 1, .actions = 1};

MergeApply edited() {
  MergeApply apply{minutes(1)};
  apply.edited(t0);
  return apply;
}

TEST(MergeApply, WithoutAnEditNothingIsDone) {
  MergeApply apply{minutes(1)};
  EXPECT_EQ(apply.decide(up, t0), MergeStep::none);
  EXPECT_EQ(apply.deadline(), never);
}

TEST(MergeApply, ReadsBackWhenIrisHasStarted) {
  MergeApply apply{minutes(1)};
  apply.came_up();
  EXPECT_EQ(apply.decide({}, t0), MergeStep::none);
  EXPECT_EQ(apply.decide(up, t0), MergeStep::read_started);
  EXPECT_EQ(apply.decide(up, t0), MergeStep::none) << "one at a time";
  apply.read_ended(true, not_there, t0);
  EXPECT_EQ(apply.decide(up, t0 + hours(1)), MergeStep::none);
  EXPECT_EQ(apply.state(), MergeState::settled);
}

TEST(MergeApply, WhatIrisMainTakesOverIsConfirmedAndNotMergedAgain) {
  MergeApply apply = edited();
  EXPECT_EQ(apply.state(), MergeState::waiting);
  EXPECT_EQ(apply.deadline(), t0 + seconds(2));
  EXPECT_EQ(apply.decide(up, t0 + seconds(1)), MergeStep::none);
  EXPECT_EQ(apply.decide(up, t0 + seconds(2)), MergeStep::read);
  apply.read_ended(true, not_there, t0 + seconds(3));
  EXPECT_EQ(apply.decide(up, t0 + seconds(4)), MergeStep::none);
  EXPECT_EQ(apply.decide(up, t0 + seconds(5)), MergeStep::read);
  apply.read_ended(true, there, t0 + seconds(6));
  EXPECT_EQ(apply.state(), MergeState::settled);
  EXPECT_EQ(apply.decide(up, t0 + seconds(6)), MergeStep::confirm);
  apply.read_ended(true, there, t0 + seconds(7));
  EXPECT_EQ(apply.decide(up, t0 + hours(1)), MergeStep::none);
}

TEST(MergeApply, ParametersAloneAreThereWhenTheyStandInIrissCpf) {
  MergeApply apply = edited();
  ASSERT_EQ(apply.decide(up, t0 + seconds(2)), MergeStep::read);
  apply.read_ended(true, {.merged = false, .differs = 0, .actions = 0}, t0 + seconds(2));
  EXPECT_EQ(apply.state(), MergeState::settled);
}

TEST(MergeApply, OfActionsOnlyIrisMainsCopyTells) {
  MergeApply apply = edited();
  ASSERT_EQ(apply.decide(up, t0 + seconds(2)), MergeStep::read);
  apply.read_ended(true, {.merged = false, .differs = 0, .actions = 2}, t0 + seconds(2));
  EXPECT_EQ(apply.state(), MergeState::waiting);
}

TEST(MergeApply, IrisMergeIsRunOnceWhenIrisMainDoesNotTakeItOver) {
  MergeApply apply = edited();
  EXPECT_EQ(apply.decide(up, t0 + minutes(1)), MergeStep::merge);
  EXPECT_EQ(apply.state(), MergeState::asking);
  EXPECT_EQ(apply.decide(up, t0 + minutes(2)), MergeStep::none);
  apply.merge_ended(true);
  EXPECT_EQ(apply.state(), MergeState::settled);
  EXPECT_EQ(apply.decide(up, t0 + minutes(2)), MergeStep::confirm);
}

TEST(MergeApply, AFailedMergeIsNotRepeatedUntilTheNextEdit) {
  MergeApply apply = edited();
  ASSERT_EQ(apply.decide(up, t0 + minutes(1)), MergeStep::merge);
  apply.merge_ended(false);
  EXPECT_EQ(apply.state(), MergeState::failed);
  EXPECT_EQ(apply.decide(up, t0 + minutes(1)), MergeStep::read);
  apply.read_ended(true, not_there, t0 + minutes(1));
  EXPECT_EQ(apply.decide(up, t0 + hours(1)), MergeStep::none);
  EXPECT_EQ(apply.deadline(), never);
  apply.edited(t0 + hours(2));
  EXPECT_EQ(apply.state(), MergeState::waiting);
}

TEST(MergeApply, AFailedMergeThatIsThereAfterAllIsSettled) {
  MergeApply apply = edited();
  ASSERT_EQ(apply.decide(up, t0 + minutes(1)), MergeStep::merge);
  apply.merge_ended(false);
  ASSERT_EQ(apply.decide(up, t0 + minutes(1)), MergeStep::read);
  apply.read_ended(true, there, t0 + minutes(1));
  EXPECT_EQ(apply.state(), MergeState::settled);
}

TEST(MergeApply, NothingIsAskedOfAnIrisThatIsDownOrBusy) {
  MergeApply apply = edited();
  EXPECT_EQ(apply.decide({.up = false, .busy = false}, t0 + hours(1)), MergeStep::none);
  const MergeStep step = apply.decide({.up = true, .busy = true}, t0 + hours(1));
  EXPECT_EQ(step, MergeStep::read);
  EXPECT_EQ(apply.decide(up, t0 + hours(1)), MergeStep::merge) << "as soon as it may";
}

TEST(MergeApply, AnEditWhileTheMergeRunsIsMergedAfterIt) {
  MergeApply apply = edited();
  ASSERT_EQ(apply.decide(up, t0 + minutes(1)), MergeStep::merge);
  apply.edited(t0 + minutes(1));
  apply.merge_ended(true);
  EXPECT_EQ(apply.state(), MergeState::waiting);
  EXPECT_EQ(apply.decide(up, t0 + minutes(2)), MergeStep::merge);
}

TEST(MergeApply, AReadingThatBeganBeforeTheEditSaysNothingOfIt) {
  MergeApply apply{minutes(1)};
  apply.came_up();
  ASSERT_EQ(apply.decide(up, t0), MergeStep::read_started);
  apply.edited(t0);
  apply.read_ended(true, there, t0);
  EXPECT_EQ(apply.state(), MergeState::waiting);
}

TEST(MergeApply, AReadingThatFailsIsTriedAgain) {
  MergeApply apply = edited();
  ASSERT_EQ(apply.decide(up, t0 + seconds(2)), MergeStep::read);
  apply.read_ended(false, there, t0 + seconds(2));
  EXPECT_EQ(apply.state(), MergeState::waiting);
  EXPECT_EQ(apply.decide(up, t0 + seconds(4)), MergeStep::read);
}

TEST(MergeApply, AReadingThatHangsDoesNotKeepTheMergeBack) {
  MergeApply apply = edited();
  ASSERT_EQ(apply.decide(up, t0 + seconds(2)), MergeStep::read);
  EXPECT_EQ(apply.deadline(), t0 + minutes(1));
  EXPECT_EQ(apply.decide(up, t0 + minutes(1)), MergeStep::merge);
}

/// Every state accepts every event; at most one merge is asked for per edit.
TEST(MergeApply, AnyOrderOfEventsAsksAtMostOncePerEdit) {
  constexpr int events = 7;
  constexpr int length = 6;
  int total = 1;
  for (int i = 0; i < length; ++i)
    total *= events;
  for (int code = 0; code < total; ++code) {
    MergeApply apply{minutes(1)};
    Nanos now = t0;
    int edits = 0;
    int merges = 0;
    for (int rest = code, i = 0; i < length; ++i, rest /= events) {
      switch (rest % events) {
        case 0:
          apply.edited(now);
          ++edits;
          break;
        case 1:
          apply.came_up();
          break;
        case 2:
          apply.merge_ended(true);
          break;
        case 3:
          apply.merge_ended(false);
          break;
        case 4:
          apply.read_ended(true, there, now);
          break;
        case 5:
          apply.read_ended(true, not_there, now);
          break;
        default:
          now += minutes(1);
          break;
      }
      for (int steps = 0;; ++steps) {
        ASSERT_LT(steps, 3);
        const MergeStep step = apply.decide(up, now);
        if (step == MergeStep::none) break;
        if (step == MergeStep::merge) ++merges;
      }
      ASSERT_LE(merges, edits) << code;
      ASSERT_GE(apply.deadline(), now) << code;
    }
  }
}

}  // namespace
}  // namespace sup
