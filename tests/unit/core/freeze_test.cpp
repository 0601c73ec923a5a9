// Freeze and thaw as they are meant, and who may ask for what.
#include "supervisor/core/freeze.h"

#include <gtest/gtest.h>

#include "tests/unit/core/freeze_drive.h"

namespace sup {
namespace {

using testing_support::answer;
using testing_support::FreezeDrive;
using testing_support::frozen;
using testing_support::no;
using testing_support::yes;
using Step = FreezeStep;
using Phase = FreezePhase;
using News = FreezeNews;

TEST(Freeze, TakesItsStepsInOrderAndHolds) {
  FreezeDrive drive;
  EXPECT_EQ(drive.step(), Step::none);
  EXPECT_EQ(drive.ask(), "");
  EXPECT_EQ(drive.machine.phase(), Phase::freezing);
  EXPECT_EQ(drive.run(answer(no)), Step::probe);
  EXPECT_FALSE(drive.machine.ours()) << "what is suspended now is somebody else's";
  EXPECT_EQ(drive.run(answer(0)), Step::before);
  EXPECT_TRUE(drive.machine.ours());
  EXPECT_EQ(drive.run(answer(yes, "x with journal file: /j/20260711.003 \r\nSystem suspended\n")),
            Step::suspend);
  EXPECT_EQ(drive.run(answer(yes)), Step::confirm);
  EXPECT_EQ(drive.run(answer(0)), Step::sync);
  EXPECT_EQ(drive.machine.take_news(), News::none);
  EXPECT_EQ(drive.machine.deadline(), never);
  EXPECT_EQ(drive.run(answer(0, "w")), Step::witness);
  EXPECT_EQ(drive.machine.phase(), Phase::frozen);
  EXPECT_EQ(drive.machine.take_news(), News::frozen);
  EXPECT_EQ(drive.machine.take_news(), News::none);
  EXPECT_EQ(drive.machine.deadline(), seconds(1120));
  EXPECT_EQ(drive.machine.lease()->journal, "/j/20260711.003");
  EXPECT_TRUE(drive.machine.lease()->iris_deadman);
  EXPECT_EQ(drive.step(), Step::none);

  EXPECT_EQ(drive.machine.request_thaw("", "token", drive.now).why, "");
  EXPECT_EQ(drive.machine.phase(), Phase::thawing);
  EXPECT_EQ(drive.run(answer(yes)), Step::recheck);
  EXPECT_EQ(drive.run(answer(0, "w")), Step::rewitness);
  EXPECT_EQ(drive.run(answer(yes)), Step::resume);
  EXPECT_EQ(drive.run(answer(no)), Step::confirm_resumed);
  EXPECT_EQ(drive.machine.phase(), Phase::thawing);
  EXPECT_FALSE(drive.machine.ours()) << "only the post hooks are left";
  EXPECT_EQ(drive.machine.take_news(), News::none);
  EXPECT_EQ(drive.run(answer(0)), Step::after);
  EXPECT_EQ(drive.machine.phase(), Phase::thawed);
  EXPECT_EQ(drive.machine.take_news(), News::thawed);
  EXPECT_TRUE(drive.machine.outcome().held) << drive.machine.outcome().reason;
  EXPECT_EQ(drive.machine.outcome().reason, "");
  EXPECT_EQ(drive.machine.outcome().journal, "/j/20260711.003");
  EXPECT_EQ(drive.machine.outcome().lasted, seconds(10));
  EXPECT_FALSE(drive.machine.ours());
}

TEST(Freeze, OneStepAtATimeAndAnswersNobodyAskedForAreIgnored) {
  FreezeDrive drive;
  drive.end(answer(yes));
  EXPECT_EQ(drive.machine.phase(), Phase::thawed);
  drive.ask();
  EXPECT_EQ(drive.step(), Step::probe);
  EXPECT_EQ(drive.step(), Step::none);
  drive.end(answer(no));
  drive.end(answer(no));
  EXPECT_EQ(drive.step(), Step::before);
}

TEST(Freeze, TheSameOwnerHasItAlreadyWithTheSameEnd) {
  FreezeDrive drive;
  drive.ask();
  const auto again = [&] {
    return drive.machine.request_freeze("job", "other", seconds(500), "", "Tue", drive.now);
  };
  EXPECT_TRUE(again().already);
  drive.run_well();
  EXPECT_TRUE(again().already);
  EXPECT_EQ(again().why, "");
  EXPECT_EQ(drive.machine.lease()->token, "token");
  EXPECT_EQ(drive.machine.deadline(), seconds(1120));
  EXPECT_EQ(drive.machine.request_thaw("job", "", drive.now).why, "");
  EXPECT_FALSE(again().already);
  EXPECT_NE(again().why, "");
}

TEST(Freeze, AnotherOwnerIsToldWhoHasItAndHowLong) {
  FreezeDrive drive;
  drive.ask();
  EXPECT_EQ(drive.ask("other"), "freezing by 'job', 2m00s left");
  drive.run_well();
  drive.now = seconds(1090);
  EXPECT_EQ(drive.ask("other"), "frozen by 'job', 30.0s left");
  drive.now = seconds(1500);
  EXPECT_EQ(drive.ask("other"), "frozen by 'job', 0ms left");
}

TEST(Freeze, WithoutARunningIrisThereIsNothingToFreeze) {
  FreezeDrive drive;
  EXPECT_EQ(drive.machine.request_freeze("job", "t", seconds(1), "IRIS is held", "", 0).why,
            "IRIS is held");
  EXPECT_EQ(drive.machine.phase(), Phase::thawed);
  EXPECT_EQ(drive.step(), Step::none);
}

TEST(Freeze, OnlyWhoseItIsMayThawIt) {
  FreezeDrive drive;
  EXPECT_EQ(drive.machine.request_thaw("job", "", 0).why, "nothing of ours is frozen");
  drive.ask();
  EXPECT_EQ(drive.machine.request_thaw("job", "", 0).why, "the freeze is still under way");
  drive.run_well();
  EXPECT_NE(drive.machine.request_thaw("other", "", 0).why.find("'job'"), std::string::npos);
  EXPECT_NE(drive.machine.request_thaw("", "wrong", 0).why, "");
  EXPECT_EQ(drive.machine.request_thaw("", "wrong", 0).why.find("token'"), std::string::npos);
  EXPECT_EQ(drive.machine.phase(), Phase::frozen);
  EXPECT_EQ(drive.machine.request_thaw("", "", 0).why, "");       // --force
  EXPECT_EQ(drive.machine.request_thaw("", "token", 0).why, "");  // two may wait for it
}

TEST(Freeze, TheLeaseEndsItLoudly) {
  FreezeDrive drive = frozen();
  drive.now = drive.machine.deadline() - 1;
  EXPECT_EQ(drive.step(), Step::none);
  drive.now += 1;
  EXPECT_EQ(drive.run(answer(yes)), Step::recheck);
  drive.run_well();
  EXPECT_EQ(drive.machine.take_news(), News::thawed);
  EXPECT_FALSE(drive.machine.outcome().held);
  EXPECT_NE(drive.machine.outcome().reason.find("the lease was over"), std::string::npos);
}

TEST(Freeze, AThawAfterTheLeaseDoesNotHoldEither) {
  FreezeDrive drive = frozen();
  drive.now = drive.machine.deadline();
  EXPECT_EQ(drive.machine.request_thaw("job", "", drive.now).why, "");
  drive.run_well();
  EXPECT_FALSE(drive.machine.outcome().held);
}

TEST(Freeze, AVersionWithoutTheLimitIsFrozenWithoutADeadMan) {
  FreezeDrive drive;
  drive.ask();
  drive.run_well(Step::suspend);
  EXPECT_EQ(drive.run(answer(1, "<PARAMETER>")), Step::suspend);
  EXPECT_EQ(drive.run(answer(yes)), Step::suspend_plain);
  drive.run_well();
  EXPECT_EQ(drive.machine.take_news(), News::frozen);
  EXPECT_FALSE(drive.machine.lease()->iris_deadman);
}

TEST(Freeze, AThawThatIsRefusedIsForcedAndConfirmed) {
  FreezeDrive drive = frozen();
  drive.machine.request_thaw("job", "", drive.now);
  drive.run_well(Step::resume);
  EXPECT_EQ(drive.run(answer(no)), Step::resume);
  EXPECT_EQ(drive.run(answer(1)), Step::resume_forced);  // a status that nobody documents
  EXPECT_EQ(drive.run(answer(no)), Step::confirm_resumed);
  drive.run_well();
  EXPECT_EQ(drive.machine.take_news(), News::thawed);
  EXPECT_TRUE(drive.machine.outcome().held);
  EXPECT_TRUE(drive.machine.outcome().without_session);
}

TEST(Freeze, SomebodyElsesSuspensionIsThawedOnRequestOnly) {
  FreezeDrive drive;
  EXPECT_EQ(drive.machine.request_foreign_thaw(drive.now).why, "");
  EXPECT_NE(drive.machine.request_foreign_thaw(drive.now).why, "");
  EXPECT_NE(drive.ask(), "");
  EXPECT_EQ(drive.run(answer(yes)), Step::resume);
  EXPECT_EQ(drive.run(answer(no)), Step::confirm_resumed);
  EXPECT_EQ(drive.machine.take_news(), News::thawed);
  EXPECT_FALSE(drive.machine.outcome().held);
  EXPECT_FALSE(drive.machine.last()) << "it was no freeze of ours";
  FreezeDrive ours = frozen();
  EXPECT_NE(ours.machine.request_foreign_thaw(ours.now).why.find("'job'"), std::string::npos);
}

TEST(Freeze, ALeaseOfAnEarlierAgentGoesOnAndMayHold) {
  const Lease lease = *frozen().machine.lease();
  FreezeDrive drive;
  drive.machine.restore(lease, {}, drive.now);
  EXPECT_EQ(drive.machine.phase(), Phase::frozen);
  EXPECT_EQ(drive.machine.deadline(), lease.end_at);
  EXPECT_EQ(drive.machine.take_news(), News::none);
  EXPECT_EQ(drive.machine.request_thaw("", "token", drive.now).why, "");
  drive.run_well();
  EXPECT_TRUE(drive.machine.outcome().held) << drive.machine.outcome().reason;
}

TEST(Freeze, AFreezeThatAnEarlierAgentHadNotCompletedIsUndone) {
  Lease lease = *frozen().machine.lease();
  lease.witness.clear();
  FreezeDrive drive;
  drive.machine.restore(lease, {}, drive.now);
  EXPECT_EQ(drive.step(), Step::undo);
  drive.end(answer(yes));
  EXPECT_EQ(drive.run(answer(no)), Step::confirm_undone);
  EXPECT_EQ(drive.run(answer(0)), Step::after);
  EXPECT_EQ(drive.machine.take_news(), News::freeze_failed);
  EXPECT_FALSE(drive.machine.outcome().held);
}

TEST(Freeze, OneThatHadNotAskedIrisYetOwesThePostHooksOnly) {
  Lease lease = *frozen().machine.lease();
  lease.witness.clear();
  lease.suspending = false;
  FreezeDrive drive;
  drive.machine.restore(lease, {}, drive.now);
  EXPECT_EQ(drive.run(answer(0)), Step::after) << "what is suspended is not ours";
  EXPECT_EQ(drive.machine.phase(), Phase::thawed);
}

TEST(Freeze, AThawThatAnEarlierAgentHadBegunKeepsWhatTheWitnessesSaid) {
  for (const bool held : {true, false}) {
    FreezeDrive before = frozen();
    if (!held) before.now = before.machine.deadline();
    before.machine.request_thaw("job", "", before.now);
    before.run_well(Step::resume);
    ASSERT_EQ(before.step(), Step::resume);
    FreezeDrive drive;
    drive.machine.restore(*before.machine.lease(), {}, drive.now);
    ASSERT_EQ(drive.run(answer(no)), Step::resume) << "resumed already, perhaps";
    drive.run_well();
    EXPECT_EQ(drive.machine.take_news(), News::thawed);
    EXPECT_EQ(drive.machine.outcome().held, held) << drive.machine.outcome().reason;
    EXPECT_EQ(drive.machine.outcome().reason.empty(), held);
  }
}

TEST(Freeze, WhoComesTooLateHearsThatItDidNotHold) {
  FreezeDrive drive = frozen();
  drive.now = drive.machine.deadline();
  drive.run_well();
  EXPECT_TRUE(drive.machine.request_thaw("job", "", drive.now).already);
  EXPECT_EQ(drive.machine.last()->outcome.ended_by, "lease");
  // After a freeze that failed the owner's thaw must not be answered with the one before.
  drive.ask();
  EXPECT_EQ(drive.run(answer(1)), Step::probe);
  EXPECT_EQ(drive.machine.request_thaw("job", "", drive.now).why, "nothing of ours is frozen");
  EXPECT_TRUE(drive.machine.request_thaw("", "token", drive.now).already);
}

TEST(Freeze, FindsTheJournalFile) {
  EXPECT_EQ(journal_of(""), "");
  EXPECT_EQ(journal_of("System suspended"), "");
  EXPECT_EQ(journal_of("with journal file: "), "");
  EXPECT_EQ(journal_of("a with journal file: /iris/j 1/2.003\r\nnext"), "/iris/j 1/2.003");
}

TEST(Freeze, NamesTheFileThatChanged) {
  const std::string before = "/a/IRIS.DAT 1 2\n/b c/IRIS.DAT 1 2\n";
  EXPECT_EQ(changed_file(before, before), "");
  EXPECT_EQ(changed_file(before, "/a/IRIS.DAT 1 2\n/b c/IRIS.DAT 1 3\n"), "/b c/IRIS.DAT");
  EXPECT_EQ(changed_file(before, "/b c/IRIS.DAT 1 2\n"), "/a/IRIS.DAT");
  EXPECT_EQ(changed_file("x", ""), "x");
}

}  // namespace
}  // namespace sup
