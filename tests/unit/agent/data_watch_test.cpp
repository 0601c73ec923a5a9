#include "supervisor/agent/data_watch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tests/integration/harness/temp_dir.h"
#include "tests/unit/agent/loop.h"

namespace sup {
namespace {

using probes::DataTrouble;
using testing_support::Loop;
using ::testing_support::TempDir;

constexpr const char* well = "echo free=5000000 size=9000000 write=done\n";

/// A watch with a helper of the test's own.
class Fixture {
 public:
  explicit Fixture(const std::string& script, Nanos timeout = seconds(10)) {
    says(script);
    watch_.emplace(loop_.io(), loop_.jobs(),
                   DataWatchSettings{dir_ / "helper", milliseconds(100), timeout, 1000},
                   [this](const std::string& before) { changes_.push_back(before); });
  }
  void says(const std::string& script) const {
    dir_.script("fresh", "echo \"$@\" >>" + dir_ / "calls" + "\n" + script);
    std::filesystem::rename(dir_ / "fresh", dir_ / "helper");
  }
  bool becomes(std::optional<DataTrouble> trouble) {
    return loop_.until([&] { return watch_->trouble() == trouble; });
  }
  bool is_called(std::size_t times) {
    return loop_.until([&] {
      const std::string calls = dir_.read("calls");
      return static_cast<std::size_t>(std::count(calls.begin(), calls.end(), '\n')) >= times;
    });
  }
  DataWatch& watch() { return *watch_; }
  Loop& loop() { return loop_; }
  [[nodiscard]] const TempDir& dir() const { return dir_; }
  [[nodiscard]] const std::vector<std::string>& changes() const { return changes_; }

 private:
  TempDir dir_;
  Loop loop_;
  std::vector<std::string> changes_;
  std::optional<DataWatch> watch_;
};

TEST(DataWatch, TroubleComesAndGoesWithWhatTheHelperSays) {
  Fixture fixture{well};
  fixture.watch().watch("/data");
  ASSERT_TRUE(fixture.is_called(2));
  EXPECT_EQ(fixture.watch().trouble(), std::nullopt);
  EXPECT_TRUE(fixture.changes().empty());
  EXPECT_EQ(fixture.dir().read("calls").substr(0, 18), "helper disk /data\n");
  fixture.says("echo free=5000000 size=9000000 write=failed\n");
  ASSERT_TRUE(fixture.becomes(DataTrouble::failing));
  EXPECT_EQ(fixture.watch().why(), "the file system of '/data' is failing");
  fixture.says(well);
  ASSERT_TRUE(fixture.becomes(std::nullopt));
  EXPECT_EQ(fixture.changes(),
            (std::vector<std::string>{"", "the file system of '/data' is failing"}));
}

TEST(DataWatch, AHelperThatDoesNotComeBackMeansStuckUntilOneDoes) {
  Fixture fixture{"sleep 1000\n", milliseconds(200)};
  fixture.watch().watch("/data");
  ASSERT_TRUE(fixture.becomes(DataTrouble::stuck));
  fixture.says(well);
  EXPECT_TRUE(fixture.becomes(std::nullopt));
}

TEST(DataWatch, WhatAnEarlierOneSawCountsUntilTheHelperAnswers) {
  Fixture fixture{well};
  fixture.watch().restore(DataTrouble::stuck, seconds(5));
  fixture.watch().watch("/data");
  EXPECT_EQ(fixture.watch().trouble(), DataTrouble::stuck);
  EXPECT_EQ(fixture.watch().trouble_since(), seconds(5));
  EXPECT_TRUE(fixture.changes().empty());  // it has been told before
  EXPECT_TRUE(fixture.becomes(std::nullopt));
  EXPECT_EQ(fixture.changes(), (std::vector<std::string>{"the file system of '/data' is stuck"}));
}

TEST(DataWatch, AHelperThatTellsNothingIsNoTrouble) {
  Fixture fixture{"echo what; exit 1\n"};
  fixture.watch().watch("/data");
  ASSERT_TRUE(fixture.is_called(3));
  EXPECT_EQ(fixture.watch().trouble(), std::nullopt);
  EXPECT_FALSE(fixture.watch().view([](Nanos) { return 1; }).report);
}

TEST(DataWatch, WhilePausedNothingTouchesTheVolume) {
  Fixture fixture{well};
  fixture.watch().pause(true);
  fixture.watch().watch("/data");
  EXPECT_FALSE(fixture.loop().until([&] { return !fixture.dir().read("calls").empty(); },
                                    milliseconds(500)));
  fixture.watch().pause(false);
  EXPECT_TRUE(fixture.is_called(1));
}

TEST(DataWatch, WithoutADirectoryThereIsNothingToWatch) {
  Fixture fixture{well};
  fixture.watch().watch("");
  fixture.watch().look_soon();
  fixture.loop().settle();
  EXPECT_EQ(fixture.dir().read("calls"), "");
}

}  // namespace
}  // namespace sup
