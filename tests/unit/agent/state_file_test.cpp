#include "supervisor/agent/state_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "tests/integration/harness/temp_dir.h"

namespace sup {
namespace {

using ::testing_support::TempDir;

StateRecord event(const std::string& message) {
  StateRecord record;
  record.event = "test.happened";
  record.message = message;
  return record;
}

std::vector<std::string> messages_of(const StateFile::Loaded& loaded) {
  std::vector<std::string> messages;
  for (const StateRecord& record : loaded.records)
    messages.push_back(record.message);
  return messages;
}

using Messages = std::vector<std::string>;

TEST(StateFile, ABeginningIsEmptyAndPrivate) {
  const TempDir dir;
  StateFile file{dir / "state"};
  const auto loaded = file.open(7);
  ASSERT_TRUE(loaded);
  EXPECT_TRUE(loaded->records.empty());
  EXPECT_EQ(loaded->broken_lines, 0U);
  struct stat status {};
  ASSERT_EQ(::stat((dir / "state").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0600U);
}

TEST(StateFile, TheNextAgentReadsWhatTheLastOneWrote) {
  const TempDir dir;
  for (int agent = 0; agent < 3; ++agent) {
    StateFile file{dir / "state"};
    const auto loaded = file.open(7);
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->records.size(), static_cast<std::size_t>(agent));
    file.append(event(std::to_string(agent)));
    EXPECT_EQ(file.failures(), 0U);
  }
  StateFile file{dir / "state"};
  const auto loaded = file.open(7);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(messages_of(*loaded), (Messages{"0", "1", "2"}));
  EXPECT_EQ(loaded->records[0].incarnation, 7U);
  EXPECT_GT(loaded->records[0].wall_ns, 0);
}

TEST(StateFile, AnotherLifesRecordsAreHistory) {
  const TempDir dir;
  StateFile old{dir / "state"};
  ASSERT_TRUE(old.open(1));
  old.append(event("old"));
  StateFile file{dir / "state"};
  const auto loaded = file.open(2);
  ASSERT_TRUE(loaded);
  EXPECT_TRUE(loaded->records.empty());
  EXPECT_EQ(loaded->broken_lines, 0U);
  file.append(event("new"));
  EXPECT_EQ(dir.read("state").find("old"), std::string::npos);
  EXPECT_NE(dir.read("state").find("new"), std::string::npos);
}

TEST(StateFile, ALineThatWasCutShortTakesNoOtherWithIt) {
  const TempDir dir;
  StateFile before{dir / "state"};
  ASSERT_TRUE(before.open(7));
  before.append(event("whole"));
  const std::string whole = dir.read("state");
  for (const std::string& rest : {whole.substr(0, whole.size() / 2), std::string{"{"},
                                  std::string{"\xff\n\n"}, std::string("\0\0\0", 3)}) {
    dir.write("state", whole + rest, 0600);
    StateFile file{dir / "state"};
    const auto loaded = file.open(7);
    ASSERT_TRUE(loaded);
    EXPECT_EQ(messages_of(*loaded), Messages{"whole"});
    EXPECT_GE(loaded->broken_lines, 1U);
    file.append(event("next"));
    StateFile again{dir / "state"};
    const auto reloaded = again.open(7);
    ASSERT_TRUE(reloaded);
    EXPECT_EQ(messages_of(*reloaded), (Messages{"whole", "next"}));
    EXPECT_EQ(reloaded->broken_lines, 0U);
  }
}

TEST(StateFile, ALastLineWithoutItsNewlineCounts) {
  const TempDir dir;
  StateFile before{dir / "state"};
  ASSERT_TRUE(before.open(7));
  before.append(event("a"));
  std::string text = dir.read("state");
  text.pop_back();
  dir.write("state", text, 0600);
  StateFile file{dir / "state"};
  ASSERT_TRUE(file.open(7));
  file.append(event("b"));
  StateFile again{dir / "state"};
  const auto loaded = again.open(7);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(messages_of(*loaded), (Messages{"a", "b"}));
}

TEST(StateFile, WhatCannotBeReadIsSetAside) {
  const TempDir dir;
  dir.write("state/inside", "not a file");
  StateFile file{dir / "state"};
  const auto loaded = file.open(7);
  ASSERT_TRUE(loaded);
  EXPECT_TRUE(loaded->records.empty());
  EXPECT_TRUE(std::filesystem::exists(dir / "state.broken/inside"));
  file.append(event("on"));
  EXPECT_NE(dir.read("state").find("\"on\""), std::string::npos);
}

TEST(StateFile, WithoutADirectoryItIsAnErrorAndRecordsAreCountedAsLost) {
  const TempDir dir;
  StateFile file{dir / "nowhere/state"};
  EXPECT_FALSE(file.open(7));
  file.append(event("lost"));
  file.append(event("lost"));
  EXPECT_EQ(file.failures(), 2U);
}

TEST(StateFile, FreezesDayAndNightDoNotFillTheVolume) {
  const TempDir dir;
  StateFile file{dir / "state"};
  ASSERT_TRUE(file.open(7));
  StateRecord lease;
  lease.kind = StateRecord::Kind::lease;
  lease.lease.witness = std::string(10'000, 'w');
  StateRecord thawed;
  thawed.kind = StateRecord::Kind::thawed;
  thawed.failed = true;
  std::uintmax_t largest = 0;
  for (int freeze = 0; freeze < 1000; ++freeze) {
    file.append(lease);
    file.append(thawed);
    largest = std::max(largest, std::filesystem::file_size(dir / "state"));
  }
  lease.lease.owner = "the last";
  file.append(lease);
  EXPECT_LT(largest, 3U << 20U);
  EXPECT_EQ(file.failures(), 0U);
  StateFile again{dir / "state"};
  const auto loaded = again.open(7);
  ASSERT_TRUE(loaded);
  ASSERT_EQ(loaded->records.size(), 1001U);
  EXPECT_EQ(loaded->records.back().lease.owner, "the last");
  EXPECT_EQ(loaded->broken_lines, 0U);
}

TEST(StateFile, AFreezeThatEndedWithTheContainerIsToldInTheNextOne) {
  const TempDir dir;
  {
    StateFile file{dir / "state"};
    ASSERT_TRUE(file.open(7));
    StateRecord lease;
    lease.kind = StateRecord::Kind::lease;
    lease.lease = {.owner = "job", .token = "t", .witness = "/a/IRIS.DAT 1 2\n"};
    file.append(lease);
  }
  for (const std::string left_frozen : {"job", ""}) {  // the second agent is not told once more
    StateFile file{dir / "state"};
    const auto loaded = file.open(8);
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->left_frozen, left_frozen);
    ASSERT_EQ(loaded->records.size(), 1U);
    EXPECT_EQ(loaded->records[0].kind, StateRecord::Kind::thawed);
    EXPECT_EQ(loaded->records[0].incarnation, 8U);
    EXPECT_EQ(loaded->records[0].ended.outcome.ended_by, "container");
  }
}

}  // namespace
}  // namespace sup
