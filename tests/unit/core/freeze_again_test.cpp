// Who asks again for a thaw that is over hears the same again, and never of another freeze.
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "supervisor/core/state_record.h"
#include "tests/unit/core/freeze_drive.h"

namespace sup {
namespace {

using testing_support::answer;
using testing_support::FreezeDrive;
using testing_support::frozen;
using testing_support::no;
using testing_support::yes;
using Step = FreezeStep;

/// What a repeated thaw is answered: "held", "did not hold", or the refusal's words.
std::string again(FreezeDrive& drive, const std::string& owner, const std::string& token = {}) {
  const auto refusal = drive.machine.request_thaw(owner, token, drive.now);
  if (!refusal.already) return refusal.why;
  return refusal.ended->outcome.held ? "held" : "did not hold";
}

/// Its own token is "of X".
void freeze(FreezeDrive& drive, const std::string& owner) {
  EXPECT_EQ(
      drive.machine.request_freeze(owner, "of " + owner, seconds(120), {}, drive.since, drive.now)
          .why,
      "");
  drive.run_well();
  drive.machine.take_news();
}

void thaw(FreezeDrive& drive, const std::string& owner, bool holds) {
  EXPECT_EQ(drive.machine.request_thaw(owner, "", drive.now).why, "");
  if (!holds) drive.run(answer(no));  // recheck: it is not suspended any more
  drive.run_well();
  EXPECT_EQ(drive.machine.take_news(), FreezeNews::thawed);
  EXPECT_EQ(drive.machine.outcome().held, holds);
}

TEST(FreezeAgain, TheSameIsToldByNameAndByToken) {
  for (const bool holds : {true, false}) {
    SCOPED_TRACE(holds);
    FreezeDrive drive;
    freeze(drive, "job");
    thaw(drive, "job", holds);
    const std::string told = holds ? "held" : "did not hold";
    EXPECT_EQ(again(drive, "job"), told);
    EXPECT_EQ(again(drive, "job"), told) << "as often as it is asked for";
    EXPECT_EQ(again(drive, "", "of job"), told);
    EXPECT_EQ(again(drive, "other"), "nothing of ours is frozen");
    EXPECT_EQ(again(drive, "", "other"), "nothing of ours is frozen");
    EXPECT_EQ(again(drive, ""), "nothing of ours is frozen") << "--force is nobody";
  }
}

// The owner may still copy when somebody else ends it.
TEST(FreezeAgain, WhatSomebodyHasThawedByForceHasHeldForNobody) {
  FreezeDrive drive;
  freeze(drive, "job");
  drive.now += seconds(5);
  const Nanos forced_at = drive.now;
  EXPECT_EQ(drive.machine.request_thaw("", "", drive.now).why, "");
  EXPECT_EQ(drive.machine.request_thaw("job", "", drive.now).why, "") << "its owner joins";
  drive.run_well();
  EXPECT_EQ(drive.machine.take_news(), FreezeNews::thawed);
  EXPECT_FALSE(drive.machine.outcome().held);
  EXPECT_EQ(drive.machine.outcome().ended_by, "other");
  EXPECT_EQ(drive.machine.outcome().ended_at, forced_at);
  EXPECT_EQ(again(drive, "job"), "did not hold");
  EXPECT_EQ(again(drive, "", "of job"), "did not hold");
}

TEST(FreezeAgain, TheNextAgentKnowsThatAnotherWasAskedForDuringTheThaw) {
  FreezeDrive drive;
  freeze(drive, "job");
  EXPECT_EQ(drive.machine.request_thaw("", "of job", drive.now).why, "");
  drive.run_well(Step::resume);
  EXPECT_TRUE(drive.machine.asks_for_another("job"));
  StateRecord record;
  record.kind = StateRecord::Kind::lease;
  record.lease = *drive.machine.lease();
  FreezeDrive next;
  next.now = drive.now;
  next.machine.restore(decode_state_record(encode(record)).value_or(StateRecord{}).lease, {},
                       next.now);
  EXPECT_NE(again(next, "job").find("was refused"), std::string::npos);
  next.run_well();
  EXPECT_EQ(next.machine.take_news(), FreezeNews::thawed);
  EXPECT_EQ(again(next, "job"), "nothing of ours is frozen") << "the last named so never was";
  EXPECT_EQ(again(next, "", "of job"), "held");
}

TEST(FreezeAgain, ByNameItHasHeldForAWhileOnly) {
  FreezeDrive drive;
  freeze(drive, "job");
  thaw(drive, "job", true);
  drive.now += held_is_told_by_name_for - seconds(1);
  EXPECT_EQ(again(drive, "job"), "held");
  drive.now += seconds(2);
  EXPECT_NE(again(drive, "job").find("its token tells"), std::string::npos);
  EXPECT_EQ(again(drive, "", "of job"), "held");
}

TEST(FreezeAgain, ByNameItHasNotHeldForGood) {
  FreezeDrive drive;
  freeze(drive, "job");
  thaw(drive, "job", false);
  drive.now += seconds(86'400);
  EXPECT_EQ(again(drive, "job"), "did not hold");
}

TEST(FreezeAgain, AnotherOnesFreezeTakesNobodysAnswerAway) {
  FreezeDrive drive;
  freeze(drive, "job");
  thaw(drive, "job", true);
  freeze(drive, "next");
  EXPECT_EQ(again(drive, "job"), "held") << "while the other one is frozen";
  EXPECT_EQ(again(drive, "", "of job"), "held");
  EXPECT_NE(again(drive, "third").find("belongs to 'next'"), std::string::npos);
  EXPECT_EQ(drive.machine.phase(), FreezePhase::frozen) << "nobody has thawed it";
  thaw(drive, "next", false);
  EXPECT_EQ(again(drive, "job"), "held") << "and once it is over";
  EXPECT_EQ(again(drive, "", "of job"), "held");
  EXPECT_EQ(again(drive, "next"), "did not hold");
  EXPECT_EQ(again(drive, "", "of next"), "did not hold");
}

/// Each is a request for another freeze, after which the earlier one is not meant by name.
TEST(FreezeAgain, WhoHasAskedForAnotherFreezeHearsOfThatOne) {
  const auto refused = [](FreezeDrive& drive) {
    const auto asked =
        drive.machine.request_freeze("job", "t2", seconds(9), "IRIS is held", "Tue", drive.now);
    EXPECT_EQ(asked.why, "IRIS is held");
  };
  const auto failed = [](FreezeDrive& drive) {
    EXPECT_EQ(drive.machine.request_freeze("job", "t2", seconds(9), "", "Tue", drive.now).why, "");
    EXPECT_EQ(drive.run(answer(1)), Step::probe);
  };
  const auto wrongly = [](FreezeDrive& drive) {
    EXPECT_TRUE(drive.machine.asks_for_another("job"));
    EXPECT_FALSE(drive.machine.asks_for_another("job")) << "it is on record already";
  };
  for (const bool holds : {true, false}) {
    for (const auto& asks :
         {std::function<void(FreezeDrive&)>{refused}, std::function<void(FreezeDrive&)>{failed},
          std::function<void(FreezeDrive&)>{wrongly}}) {
      FreezeDrive drive;
      freeze(drive, "job");
      thaw(drive, "job", holds);
      asks(drive);
      EXPECT_EQ(again(drive, "job"), "nothing of ours is frozen");
      EXPECT_EQ(again(drive, "", "of job"), holds ? "held" : "did not hold");
    }
  }
}

TEST(FreezeAgain, NorDoesOneThatIsBeingThawedHoldForAFreezeThatWasRefused) {
  FreezeDrive drive;
  freeze(drive, "job");
  EXPECT_EQ(drive.machine.request_thaw("job", "", drive.now).why, "");
  EXPECT_NE(drive.ask("job"), "") << "it is being thawed";
  EXPECT_NE(again(drive, "job").find("asked for since was refused"), std::string::npos);
  drive.run_well();
  EXPECT_EQ(again(drive, "job"), "nothing of ours is frozen");
  EXPECT_EQ(again(drive, "", "of job"), "held");
}

TEST(FreezeAgain, TheNextAgentTellsTheSame) {
  FreezeDrive drive;
  freeze(drive, "job");
  thaw(drive, "job", true);
  FreezeDrive next;
  next.now = drive.now + seconds(2);
  next.machine.restore(*drive.machine.last());
  EXPECT_EQ(again(next, "job"), "held");
  // The earlier agent died in a freeze that the same owner had asked for since.
  Lease lease{.owner = "job", .token = "t2", .began_at = next.now, .end_at = next.now + seconds(9)};
  next.machine.restore(lease, {}, next.now);
  next.run_well();
  EXPECT_EQ(again(next, "job"), "nothing of ours is frozen");
  EXPECT_EQ(again(next, "", "of job"), "held");
}

TEST(FreezeAgain, TheClockOfAnotherBootProvesNothing) {
  FreezeDrive drive;
  freeze(drive, "job");
  thaw(drive, "job", true);
  drive.now = seconds(1);
  EXPECT_NE(again(drive, "job").find("its token tells"), std::string::npos);
}

TEST(FreezeAgain, TheNewestAreKept) {
  FreezeDrive drive;
  for (std::size_t i = 0; i <= ended_freezes_kept; ++i) {
    freeze(drive, "job" + std::to_string(i));
    thaw(drive, "job" + std::to_string(i), true);
  }
  EXPECT_EQ(again(drive, "", "of job0"), "nothing of ours is frozen");
  EXPECT_EQ(again(drive, "", "of job1"), "held");
}

}  // namespace
}  // namespace sup
