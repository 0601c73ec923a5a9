#include "supervisor/agent/start_words.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <optional>

#include "tests/integration/harness/temp_dir.h"
#include "tests/unit/agent/loop.h"

namespace sup {
namespace {

using testing_support::Loop;
using ::testing_support::TempDir;

constexpr const char* refused =
    "11/26/26-01:14:50:471 (11) 3 [Utility.Event] Error: Invalid Community Edition license, may "
    "have exceeded core limit. - Shutting down the system : $zu(56,2)= 0\n";

class StartWordsTest : public ::testing::Test {
 protected:
  StartWordsTest() { std::filesystem::create_directories(dir_ / "mgr"); }
  void say(const std::string& text) const {
    std::ofstream{dir_ / "mgr/messages.log", std::ios::app} << text << std::flush;
  }
  void begin() {
    bool ready = false;
    words_.begin(dir_.path().string(), [&] { ready = true; });
    EXPECT_TRUE(words_.looking());
    EXPECT_TRUE(loop_.until([&] { return ready; }));
    EXPECT_FALSE(words_.looking());
  }
  StartWords::Said read_all() {
    std::optional<StartWords::Said> found;
    words_.read([&](const StartWords::Said& said) { found = said; });
    EXPECT_TRUE(loop_.until([&] { return found.has_value(); }));
    EXPECT_FALSE(words_.reading());
    return found.value_or(StartWords::Said{"nothing came", "nothing came"});
  }
  std::string read() { return read_all().incurable; }

  TempDir dir_;
  Loop loop_;
  StartWords words_{loop_.jobs(), CPFMERGE};
};

TEST_F(StartWordsTest, WhatTheStartHasSaidIsFound) {
  say("an older line\n");
  begin();
  say("11/26/26-01:14:50:470 (11) 0 [Generic.Event] Starting\n");
  say(refused);
  EXPECT_EQ(read().substr(0, 23), "the licence is refused ");
}

TEST_F(StartWordsTest, WhatWasSaidBeforeIsHistory) {
  say(refused);
  begin();
  say("11/26/26-01:14:50:470 (11) 2 [Generic.Event] Something else\n");
  EXPECT_EQ(read(), "");
}

TEST_F(StartWordsTest, WhatWasRecoveredIsToldOnce) {
  say("  9 blocks pending in this WIJ.\n");
  begin();
  say("  17 blocks pending in this WIJ.\n");
  EXPECT_EQ(read_all().recovered, "17 blocks were pending in the WIJ");
  EXPECT_EQ(read_all().recovered, "");
}

TEST_F(StartWordsTest, OfAStartThatIsOverNobodyIsToldWhenTheNextOneBegins) {
  begin();
  say("  17 blocks pending in this WIJ.\n");
  begin();
  say("  18 blocks pending in this WIJ.\n");
  words_.read([](const StartWords::Said&) { FAIL() << "of the start before"; });
  bool ready = false;
  words_.begin(dir_.path().string(), [&] { ready = true; });
  EXPECT_FALSE(words_.reading());
  EXPECT_TRUE(loop_.until([&] { return ready; }));
  say("  19 blocks pending in this WIJ.\n");
  EXPECT_EQ(read_all().recovered, "19 blocks were pending in the WIJ");
}

TEST_F(StartWordsTest, WhereTheWordsOfTheFirstStartBeginIsNoted) {
  say("  9 blocks pending in this WIJ.\n");
  const auto size = std::filesystem::file_size(dir_ / "mgr/messages.log");
  say("  17 blocks pending in this WIJ.\n");  // before the agent could look
  words_.begin_at(dir_.path().string(), static_cast<std::int64_t>(size));
  EXPECT_FALSE(words_.looking());
  EXPECT_EQ(read_all().recovered, "17 blocks were pending in the WIJ");
  words_.begin_at("", 0);
  EXPECT_EQ(read_all().recovered, "");
}

TEST_F(StartWordsTest, AFileThatIsNotThereSaysNothing) {
  begin();
  EXPECT_EQ(read(), "");
  words_.begin("", [] {});
  EXPECT_FALSE(words_.looking());
  EXPECT_EQ(read(), "");
}

TEST_F(StartWordsTest, AHelperThatIsNotThereIsNotWaitedFor) {
  say("x\n");
  begin();
  StartWords without{loop_.jobs(), dir_ / "nobody"};
  bool ready = false;
  without.begin(dir_.path().string(), [&] { ready = true; });
  EXPECT_TRUE(loop_.until([&] { return ready; }));
  std::optional<std::string> found;
  without.read([&](const StartWords::Said& said) { found = said.incurable; });
  EXPECT_TRUE(loop_.until([&] { return found.has_value(); }));
  EXPECT_EQ(found, "");
}

}  // namespace
}  // namespace sup
