// What is left of a freeze that is over: sessions that were given up and may still do what they
// were told, and thaws that nobody has confirmed.
#include <gtest/gtest.h>

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

/// A freeze whose session did not answer in time and still lives; it was answered for.
FreezeDrive with_a_straggler() {
  FreezeDrive drive;
  drive.ask();
  drive.run_well(Step::suspend);
  drive.run(silence());
  EXPECT_EQ(drive.run(answer(no)), Step::undo);
  EXPECT_EQ(drive.run(answer(no)), Step::confirm_undone);
  EXPECT_EQ(drive.run(answer(0)), Step::after);
  EXPECT_EQ(drive.machine.take_news(), News::freeze_failed);
  return drive;
}

void wait_for_the_next_look(FreezeDrive& drive) {
  ASSERT_NE(drive.machine.deadline(), never);
  drive.now = std::max(drive.now, drive.machine.deadline());
}

TEST(FreezeSettling, ItStaysOursUntilTheSessionHasEndedAndALastLookSaysNo) {
  FreezeDrive drive = with_a_straggler();
  EXPECT_EQ(drive.machine.phase(), Phase::settling);
  EXPECT_TRUE(drive.machine.ours());
  for (int look = 0; look < 3; ++look) {
    EXPECT_EQ(drive.step(), Step::none) << "not without a pause";
    wait_for_the_next_look(drive);
    drive.machine.still_live({.suspend = true});
    EXPECT_EQ(drive.run(answer(no)), Step::settle);
    EXPECT_TRUE(drive.machine.ours());
  }
  drive.machine.still_live({});
  EXPECT_EQ(drive.run(answer(no)), Step::settle) << "its end is a reason to look at once";
  EXPECT_EQ(drive.machine.take_news(), News::settled);
  EXPECT_EQ(drive.machine.phase(), Phase::thawed);
  EXPECT_FALSE(drive.machine.ours());
  EXPECT_EQ(drive.ask(), "");
}

TEST(FreezeSettling, ALookThatBeganBeforeItsEndIsNotTheLast) {
  FreezeDrive drive = with_a_straggler();
  wait_for_the_next_look(drive);
  ASSERT_EQ(drive.step(), Step::settle);
  drive.machine.still_live({});
  drive.end(answer(no));
  EXPECT_EQ(drive.machine.phase(), Phase::settling);
  EXPECT_EQ(drive.run(answer(no)), Step::settle);
  EXPECT_EQ(drive.machine.phase(), Phase::thawed);
}

TEST(FreezeSettling, AFreezeThatComesLateIsThawedAsOurs) {
  for (const bool ended : {false, true}) {
    FreezeDrive drive = with_a_straggler();
    wait_for_the_next_look(drive);
    drive.machine.still_live({.suspend = !ended});
    EXPECT_EQ(drive.run(answer(yes)), Step::settle);
    EXPECT_EQ(drive.machine.take_news(), News::late);
    EXPECT_EQ(drive.run(answer(yes)), Step::undo);
    EXPECT_EQ(drive.run(answer(no)), Step::settle) << "confirmed at once";
    EXPECT_EQ(drive.machine.phase(), ended ? Phase::thawed : Phase::settling);
  }
}

TEST(FreezeSettling, WhereNoSessionHelpsItIsForcedAgainAndAgain) {
  FreezeDrive drive = with_a_straggler();
  drive.machine.still_live({});
  for (int round = 0; round < 3; ++round) {
    wait_for_the_next_look(drive);
    EXPECT_EQ(drive.run(silence()), Step::settle);
    EXPECT_EQ(drive.run(answer(0)), Step::resume_forced);
    EXPECT_EQ(drive.step(), Step::none) << "not without a pause";
  }
  wait_for_the_next_look(drive);
  EXPECT_EQ(drive.run(answer(no)), Step::settle);
  EXPECT_EQ(drive.machine.phase(), Phase::thawed);
}

TEST(FreezeSettling, AThawThatDoesNotTakeIsForcedNext) {
  FreezeDrive drive = with_a_straggler();
  drive.machine.still_live({});
  EXPECT_EQ(drive.run(answer(yes)), Step::settle);
  EXPECT_EQ(drive.run(answer(yes)), Step::undo);
  EXPECT_EQ(drive.run(answer(yes)), Step::settle);
  EXPECT_EQ(drive.run(answer(0)), Step::resume_forced);
}

TEST(FreezeSettling, NobodyFreezesMeanwhileAndThawsAreToldWhy) {
  FreezeDrive drive = with_a_straggler();
  EXPECT_NE(drive.ask("other").find("the freeze by 'job' is over"), std::string::npos);
  EXPECT_NE(drive.ask("job").find("ask again later"), std::string::npos);
  EXPECT_NE(drive.machine.request_foreign_thaw(drive.now).why, "");
  EXPECT_NE(drive.machine.request_thaw("job", "", drive.now).why.find("is being undone"),
            std::string::npos);
  EXPECT_NE(drive.machine.request_thaw("", "wrong", drive.now).why.find("token"),
            std::string::npos);
  EXPECT_EQ(drive.run(answer(no)), Step::settle) << "somebody asked: look at once";
}

TEST(FreezeSettling, TheNextAgentGoesOnWithIt) {
  const Lease lease = *with_a_straggler().machine.lease();
  FreezeDrive drive;
  drive.machine.restore(lease, {.suspend = true}, drive.now);
  drive.run_well();
  EXPECT_EQ(drive.machine.take_news(), News::freeze_failed);
  EXPECT_EQ(drive.machine.phase(), Phase::settling);
  drive.machine.still_live({});
  EXPECT_EQ(drive.run(answer(no)), Step::settle);
  EXPECT_EQ(drive.machine.phase(), Phase::thawed);
}

TEST(FreezeSettling, ALateThawOnlyKeepsNewFreezesAway) {
  FreezeDrive drive = frozen();
  drive.machine.request_thaw("job", "", drive.now);
  drive.run_well(Step::resume);
  drive.run(silence());
  drive.run_well();
  EXPECT_EQ(drive.machine.take_news(), News::thawed);
  EXPECT_TRUE(drive.machine.outcome().held);
  EXPECT_EQ(drive.machine.phase(), Phase::settling);
  EXPECT_FALSE(drive.machine.ours()) << "it can only resume";
  EXPECT_NE(drive.ask().find("would end this freeze"), std::string::npos);
  wait_for_the_next_look(drive);
  EXPECT_EQ(drive.step(), Step::none) << "there is nothing to look for";
  drive.machine.still_live({});
  EXPECT_EQ(drive.step(), Step::none);
  EXPECT_EQ(drive.machine.phase(), Phase::thawed);
  EXPECT_EQ(drive.ask(), "");
}

TEST(FreezeSettling, AnIrisThatIsLostSettlesIt) {
  for (const bool looking : {true, false}) {
    FreezeDrive drive = with_a_straggler();
    wait_for_the_next_look(drive);
    if (looking) {
      ASSERT_EQ(drive.step(), Step::settle);
    }
    drive.machine.iris_lost("IRIS died", drive.now);
    if (looking) drive.end(silence());
    EXPECT_EQ(drive.machine.take_news(), News::settled);
    EXPECT_EQ(drive.machine.phase(), Phase::thawed);
  }
}

TEST(FreezeSettling, WhatIsSuspendedInAnotherLifeOfIrisIsNotOurs) {
  FreezeDrive drive = with_a_straggler();
  wait_for_the_next_look(drive);
  drive.since = "Wed";
  EXPECT_EQ(drive.run(answer(yes)), Step::settle);
  EXPECT_EQ(drive.step(), Step::none);
  EXPECT_EQ(drive.machine.take_news(), News::settled);
}

TEST(FreezeSettling, AnUnconfirmedForeignThawIsNotTriedAgain) {
  FreezeDrive drive;
  drive.machine.request_foreign_thaw(drive.now);
  drive.run(answer(no));
  drive.run(answer(0));
  EXPECT_EQ(drive.run(answer(yes)), Step::confirm_resumed);
  EXPECT_EQ(drive.machine.take_news(), News::thawed);
  EXPECT_EQ(drive.machine.phase(), Phase::thawed);
}

TEST(FreezeSettling, ADeathRightAfterTheAnswerTakesNobodysAnswerAway) {
  FreezeDrive drive = frozen();
  drive.machine.request_thaw("job", "", drive.now);
  drive.run_well(Step::confirm_resumed);
  drive.run(silence());  // confirm_resumed
  drive.run(answer(1));  // without a session
  drive.run(silence());  // and still nobody confirms it
  drive.run_well(Step::settle);
  ASSERT_EQ(drive.machine.phase(), Phase::settling);
  drive.machine.iris_lost("IRIS died", drive.now);  // before anybody has taken the news
  EXPECT_EQ(drive.machine.take_news(), News::thawed);
  EXPECT_EQ(drive.machine.take_news(), News::settled);
  EXPECT_EQ(drive.machine.take_news(), News::none);
}

TEST(FreezeSettling, OfAThawThatIsOverTheNextAgentOwesNothingButTheHooks) {
  FreezeDrive drive = frozen();
  drive.machine.request_thaw("job", "", drive.now);
  drive.run_well(Step::after);
  ASSERT_EQ(drive.step(), Step::after);  // the agent dies while the post hooks run
  Freeze next;
  next.restore(*drive.machine.lease(), {}, drive.now);
  // What is suspended by now is somebody else's: nothing is asked of IRIS.
  EXPECT_FALSE(next.ours());
  EXPECT_EQ(next.next_step(drive.now), Step::after);
  next.step_ended(answer(0), drive.since, drive.now);
  EXPECT_EQ(next.take_news(), News::thawed);
  EXPECT_TRUE(next.outcome().held);
  EXPECT_EQ(next.phase(), Phase::thawed);
}

TEST(FreezeSettling, WhatWasToldAsNotHeldTheNextAgentTellsSoToo) {
  FreezeDrive drive = frozen();
  drive.machine.request_thaw("job", "", drive.now);
  drive.run_well(Step::confirm_resumed);
  drive.run(silence());
  drive.run(answer(1));
  drive.run(silence());
  drive.run_well(Step::settle);
  ASSERT_EQ(drive.machine.take_news(), News::thawed);
  ASSERT_FALSE(drive.machine.outcome().held);
  FreezeDrive next;
  next.machine.restore(*drive.machine.lease(), {}, next.now);
  next.run_well();
  EXPECT_EQ(next.machine.take_news(), News::thawed);
  EXPECT_FALSE(next.machine.outcome().held);
}

TEST(FreezeSettling, WhatCameOfAFreezeThatIsOverTheNextAgentTellsWordForWord) {
  FreezeDrive drive = frozen();
  drive.machine.request_thaw("job", "", drive.now);
  drive.run_well(Step::rewitness);
  drive.run(silence());  // nobody can say whether it held
  drive.run_well(Step::after);
  Freeze next;
  next.restore(*drive.machine.lease(), {}, drive.now + seconds(60));
  ASSERT_EQ(next.next_step(drive.now), Step::after);
  drive.run_well();
  EXPECT_FALSE(drive.machine.outcome().known);
  EXPECT_EQ(next.outcome().known, drive.machine.outcome().known);
  EXPECT_EQ(next.outcome().held, drive.machine.outcome().held);
  EXPECT_EQ(next.outcome().reason, drive.machine.outcome().reason);
  EXPECT_EQ(next.outcome().lasted, drive.machine.outcome().lasted);
}

TEST(FreezeSettling, OfAFailedFreezeThatIsOverTooTheNextAgentOwesNothingButTheHooks) {
  FreezeDrive drive;
  drive.ask();
  drive.run_well(Step::sync);
  drive.run(answer(1));  // it fails, and is undone
  drive.run_well(Step::after);
  ASSERT_TRUE(drive.machine.lease()->over);
  Freeze next;
  next.restore(*drive.machine.lease(), {}, drive.now);
  EXPECT_FALSE(next.ours());
  EXPECT_EQ(next.next_step(drive.now), Step::after);
  next.step_ended(answer(0), drive.since, drive.now);
  EXPECT_EQ(next.take_news(), News::freeze_failed);
  EXPECT_NE(next.outcome().reason.find("sync"), std::string::npos) << next.outcome().reason;
  EXPECT_EQ(next.phase(), Phase::thawed);
}

TEST(FreezeSettling, OnceTheLeaseIsOverNoWitnessIsWaitedFor) {
  FreezeDrive drive = frozen(seconds(60));
  drive.now += seconds(61);
  EXPECT_EQ(drive.run(answer(yes)), Step::recheck);
  EXPECT_EQ(drive.step(), Step::resume);
}

}  // namespace
}  // namespace sup
