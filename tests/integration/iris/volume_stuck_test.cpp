// The data's file system is stuck: whoever writes there waits in the kernel, and no signal ends
// him. What a stop, a start and a freeze come to then.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

#include "tests/integration/iris/freeze_words.h"
#include "tests/integration/iris/volume.h"

namespace testing_support {
namespace {

using std::string;

/// The file system comes back when the test ends, or as soon as PID 1 has said its last word: its
/// namespace ends with the last process in it, and those that hang end only then.
class StuckVolume : public IrisVolume {
 protected:
  void SetUp() override {
    IrisVolume::SetUp();
    container_.set("IRIS_INIT_HEALTH_DATA_TIMEOUT", "3s");
  }
  /// Whether one of that name waits in the kernel.
  static bool hangs(const Program& init, const string& name) {
    const auto named = descendants_named(init.pid(), name);
    return std::any_of(named.begin(), named.end(), [](pid_t pid) { return state_of(pid) == 'D'; });
  }
  static std::optional<nlohmann::json> last_word(Program& init, FrozenFileSystem& frozen,
                                                 std::chrono::seconds limit) {
    auto leaving = init.wait_for_event("init.leaving", within(limit));
    frozen.thaw();
    return leaving;
  }
};

TEST_F(StuckVolume, AStopEndsWithinItsBudgetAndIsNotCalledClean) {
  container_.set("IRIS_INIT_STOP_TIMEOUT", "10s");
  Program init = container_.start_up();
  std::optional<Program> writer;
  FrozenFileSystem frozen{seen_from_outside(init)};
  ASSERT_TRUE(frozen.frozen());
  writer.emplace(container_.begin(
      init, {"iris", "session", "IRIS", "-U", "%SYS", "for i=1:1:1000 set ^stuck(i)=i"}));
  ASSERT_TRUE(wait_until([&] { return hangs(init, "irisdb"); }, within(20s)));
  init.signal(SIGTERM);
  // 30 s above the budget is what a pod's grace period has to leave it.
  const auto leaving = last_word(init, frozen, 10s + 30s);
  ASSERT_TRUE(leaving) << init.log();
  EXPECT_EQ(leaving->value("code", 0), 124) << leaving->dump();
  const auto killed = init.events("stop.killing");
  EXPECT_TRUE(std::any_of(killed.begin(), killed.end(), [](const auto& event) {
    return event.value("name", "") == "irisdb" && event.value("state", "") == "D";
  })) << init.log();
  EXPECT_TRUE(writer->wait_exit(within(30s)));  // in the namespace, and ours to reap
  EXPECT_EQ(init.wait_code(within(30s)), 124) << init.log();
}

TEST_F(StuckVolume, AFreezeFailsInANamedStepAndIsUndone) {
  container_.set("IRIS_INIT_FREEZE_STEP_TIMEOUT", "3s");
  Program init = container_.start_up();
  FrozenFileSystem frozen{seen_from_outside(init)};
  ASSERT_TRUE(frozen.frozen());
  const auto answer = container_.irisctl(init, {"freeze", "--lease", "60s"});
  EXPECT_EQ(answer.code, 1) << answer.out << answer.err;
  EXPECT_NE(answer.err.find("not frozen: suspend: no answer in time"), string::npos) << answer.err;
  const auto failed = init.wait_for_event("freeze.failed", within(10s));
  ASSERT_TRUE(failed) << init.log();
  // The session that was to suspend hangs, and may still do it: that is not over.
  EXPECT_EQ(freeze_state(container_, init), "settling") << init.log();

  frozen.thaw();
  EXPECT_TRUE(init.wait_for_event("freeze.settled", within(60s))) << init.log();
  EXPECT_EQ(container_.session(init, is_suspended), not_suspended);
  EXPECT_EQ(http_wait_for(IrisContainer::port, "/readyz", 200, within(20s)).status, 200)
      << why_not_ready();
  EXPECT_EQ(container_.irisctl(init, {"freeze", "--owner", "next"}).code, 0) << init.log();
  EXPECT_EQ(container_.irisctl(init, {"thaw", "--owner", "next"}).code, 0) << init.log();
}

/// A container whose volume is stuck when it begins.
class StuckAtStart : public StuckVolume {
 protected:
  void SetUp() override {
    StuckVolume::SetUp();
    if (IsSkipped()) return;
    const string gate = container_.dir / "gate";
    ASSERT_EQ(::mkfifo(gate.c_str(), 0600), 0);
    // For both directions: no open of it waits for anybody.
    gate_.reset(::open(gate.c_str(), O_RDWR | O_CLOEXEC));
    ASSERT_TRUE(gate_);
    // Between the mount and iris-init.
    const char* waiting = "echo mounted; read -r _ <\"$0\"; exec \"$@\"";
    container_.before_init.insert(container_.before_init.end(), {"sh", "-c", waiting, gate});
  }
  void let_it_begin() const { ASSERT_EQ(::write(gate_.get(), "\n", 1), 1); }

 private:
  sup::UniqueFd gate_;
};

TEST_F(StuckAtStart, ItIsAliveAndAStopEndsItAndSaysWhatHung) {
  Program init = container_.start();
  ASSERT_TRUE(init.wait_for_output("mounted", within(30s))) << init.log();
  FrozenFileSystem frozen{seen_from_outside(init)};
  ASSERT_TRUE(frozen.frozen());
  ASSERT_NO_FATAL_FAILURE(let_it_begin());
  ASSERT_TRUE(wait_until([&] { return hangs(init, "cpfmerge"); }, within(30s))) << init.log();
  EXPECT_EQ(http_wait_for(IrisContainer::port, "/livez", 200, within(10s)).status, 200);
  EXPECT_EQ(IrisContainer::probe("startupz"), 503);
  init.signal(SIGTERM);
  const auto leaving = last_word(init, frozen, 60s);
  ASSERT_TRUE(leaving) << init.log();
  EXPECT_EQ(leaving->value("msg", ""),
            "leaving with code 0: signal 15; cpfmerge cannot be ended: the data volume is stuck");
  EXPECT_EQ(init.events("prepare.silent").size(), 1U) << init.log();  // it is killed once
  EXPECT_TRUE(init.events("main.started").empty()) << init.log();
  EXPECT_EQ(init.wait_code(within(30s)), 0) << init.log();  // there was no IRIS to stop
}

}  // namespace
}  // namespace testing_support
