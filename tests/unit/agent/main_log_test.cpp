#include "supervisor/agent/main_log.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "supervisor/os/clock.h"
#include "tests/integration/harness/temp_dir.h"
#include "tests/unit/agent/loop.h"

namespace sup {
namespace {

using Kind = probes::MainLogNews::Kind;
using testing_support::Loop;
using ::testing_support::TempDir;

/// Both ways of reading it: as on the container's own file system, and by the helper.
class MainLogTest : public ::testing::TestWithParam<bool> {
 protected:
  void append(const std::string& text) const {
    std::ofstream{dir_ / "iris-main.log", std::ios::app} << text << std::flush;
  }
  void follow() {
    log_.follow(dir_.path().string(), GetParam(), never);
    ASSERT_TRUE(loop_.until([&] { return log_.knows_end(); }, seconds(10)));
  }
  bool hears(std::size_t count, Nanos limit = seconds(10)) {
    return loop_.until(
        [&] {
          if (!GetParam()) log_.look();
          return heard_.size() >= count;
        },
        limit);
  }
  [[nodiscard]] const std::vector<probes::MainLogNews>& heard() const { return heard_; }

  TempDir dir_;
  Loop loop_;

 private:
  std::vector<probes::MainLogNews> heard_;
  MainLog log_{loop_.io(), loop_.jobs(), CPFMERGE,
               [this](const probes::MainLogNews& news) { heard_.push_back(news); }};
};
INSTANTIATE_TEST_SUITE_P(, MainLogTest, ::testing::Bool(), [](const auto& reading) {
  return reading.param ? "Directly" : "ByTheHelper";
});

TEST_P(MainLogTest, AFileThatComesLaterIsReadFromItsBeginning) {
  follow();
  append("12:41:28 2026-06-30 [INFO] ...started InterSystems IRIS instance IRIS\n");
  ASSERT_TRUE(hears(1));
  EXPECT_EQ(heard()[0].kind, Kind::started);
}

TEST_P(MainLogTest, WhatWasThereBeforeIsHistory) {
  append("[INFO] ...started InterSystems IRIS instance IRIS\n");
  follow();
  append("[FATAL] Error starting InterSystems IRIS\n");
  ASSERT_TRUE(hears(1));
  EXPECT_EQ(heard()[0].kind, Kind::fatal);
}

TEST_P(MainLogTest, ALineThatComesInPiecesIsHeardOnceItEnds) {
  follow();
  append("[INFO] ...star");
  EXPECT_FALSE(hears(1, milliseconds(300)));
  append("ted InterSystems IRIS instance IRIS\n[FATAL] x\n");
  ASSERT_TRUE(hears(2));
  EXPECT_EQ(heard()[0].kind, Kind::started);
  EXPECT_EQ(heard()[1].kind, Kind::fatal);
}

TEST_P(MainLogTest, AFileThatWasEmptiedIsReadOn) {
  append(std::string(5000, 'x') + "\n");
  follow();
  std::ofstream{dir_ / "iris-main.log", std::ios::trunc} << "[FATAL] again\n" << std::flush;
  ASSERT_TRUE(hears(1));
  EXPECT_EQ(heard()[0].text, "again");
}

TEST(MainLog, AFileThatIsYoungerThanTheContainerHoldsNoHistory) {
  Loop loop;
  for (const bool is_younger : {true, false}) {
    const TempDir dir;
    const std::int64_t before = wall_now() - seconds(1);
    dir.write("iris-main.log", "[FATAL] at once\n");
    std::vector<std::string> heard;
    MainLog log{loop.io(), loop.jobs(), "cpfmerge",
                [&heard](const probes::MainLogNews& news) { heard.push_back(news.text); }};
    log.follow(dir.path().string(), true, is_younger ? before : wall_now() + seconds(1));
    EXPECT_EQ(heard, is_younger ? std::vector<std::string>{"at once"} : std::vector<std::string>{});
  }
}

TEST(MainLog, WithoutADirectoryItIsSilent) {
  Loop loop;
  MainLog log{loop.io(), loop.jobs(), "cpfmerge", [](const probes::MainLogNews&) { FAIL(); }};
  log.look();
  log.follow("/nonexistent", true, never);
  log.look();
  loop.settle();
}

}  // namespace
}  // namespace sup
