// What a container that was started again still tells of freezes before it.
#include <gtest/gtest.h>

#include "supervisor/core/earlier_lives.h"

namespace sup {
namespace {

using Kind = StateRecord::Kind;
using Records = std::vector<StateRecord>;

StateRecord in(std::uint64_t life, Kind kind) {
  StateRecord record;
  record.kind = kind;
  record.incarnation = life;
  return record;
}

StateRecord lease_of(std::uint64_t life, const std::string& owner,
                     const char* witness = "f 1 2\n") {
  StateRecord record = in(life, Kind::lease);
  record.lease = {.owner = owner,
                  .token = "of " + owner,
                  .began_at = seconds(1),
                  .end_at = seconds(9),
                  .witness = witness,
                  .journal = "/j/1"};
  return record;
}

StateRecord thawed(std::uint64_t life, const std::string& owner, bool held) {
  StateRecord record = in(life, Kind::thawed);
  record.ended = {.owner = owner,
                  .token = "of " + owner,
                  .outcome = {.held = held, .ended_at = seconds(5), .reason = held ? "" : "why"},
                  .over_at = seconds(6)};
  return record;
}

TEST(EarlierLives, AFreezeThatWasCompleteEndedWithItsContainer) {
  const EarlierLives left = left_by_earlier_lives({lease_of(7, "job")}, 8);
  EXPECT_EQ(left.left_frozen, "job");
  ASSERT_EQ(left.records.size(), 1U);
  const StateRecord& record = left.records[0];
  EXPECT_EQ(record.kind, Kind::thawed);
  EXPECT_EQ(record.incarnation, 8U);
  EXPECT_TRUE(record.earlier);
  EXPECT_EQ(record.ended.owner + "/" + record.ended.token, "job/of job");
  EXPECT_FALSE(record.ended.asked_again) << "its owner hears by name that it did not hold";
  const FreezeOutcome& outcome = record.ended.outcome;
  EXPECT_TRUE(!outcome.held && outcome.known);
  EXPECT_EQ(outcome.ended_by, "container");
  EXPECT_EQ(outcome.journal, "/j/1");
  EXPECT_FALSE(outcome.reason.empty());
}

TEST(EarlierLives, OneThatWasNotCompleteWasNeverToldOf) {
  const EarlierLives left = left_by_earlier_lives({lease_of(7, "job", "")}, 8);
  EXPECT_EQ(left.left_frozen, "");
  EXPECT_TRUE(left.records.empty());
}

TEST(EarlierLives, WhatTheWitnessesHaveSaidStaysTrue) {
  for (const bool held : {true, false}) {
    StateRecord lease = lease_of(7, "job");
    lease.lease.resuming = true;
    lease.lease.journal = "/j/1";
    lease.lease.outcome = {.held = held, .reason = held ? "" : "why"};
    const EarlierLives left = left_by_earlier_lives({lease}, 8);
    EXPECT_EQ(left.left_frozen, "");
    ASSERT_EQ(left.records.size(), 1U);
    EXPECT_EQ(left.records[0].ended.outcome.held, held);
    EXPECT_EQ(left.records[0].ended.asked_again, held);
    EXPECT_EQ(left.records[0].ended.outcome.journal, "/j/1");
  }
}

TEST(EarlierLives, OneThatWasThawedIsToldAsItWasAndThatItHeldByTokenOnly) {
  const EarlierLives left = left_by_earlier_lives(
      {lease_of(7, "a"), thawed(7, "a", true), lease_of(7, "b"), thawed(7, "b", false)}, 8);
  EXPECT_EQ(left.left_frozen, "");
  ASSERT_EQ(left.records.size(), 2U);
  EXPECT_TRUE(left.records[0].ended.outcome.held && left.records[0].ended.asked_again);
  EXPECT_TRUE(!left.records[1].ended.outcome.held && !left.records[1].ended.asked_again);
  for (const StateRecord& record : left.records) {
    EXPECT_EQ(record.ended.over_at, 0) << "the clock may be another one";
    EXPECT_EQ(record.ended.outcome.ended_at, 0);
  }
}

TEST(EarlierLives, ARequestSinceThenCountsAsBefore) {
  StateRecord asked = in(7, Kind::asked);
  asked.message = "job";
  const EarlierLives left = left_by_earlier_lives({thawed(7, "job", false), asked}, 8);
  ASSERT_EQ(left.records.size(), 2U);
  EXPECT_EQ(left.records[1].kind, Kind::asked);
  EXPECT_EQ(left.records[1].message, "job");
}

TEST(EarlierLives, EachLifeEndsItsOwnFreezeAndTheLastIsToldAloud) {
  const EarlierLives left =
      left_by_earlier_lives({lease_of(5, "a"), in(6, Kind::event), lease_of(7, "b")}, 8);
  EXPECT_EQ(left.left_frozen, "b");
  ASSERT_EQ(left.records.size(), 2U);
  EXPECT_EQ(left.records[0].ended.owner, "a");
}

TEST(EarlierLives, FailedFreezesAndOtherNewsAreNotCarriedOn) {
  StateRecord failed = thawed(7, "job", false);
  failed.failed = true;
  const EarlierLives left = left_by_earlier_lives(
      {in(7, Kind::up), in(7, Kind::hold), lease_of(7, "job"), failed, in(7, Kind::wrong)}, 8);
  EXPECT_TRUE(left.records.empty());
  EXPECT_EQ(left.left_frozen, "");
}

TEST(EarlierLives, TheyDoNotGrow) {
  Records records;
  for (std::size_t i = 0; i < 10 * ended_freezes_kept; ++i)
    records.push_back(thawed(i, std::to_string(i), true));
  const EarlierLives left = left_by_earlier_lives(records, 8000);
  EXPECT_EQ(left.records.size(), 2 * ended_freezes_kept);
  EXPECT_EQ(left.records.back().ended.owner, records.back().ended.owner);
}

}  // namespace
}  // namespace sup
