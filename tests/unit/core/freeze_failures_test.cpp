// Everything that may go wrong between freeze and thaw, step by step.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/core/freeze_drive.h"

namespace sup {
namespace {

using testing_support::answer;
using testing_support::FreezeDrive;
using testing_support::frozen;
using testing_support::no;
using testing_support::silence;
using testing_support::yes;
using Step = FreezeStep;
using Phase = FreezePhase;
using News = FreezeNews;

struct Row {
  Step step;
  StepResult result;
  Step next;  ///< none: it is over at once
};

std::string describe(const Row& row) {
  const std::string how = row.result.timed_out ? "silent" : std::to_string(row.result.status);
  return std::string{name_of(row.step)} + ": " + how;
}

TEST(FreezeFailures, OfAFreezeUndoWhatWasDone) {
  std::vector<Row> rows{{Step::probe, answer(yes), Step::none},
                        {Step::probe, answer(0), Step::none},
                        {Step::probe, answer(1), Step::none},
                        {Step::probe, answer(239), Step::none},
                        {Step::probe, silence(), Step::none},
                        {Step::suspend, answer(no), Step::suspend_plain},
                        {Step::suspend, answer(0), Step::suspend_plain},
                        {Step::suspend, answer(1), Step::suspend_plain},
                        {Step::suspend, answer(239), Step::suspend_plain},
                        {Step::suspend, silence(), Step::undo}};
  for (const StepResult& bad : {answer(no), answer(0), answer(1), answer(239), silence()})
    rows.push_back({Step::confirm, bad, Step::undo});
  for (const StepResult& bad : {answer(1, "'10-x' ended with 1"), silence()})
    rows.push_back({Step::before, bad, Step::after});
  for (const Step step : {Step::sync, Step::witness}) {
    for (const StepResult& bad : {answer(no), answer(yes), answer(1), answer(239), silence()})
      rows.push_back({step, bad, Step::undo});
  }
  rows.push_back({Step::witness, answer(0, ""), Step::undo});  // it saw nothing
  for (const Row& row : rows) {
    SCOPED_TRACE(describe(row));
    FreezeDrive drive;
    drive.ask();
    drive.run_well(row.step);
    ASSERT_EQ(drive.run(row.result), row.step);
    Freeze look = drive.machine;
    ASSERT_EQ(look.next_step(drive.now), row.next);
    if (row.next == Step::suspend_plain) continue;
    if (row.next == Step::undo) {
      EXPECT_EQ(drive.machine.take_news(), News::none);
      EXPECT_TRUE(drive.machine.ours());
    }
    drive.run_well();
    EXPECT_EQ(drive.machine.take_news(), News::freeze_failed);
    drive.machine.still_live({});  // a session that was given up has ended
    drive.run_well();
    EXPECT_EQ(drive.machine.phase(), Phase::thawed);
    EXPECT_EQ(drive.machine.outcome().reason.find(name_of(row.step)) == 0,
              row.step != Step::probe || row.result.timed_out || row.result.status != yes)
        << drive.machine.outcome().reason;
    EXPECT_EQ(drive.machine.outcome().refused, row.step == Step::probe && row.result.status == yes);
    EXPECT_FALSE(drive.machine.outcome().held);
    EXPECT_FALSE(drive.machine.ours());
  }
}

TEST(FreezeFailures, APlainRefusalNeverThawsWhoWasQuicker) {
  for (const auto& [result, undone] : {std::pair{answer(no), false}, std::pair{answer(0), true},
                                       std::pair{answer(239), true}, std::pair{silence(), true}}) {
    FreezeDrive drive;
    drive.ask();
    drive.run_well(Step::suspend);
    drive.run(answer(no));
    ASSERT_EQ(drive.run(result), Step::suspend_plain);
    EXPECT_EQ(drive.step(), undone ? Step::undo : Step::after) << result.status;
  }
}

/// An IRIS that says yes to a freeze while it is suspended would make theirs ours.
TEST(FreezeFailures, WhoSuspendsWhileHooksRunIsFoundBeforeIrisIsAsked) {
  for (const int status : {yes, 239}) {
    FreezeDrive drive;
    drive.ask();
    drive.run_well(Step::before);
    ASSERT_EQ(drive.run(answer(0, "hooks have run")), Step::before);
    ASSERT_EQ(drive.run(answer(status)), Step::probe);
    EXPECT_FALSE(drive.machine.ours());
    EXPECT_EQ(drive.machine.outcome().refused, status == yes);
    EXPECT_EQ(drive.run(answer(0)), Step::after) << "the post hooks are owed, and nothing else";
    EXPECT_EQ(drive.machine.take_news(), FreezeNews::freeze_failed);
    EXPECT_EQ(drive.machine.phase(), FreezePhase::thawed);
  }
  FreezeDrive drive;
  drive.ask();
  drive.run_well(Step::before);
  drive.run(answer(0, "hooks have run"));
  ASSERT_EQ(drive.run(answer(no)), Step::probe);
  EXPECT_EQ(drive.step(), Step::suspend);
}

TEST(FreezeFailures, AnAnswerThatIsNoRefusalMayBeThatOfAFreezeThatTookEffect) {
  for (const int status : {0, 1, 239}) {
    FreezeDrive drive;
    drive.ask();
    drive.run_well(Step::suspend);
    drive.run(answer(status));
    ASSERT_EQ(drive.run(answer(no)), Step::suspend_plain);
    EXPECT_EQ(drive.step(), Step::undo) << status;
  }
}

TEST(FreezeFailures, AnUndoThatIsRefusedIsForced) {
  for (const StepResult& bad : {answer(0), answer(1), answer(239), silence()}) {
    for (const bool forced : {true, false}) {
      FreezeDrive drive;
      drive.ask();
      drive.run_well(Step::sync);
      drive.run(answer(1));
      ASSERT_EQ(drive.run(bad), Step::undo);
      ASSERT_EQ(drive.run(forced ? answer(0) : silence()), Step::resume_forced);
      ASSERT_EQ(drive.run(forced ? answer(no) : silence()), Step::confirm_undone);
      ASSERT_EQ(drive.run(answer(0)), Step::after);
      EXPECT_EQ(drive.machine.take_news(), News::freeze_failed);
      const std::string& why = drive.machine.outcome().reason;
      EXPECT_EQ(why.find("sync"), 0U) << why;
      EXPECT_EQ(why.find("may still be suspended") == std::string::npos, forced) << why;
    }
  }
}

TEST(FreezeFailures, OfAThawEndInAThawAllTheSame) {
  struct ThawRow : Row {
    bool held = false;
  };
  std::vector<ThawRow> rows{{{Step::recheck, answer(no), Step::ask_who}}};
  for (const StepResult& bad : {answer(0), answer(1), answer(239), silence()}) {
    rows.push_back({{Step::recheck, bad, Step::rewitness}});
    rows.push_back({{Step::rewitness, bad, Step::resume}});
    rows.push_back({{Step::resume, bad, Step::resume_forced}, true});
    rows.push_back({{Step::confirm_resumed, bad, Step::resume_forced}, true});
  }
  rows.push_back({{Step::rewitness, answer(0, "IRIS.DAT 1 3\n"), Step::resume}});
  rows.push_back({{Step::rewitness, answer(no, "IRIS.DAT 1 2\n"), Step::resume}});
  rows.push_back({{Step::resume, answer(no), Step::resume_forced}, true});
  rows.push_back({{Step::confirm_resumed, answer(yes), Step::resume_forced}, true});
  for (const ThawRow& row : rows) {
    SCOPED_TRACE(describe(row));
    FreezeDrive drive = frozen();
    drive.machine.request_thaw("job", "", drive.now);
    drive.run_well(row.step);
    ASSERT_EQ(drive.run(row.result), row.step);
    Freeze look = drive.machine;
    ASSERT_EQ(look.next_step(drive.now), row.next);
    drive.run_well();
    EXPECT_EQ(drive.machine.take_news(), News::thawed);
    drive.machine.still_live({});
    drive.run_well();
    EXPECT_EQ(drive.machine.phase(), Phase::thawed);
    EXPECT_EQ(drive.machine.outcome().held, row.held) << drive.machine.outcome().reason;
    EXPECT_EQ(drive.machine.outcome().reason.empty(), row.held);
    EXPECT_FALSE(drive.machine.ours());
  }
}

TEST(FreezeFailures, AForcedThawThatCannotBeConfirmedSaysSo) {
  for (const StepResult& bad : {answer(yes), answer(1), silence()}) {
    FreezeDrive drive = frozen();
    drive.machine.request_thaw("job", "", drive.now);
    drive.run_well(Step::resume);
    drive.run(silence());
    drive.run_well(Step::confirm_resumed);
    ASSERT_EQ(drive.run(bad), Step::confirm_resumed);
    ASSERT_EQ(drive.run(answer(0)), Step::after);
    EXPECT_EQ(drive.machine.take_news(), News::thawed);
    EXPECT_FALSE(drive.machine.outcome().held);
    EXPECT_FALSE(drive.machine.outcome().known);
    EXPECT_NE(drive.machine.outcome().reason.find("could not be confirmed"), std::string::npos);
    EXPECT_EQ(drive.machine.phase(), Phase::settling);
    EXPECT_TRUE(drive.machine.ours()) << "it may still be suspended, by us";
  }
}

TEST(FreezeFailures, AnotherLifeOfIrisIsNotResumed) {
  for (const Step step : {Step::recheck, Step::rewitness}) {
    FreezeDrive drive = frozen();
    drive.machine.request_thaw("job", "", drive.now);
    drive.run_well(step);
    drive.since = "Wed";
    ASSERT_EQ(drive.run(FreezeDrive::good(step)), step);
    ASSERT_EQ(drive.run(answer(0)), Step::after);
    EXPECT_EQ(drive.step(), Step::none);
    EXPECT_EQ(drive.machine.take_news(), News::thawed);
    EXPECT_FALSE(drive.machine.outcome().held);
    EXPECT_EQ(drive.machine.outcome().ended_by, "iris");
    EXPECT_NE(drive.machine.outcome().reason.find("IRIS was restarted"), std::string::npos);
  }
}

TEST(FreezeFailures, AnUnknownStartTimeDoesNotHoldButIsResumed) {
  FreezeDrive drive = frozen();
  drive.since = "";
  drive.machine.request_thaw("job", "", drive.now);
  EXPECT_EQ(drive.run(answer(yes)), Step::recheck);
  EXPECT_EQ(drive.step(), Step::rewitness);
  drive.end(answer(0, "IRIS.DAT 1 2\n"));
  EXPECT_EQ(drive.step(), Step::resume);
  drive.end(answer(yes));
  drive.run_well();
  EXPECT_FALSE(drive.machine.outcome().held);
}

TEST(FreezeFailures, AStopBreaksAFreezeOffAfterItsStep) {
  for (const Step step :
       {Step::probe, Step::before, Step::suspend, Step::confirm, Step::sync, Step::witness}) {
    SCOPED_TRACE(name_of(step));
    FreezeDrive drive;
    drive.ask();
    drive.run_well(step);
    ASSERT_EQ(drive.step(), step);
    drive.machine.thaw_now("the container was stopped", "stop", drive.now);
    drive.machine.thaw_now("another reason", "stop", drive.now);
    drive.end(FreezeDrive::good(step));
    Freeze look = drive.machine;
    EXPECT_EQ(look.next_step(drive.now), step == Step::probe    ? Step::none
                                         : step == Step::before ? Step::after
                                                                : Step::undo);
    drive.run_well();
    EXPECT_EQ(drive.machine.take_news(), News::freeze_failed);
    EXPECT_EQ(drive.machine.outcome().reason, "broken off: the container was stopped");
    EXPECT_EQ(drive.ask(), "");  // the next one begins afresh
    drive.run_well();
    EXPECT_EQ(drive.machine.take_news(), News::frozen);
  }
}

TEST(FreezeFailures, ALeaseThatEndsDuringTheFreezeUndoesIt) {
  for (const Step step : {Step::suspend, Step::confirm, Step::sync, Step::witness}) {
    FreezeDrive drive;
    drive.ask();
    drive.run_well(step);
    drive.step();
    drive.now += minutes(3);
    drive.end(FreezeDrive::good(step));
    EXPECT_EQ(drive.step(), Step::undo) << name_of(step);
  }
}

TEST(FreezeFailures, AStopThawsWhatIsFrozen) {
  FreezeDrive drive = frozen();
  drive.machine.thaw_now("the container was stopped", "stop", drive.now);
  drive.run_well();
  EXPECT_EQ(drive.machine.take_news(), News::thawed);
  EXPECT_EQ(drive.machine.outcome().reason, "the container was stopped");
  EXPECT_EQ(drive.machine.outcome().ended_by, "stop");
  drive.machine.thaw_now("again", "stop", drive.now);
  EXPECT_EQ(drive.step(), Step::none);
  EXPECT_EQ(drive.machine.take_news(), News::none);
}

TEST(FreezeFailures, AnIrisThatIsLostLeavesNothingToThaw) {
  FreezeDrive nothing;
  nothing.machine.iris_lost("x", 0);
  EXPECT_EQ(nothing.machine.take_news(), News::none);
  FreezeDrive drive = frozen();
  drive.machine.iris_lost("IRIS died", drive.now);
  EXPECT_FALSE(drive.machine.ours());
  EXPECT_EQ(drive.run(answer(0)), Step::after);
  EXPECT_EQ(drive.machine.take_news(), News::thawed);
  EXPECT_FALSE(drive.machine.outcome().held);
  EXPECT_EQ(drive.machine.outcome().reason, "IRIS died");
}

TEST(FreezeFailures, AnIrisThatIsLostDuringAStepEndsWithTheStep) {
  for (const Step step :
       {Step::probe, Step::before, Step::suspend, Step::confirm, Step::sync, Step::witness,
        Step::recheck, Step::rewitness, Step::resume, Step::confirm_resumed}) {
    for (const bool running : {true, false}) {
      SCOPED_TRACE(std::string{name_of(step)} + (running ? " running" : " wanted"));
      const bool thaws = step >= Step::recheck;
      FreezeDrive drive = thaws ? frozen() : FreezeDrive{};
      if (thaws)
        drive.machine.request_thaw("job", "", drive.now);
      else
        drive.ask();
      drive.run_well(step);
      if (running) {
        ASSERT_EQ(drive.step(), step);
      }
      drive.machine.iris_lost("IRIS died", drive.now);
      EXPECT_EQ(drive.machine.ours(), running && step >= Step::suspend);
      if (running) drive.end(FreezeDrive::good(step));
      EXPECT_EQ(drive.run(answer(0)), step == Step::probe ? Step::none : Step::after);
      EXPECT_EQ(drive.machine.take_news(), thaws ? News::thawed : News::freeze_failed);
      EXPECT_EQ(drive.machine.outcome().reason, "IRIS died");
      EXPECT_FALSE(drive.machine.outcome().held);
    }
  }
}

TEST(FreezeFailures, AFreezeThatIsLostBeforeItWasToldHasFailed) {
  FreezeDrive drive;
  drive.ask();
  drive.run_well();
  drive.machine.iris_lost("IRIS died", drive.now);
  drive.run_well();
  EXPECT_EQ(drive.machine.take_news(), News::freeze_failed);
  EXPECT_EQ(drive.machine.outcome().reason, "IRIS died");
  EXPECT_FALSE(drive.machine.last());
}

TEST(FreezeFailures, APostHookThatFailsIsReportedAndNoMore) {
  FreezeDrive drive = frozen();
  drive.machine.request_thaw("job", "", drive.now);
  drive.run_well(Step::after);
  ASSERT_EQ(drive.run(answer(1, "'90-x' ended with 1")), Step::after);
  EXPECT_EQ(drive.machine.take_news(), News::thawed);
  EXPECT_TRUE(drive.machine.outcome().held);
  EXPECT_EQ(drive.machine.outcome().hooks, "'90-x' ended with 1");
}

TEST(FreezeFailures, WhatIsDefiniteTakesThePlaceOfWhatNobodyKnows) {
  FreezeDrive drive = frozen();
  drive.machine.request_thaw("job", "", drive.now);
  ASSERT_EQ(drive.run(silence()), Step::recheck);
  ASSERT_EQ(drive.run(answer(0, "IRIS.DAT 1 9\n")), Step::rewitness);
  drive.run_well();
  EXPECT_TRUE(drive.machine.outcome().known);
  EXPECT_EQ(drive.machine.outcome().reason, "'IRIS.DAT' changed while it was frozen");
}

}  // namespace
}  // namespace sup
