#include "supervisor/core/state_record.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sup {
namespace {

using Kind = StateRecord::Kind;

StateRecord record_of(Kind kind) {
  StateRecord record;
  record.kind = kind;
  record.incarnation = UINT64_MAX;
  record.wall_ns = 1'790'000'000'123'456'789;
  return record;
}

Lease some_lease() {
  return {.owner = "job",
          .token = "0123456789abcdef",
          .began_at = seconds(100),
          .end_at = seconds(220),
          .iris_deadman = false,
          .iris_since = "Tue Jun 30 12:41:26 2026",
          .witness = "/a/IRIS.DAT 1 2\n/b/IRIS.DAT 3 4\n",
          .journal = "/j/20260630.001"};
}

StateRecord there_and_back(const StateRecord& record) {
  const std::string line = encode(record);
  EXPECT_EQ(line.find('\n'), line.size() - 1) << line;
  const auto back = decode_state_record(line);
  EXPECT_TRUE(back.has_value()) << line;
  if (!back) return {};
  EXPECT_EQ(back->kind, record.kind);
  EXPECT_EQ(back->incarnation, record.incarnation);
  EXPECT_EQ(back->wall_ns, record.wall_ns);
  return *back;
}

TEST(StateRecord, AHoldAndItsReleaseComeBack) {
  StateRecord record = record_of(Kind::hold);
  record.message = "repair";
  record.at = seconds(7200);
  const StateRecord back = there_and_back(record);
  EXPECT_EQ(back.message, record.message);
  EXPECT_EQ(back.at, record.at);
  there_and_back(record_of(Kind::release));
  record = record_of(Kind::asked);
  record.message = "job";
  EXPECT_EQ(there_and_back(record).message, "job");
}

TEST(StateRecord, EveryKindComesBack) {
  StateRecord event = record_of(Kind::event);
  event.event = "iris.up";
  event.message = "IRIS is running";
  EXPECT_EQ(there_and_back(event).event, event.event);
  EXPECT_EQ(there_and_back(event).message, event.message);

  StateRecord up = record_of(Kind::up);
  up.processes = {{431, INT64_MAX}, {INT32_MAX, 0}};
  up.irisdb_killed = UINT64_MAX;
  up.at = INT64_MAX;
  up.by_locks = true;
  up.ticks = INT64_MAX;
  EXPECT_EQ(there_and_back(up).processes, up.processes);
  EXPECT_EQ(there_and_back(up).irisdb_killed, up.irisdb_killed);
  EXPECT_EQ(there_and_back(up).at, up.at);
  EXPECT_TRUE(there_and_back(up).by_locks);
  EXPECT_EQ(there_and_back(up).ticks, up.ticks);

  StateRecord restart = record_of(Kind::restart);
  restart.at = INT64_MAX;
  EXPECT_EQ(there_and_back(restart).at, restart.at);

  StateRecord wrong = record_of(Kind::wrong);
  wrong.wrong = {1, 2, 3, INT64_MAX, "stuck"};
  EXPECT_EQ(there_and_back(wrong).wrong, wrong.wrong);

  StateRecord start_failed = record_of(Kind::start_failed);
  start_failed.message = "iris-main says: x";
  start_failed.incurable = "the licence is refused";
  start_failed.failed = true;
  EXPECT_EQ(there_and_back(start_failed).message, start_failed.message);
  EXPECT_EQ(there_and_back(start_failed).incurable, start_failed.incurable);
  EXPECT_TRUE(there_and_back(start_failed).failed);

  StateRecord thawed = record_of(Kind::thawed);
  FreezeOutcome& outcome = thawed.ended.outcome;
  thawed.ended.owner = "job";
  thawed.ended.token = "abc";
  thawed.ended.over_at = seconds(1234);
  thawed.ended.asked_again = true;
  outcome = {.held = true,
             .known = false,
             .ended_by = "other",
             .ended_at = seconds(77),
             .evidence = "a line",
             .reason = "why",
             .journal = "/j/1",
             .hooks = "'10-x' ended with 1",
             .lasted = seconds(3),
             .without_session = true};
  const EndedFreeze back = there_and_back(thawed).ended;
  EXPECT_EQ(back.owner + back.token, "jobabc");
  EXPECT_EQ(back.over_at, seconds(1234));
  EXPECT_TRUE(back.asked_again);
  EXPECT_TRUE(back.outcome.held && !back.outcome.known && back.outcome.without_session);
  EXPECT_EQ(back.outcome.ended_by + back.outcome.evidence + back.outcome.reason, "othera linewhy");
  EXPECT_EQ(back.outcome.journal + back.outcome.hooks, "/j/1'10-x' ended with 1");
  EXPECT_EQ(back.outcome.lasted, seconds(3));
  EXPECT_EQ(back.outcome.ended_at, seconds(77));
  thawed.earlier = true;
  EXPECT_TRUE(there_and_back(thawed).earlier);
  thawed.failed = true;
  thawed.message = "probe: answered 1";
  EXPECT_EQ(there_and_back(thawed).ended.owner, "");
  EXPECT_EQ(there_and_back(thawed).message, thawed.message);
}

TEST(StateRecord, EveryPartOfALeaseComesBack) {
  StateRecord record = record_of(Kind::lease);
  record.lease = some_lease();
  const Lease lease = there_and_back(record).lease;
  EXPECT_EQ(lease.owner, record.lease.owner);
  EXPECT_EQ(lease.token, record.lease.token);
  EXPECT_EQ(lease.began_at, record.lease.began_at);
  EXPECT_EQ(lease.end_at, record.lease.end_at);
  EXPECT_EQ(lease.iris_deadman, record.lease.iris_deadman);
  EXPECT_EQ(lease.iris_since, record.lease.iris_since);
  EXPECT_EQ(lease.witness, record.lease.witness);
  EXPECT_EQ(lease.journal, record.lease.journal);
}

TEST(StateRecord, NastyTextsStayOnOneLine) {
  StateRecord event = record_of(Kind::event);
  for (const std::string& text :
       {std::string{"two\nlines\r\n"}, std::string{R"("quoted" \ {"v":1})"},
        std::string{"nul\0inside", 10}, std::string{"\x01\x1b\x7f"}, std::string{"ж 漢 🙂"},
        std::string(100'000, 'x'), std::string{}}) {
    event.message = text;
    EXPECT_EQ(there_and_back(event).message, text);
  }
}

TEST(StateRecord, BytesThatAreNotUtf8AreReplacedNeverThrown) {
  StateRecord event = record_of(Kind::event);
  event.message = "a\xff\xc3(b";
  EXPECT_EQ(there_and_back(event).message, "a\xef\xbf\xbd\xef\xbf\xbd(b");
}

TEST(StateRecord, UnknownFieldsAreIgnored) {
  const auto record = decode_state_record(
      R"({"v":1,"kind":"restart","incarnation":7,"at":5,"new":{"deep":[1,2,{"a":null}]},"more":1})");
  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(record->incarnation, 7U);
  EXPECT_EQ(record->at, 5);
}

TEST(StateRecord, FieldsOfAWrongTypeCountAsMissing) {
  const auto record = decode_state_record(
      R"({"v":1,"kind":"up","incarnation":"7","wall_ns":1.5,"irisdb_killed":null,)"
      R"("processes":[1,"x",null,{"pid":"9","started":true},{"pid":3,"started":4}]})");
  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(record->incarnation, 0U);
  EXPECT_EQ(record->wall_ns, 0);
  EXPECT_EQ(record->irisdb_killed, 0U);
  EXPECT_EQ(record->processes, (std::vector<WatchedProcess>{{0, 0}, {3, 4}}));
}

TEST(StateRecord, WhatIsNoRecordOfOursIsRefused) {
  for (const char* line : {"",
                           "\n",
                           "{",
                           "{}",
                           "[]",
                           "null",
                           "7",
                           "\"v\"",
                           "garbage",
                           "\xff\xfe",
                           R"({"kind":"thawed","incarnation":1})",
                           R"({"v":0,"kind":"thawed"})",
                           R"({"v":2,"kind":"thawed"})",
                           R"({"v":"1","kind":"thawed"})",
                           R"({"v":1.0,"kind":"thawed"})",
                           R"({"v":1})",
                           R"({"v":1,"kind":7})",
                           R"({"v":1,"kind":"melted"})",
                           R"({"v":1,"kind":""})",
                           R"({"v":1,"kind":"lease"})",
                           R"({"v":1,"kind":"lease","lease":[]})",
                           R"({"v":1,"kind":"thawed"}{"v":1,"kind":"thawed"})"}) {
    EXPECT_FALSE(decode_state_record(line).has_value()) << line;
  }
}

TEST(StateRecord, ALineThatWasCutAnywhereIsRefused) {
  StateRecord record = record_of(Kind::lease);
  record.lease = some_lease();
  const std::string line = encode(record);
  for (std::size_t length = 0; length + 1 < line.size(); ++length)
    EXPECT_FALSE(decode_state_record(line.substr(0, length)).has_value()) << length;
  EXPECT_TRUE(decode_state_record(line.substr(0, line.size() - 1)).has_value());
}

TEST(StateRecord, DeepNestingDoesNoHarm) {
  const std::string deep(200'000, '[');
  EXPECT_FALSE(decode_state_record(deep).has_value());
  EXPECT_FALSE(decode_state_record(R"({"v":1,"kind":"thawed","x":)" + deep).has_value());
}

TEST(StateRecord, HowFarAFreezeHasComeComesBack) {
  for (int flags = 0; flags < 16; ++flags) {
    StateRecord record = record_of(Kind::lease);
    record.lease = some_lease();
    record.lease.hooks_begun = (flags & 1) != 0;
    record.lease.suspending = (flags & 2) != 0;
    record.lease.resuming = (flags & 4) != 0;
    record.lease.over = (flags & 8) != 0;
    record.lease.outcome = {.known = false, .reason = "nobody could say", .lasted = seconds(7)};
    const Lease back = there_and_back(record).lease;
    EXPECT_EQ(back.hooks_begun, record.lease.hooks_begun);
    EXPECT_EQ(back.suspending, record.lease.suspending);
    EXPECT_EQ(back.resuming, record.lease.resuming);
    EXPECT_EQ(back.over, record.lease.over);
    EXPECT_EQ(back.outcome.held, record.lease.outcome.held);
    EXPECT_EQ(back.outcome.known, record.lease.outcome.known);
    EXPECT_EQ(back.outcome.reason, record.lease.outcome.reason);
    EXPECT_EQ(back.outcome.lasted, record.lease.outcome.lasted);
  }
}

std::vector<Kind> kinds_of(const std::vector<StateRecord>& records) {
  std::vector<Kind> kinds;
  for (const StateRecord& record : records)
    kinds.push_back(record.kind);
  return kinds;
}

TEST(StillNeeded, IsNoLeaseThatWasReplacedAndNoOlderUp) {
  using enum StateRecord::Kind;
  const struct {
    std::vector<Kind> records;
    std::vector<Kind> needed;
  } rows[] = {
      {{}, {}},
      {{up, event, up}, {event, up}},
      {{lease, lease, event}, {lease, event}},
      {{lease, lease, thawed}, {thawed}},
      {{lease, thawed, lease}, {thawed, lease}},
      {{lease, thawed, lease, thawed}, {thawed, thawed}},
      {{hold, release, restart, restart}, {hold, release, restart, restart}},
  };
  for (const auto& row : rows) {
    std::vector<StateRecord> records;
    for (const Kind kind : row.records)
      records.push_back(record_of(kind));
    EXPECT_EQ(kinds_of(still_needed(std::move(records))), row.needed) << &row - rows;
  }
}

TEST(StillNeeded, AreTheNewestThousandOfAKind) {
  std::vector<StateRecord> records;
  for (int i = 0; i < 1500; ++i) {
    records.push_back(record_of(Kind::event));
    records.back().message = std::to_string(i);
  }
  records.insert(records.begin() + 100, record_of(Kind::hold));
  const std::vector<StateRecord> needed = still_needed(std::move(records));
  ASSERT_EQ(needed.size(), 1001U);
  EXPECT_EQ(needed[0].kind, Kind::hold);
  EXPECT_EQ(needed[1].message, "500");
  EXPECT_EQ(needed.back().message, "1499");
}

}  // namespace
}  // namespace sup
