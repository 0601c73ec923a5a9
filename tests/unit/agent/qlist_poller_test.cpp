#include "supervisor/agent/qlist_poller.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "tests/integration/harness/temp_dir.h"
#include "tests/unit/agent/loop.h"

namespace sup {
namespace {

using testing_support::Loop;
using ::testing_support::TempDir;

constexpr const char* says_running =
    "echo 'IRIS^/usr/irissys^2025.3^running, since Tue Jun 30 12:41:26 "
    "2026^iris.cpf^1972^52773^0^ok'\n";

struct Seen {
  probes::QlistPoll poll;
  Nanos began_at;
};

/// A poller with an `iris` of the test's own.
class Fixture {
 public:
  explicit Fixture(const std::string& script, Nanos timeout = seconds(20))
      : poller_{loop_.io(), loop_.jobs(), "IRIS", timeout,
                [this](const probes::QlistPoll& poll, Nanos began_at, Nanos) {
                  seen_.push_back({poll, began_at});
                }} {
    dir_.script("iris", "echo \"$@\" >> " + dir_ / "calls" + "\n" + script);
    const char* path = std::getenv("PATH");
    const std::string value = dir_.path().string() + ":" + (path == nullptr ? "" : path);
    ::setenv("PATH", value.c_str(), 1);
  }
  QlistPoller& poller() { return poller_; }
  Loop& loop() { return loop_; }
  [[nodiscard]] const TempDir& dir() const { return dir_; }
  [[nodiscard]] const std::vector<Seen>& seen() const { return seen_; }
  bool wait_for(std::size_t polls) {
    return loop_.until([&] { return seen_.size() >= polls; });
  }
  [[nodiscard]] probes::QlistFailure::Kind failure(std::size_t index) const {
    const auto* failure = std::get_if<probes::QlistFailure>(&seen_.at(index).poll);
    EXPECT_NE(failure, nullptr);
    return failure == nullptr ? probes::QlistFailure::Kind::no_line : failure->kind;
  }

 private:
  TempDir dir_;
  Loop loop_;
  std::vector<Seen> seen_;
  QlistPoller poller_;
};

TEST(QlistPoller, TurnsALineIntoFacts) {
  Fixture fixture{says_running};
  fixture.poller().set_period(hours(1));
  ASSERT_TRUE(fixture.wait_for(1));
  const auto* facts = std::get_if<probes::QlistFacts>(&fixture.seen()[0].poll);
  ASSERT_NE(facts, nullptr);
  EXPECT_EQ(facts->state, probes::State::running);
  EXPECT_EQ(fixture.dir().read("calls"), "qlist IRIS\n");
}

TEST(QlistPoller, IsNeverInAHurryHoweverOftenItIsAsked) {
  Fixture fixture{says_running};
  fixture.poller().set_period(hours(1));
  ASSERT_TRUE(fixture.loop().until([&] {
    fixture.poller().poll_soon();
    return fixture.seen().size() >= 4;
  }));
  for (std::size_t i = 1; i < 4; ++i)
    EXPECT_GE(fixture.seen()[i].began_at - fixture.seen()[i - 1].began_at,
              QlistPoller::shortest_gap);
}

TEST(QlistPoller, RunsOneAtATime) {
  Fixture fixture{
      "d=$(dirname \"$0\")\nmkdir \"$d/lock\" || echo twice >> \"$d/calls\"\n"
      "sleep 0.7\nrmdir \"$d/lock\"\n" +
      std::string{says_running}};
  fixture.poller().set_period(milliseconds(500));
  ASSERT_TRUE(fixture.loop().until([&] {
    fixture.poller().poll_soon();
    return fixture.seen().size() >= 3;
  }));
  EXPECT_EQ(fixture.dir().read("calls").find("twice"), std::string::npos);
}

TEST(QlistPoller, OneThatHangsIsTimedOutAndTheNextComes) {
  Fixture fixture{"sleep 1000\n", milliseconds(300)};
  fixture.poller().set_period(milliseconds(500));
  ASSERT_TRUE(fixture.wait_for(2));
  EXPECT_EQ(fixture.failure(0), probes::QlistFailure::Kind::timed_out);
  EXPECT_EQ(fixture.failure(1), probes::QlistFailure::Kind::timed_out);
}

TEST(QlistPoller, TellsHowItFailed) {
  Fixture failing{"exit 3\n"};
  failing.poller().poll_soon();
  ASSERT_TRUE(failing.wait_for(1));
  EXPECT_EQ(failing.failure(0), probes::QlistFailure::Kind::exit_status);
  Fixture silent{"exit 0\n"};
  silent.poller().poll_soon();
  ASSERT_TRUE(silent.wait_for(1));
  EXPECT_EQ(silent.failure(0), probes::QlistFailure::Kind::no_line);
}

TEST(QlistPoller, AnotherPeriodCountsAtOnce) {
  Fixture fixture{says_running};
  fixture.poller().set_period(hours(1));
  ASSERT_TRUE(fixture.wait_for(1));
  fixture.poller().set_period(milliseconds(600));
  ASSERT_TRUE(fixture.wait_for(3));
  EXPECT_GE(fixture.seen()[1].began_at - fixture.seen()[0].began_at, milliseconds(600));
  fixture.poller().set_period(hours(1));
  const std::size_t before = fixture.seen().size();
  EXPECT_FALSE(
      fixture.loop().until([&] { return fixture.seen().size() > before + 1; }, seconds(2)));
}

}  // namespace
}  // namespace sup
