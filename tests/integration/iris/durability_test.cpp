// What was acknowledged to a writer is there afterwards, whatever the product does with IRIS in the
// meantime: judged by the stand-in's checker on the data itself, not by what anybody says.
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>

#include "tests/integration/iris/container.h"

namespace testing_support {
namespace {

using std::string;

class Durability : public testing::Test {
 protected:
  void SetUp() override {
    SKIP_WITHOUT_NAMESPACES();
    container_.set("IRIS_STANDIN_JOURNAL_SYNC", "commit");  // acknowledged means on disk
  }

  [[nodiscard]] string acknowledged() const { return container_.dir / "acknowledged"; }

  /// Three sessions that write for as long as they can; they have written something.
  [[nodiscard]] Program begin_load(const Program& init) const {
    Program load = container_.begin(
        init, {"iris-standin", "load", "600", "3", "--acknowledged", acknowledged()});
    const std::uintmax_t before = bytes_acknowledged();
    EXPECT_TRUE(wait_until([&] { return bytes_acknowledged() >= before + 5000; }, within(20s)))
        << load.out() << load.log();
    return load;
  }
  [[nodiscard]] std::uintmax_t bytes_acknowledged() const {
    std::error_code none_yet;
    const auto size = std::filesystem::file_size(acknowledged(), none_yet);
    return none_yet ? 0 : size;
  }

  struct Verdict {
    int code = -1;
    string text;
  };
  static constexpr int consistent = 0;
  static constexpr int recoverable = 1;
  static Verdict verify(const string& directory, const string& acknowledged) {
    Program checker = Program::as_pid1({.argv = {STANDIN_PROGRAM, "irisdb", "--verify", directory,
                                                 "--acknowledged", acknowledged}});
    Verdict verdict;
    verdict.code = checker.wait_code(within(30s));
    verdict.text = checker.out() + checker.log();
    return verdict;
  }

  /// What was begun in the container is a child of ours: PID 1 is not gone before we have reaped
  /// it.
  static int end_of(Program& init, Program& load) {
    EXPECT_TRUE(load.wait_exit(within(60s))) << init.log();
    return init.wait_code(within(60s));
  }

  /// The data as a clean stop leaves it, with all that was acknowledged.
  void expect_whole() const {
    const Verdict verdict = verify(container_.dir / "data/iris", acknowledged());
    EXPECT_EQ(verdict.code, consistent) << verdict.text;
    EXPECT_NE(verdict.text.find("missing as it is: 0 of "), string::npos) << verdict.text;
  }
  /// The data as a crash leaves it: the next start brings all that was acknowledged.
  void expect_recoverable() const {
    const Verdict verdict = verify(container_.dir / "data/iris", acknowledged());
    EXPECT_LE(verdict.code, recoverable) << verdict.text;
    EXPECT_NE(verdict.text.find("missing after recovery: 0 of "), string::npos) << verdict.text;
    Program init = container_.start();
    ASSERT_TRUE(init.wait_for_event("iris.up", within(30s))) << init.log() << init.out();
    init.signal(SIGTERM);
    ASSERT_EQ(init.wait_code(within(30s)), 0) << init.log();
    expect_whole();
  }

  IrisContainer container_;
};

TEST_F(Durability, OfACleanStopUnderLoad) {
  Program init = container_.start_up();
  Program load = begin_load(init);
  init.signal(SIGTERM);
  EXPECT_EQ(end_of(init, load), 0) << init.log();
  expect_whole();
}

TEST_F(Durability, OfADeathAndARestartInPlace) {
  container_.main_outlives_iris();
  Program init = container_.start_up();
  Program load = begin_load(init);
  for (const pid_t pid : descendants_named(init.pid(), "irisdb"))
    ::kill(pid, SIGKILL);
  ASSERT_TRUE(init.wait_for_event("iris.up", within(60s))) << init.log();
  EXPECT_TRUE(load.wait_exit(within(20s)));  // its sessions died with IRIS
  Program more = begin_load(init);
  init.signal(SIGTERM);
  EXPECT_EQ(end_of(init, more), 0) << init.log();
  expect_whole();
}

TEST_F(Durability, OfAHalfDeadInstanceThatIsForced) {
  container_.main_outlives_iris();
  Program init = container_.start_up();
  Program load = begin_load(init);
  ::kill(IrisContainer::control_process(init), SIGKILL);
  ASSERT_TRUE(init.wait_for_event("iris.up", within(60s))) << init.log();
  init.signal(SIGTERM);
  EXPECT_EQ(end_of(init, load), 0) << init.log();
  expect_whole();
}

TEST_F(Durability, OfAStopThatHadToForce) {
  Program init = container_.start_up({"--stop-timeout", "4s"});
  Program load = begin_load(init);
  container_.fault("stop_fault", "hang");
  init.signal(SIGTERM);
  EXPECT_EQ(end_of(init, load), 124) << init.log();
  container_.fault("stop_fault", "");
  expect_recoverable();
}

TEST_F(Durability, OfTheDeathOfTheWholeContainer) {
  Program init = container_.start_up();
  Program load = begin_load(init);
  init.signal(SIGKILL);
  EXPECT_EQ(end_of(init, load), 128 + SIGKILL);
  expect_recoverable();
}

TEST_F(Durability, OfAStopWhileFrozen) {
  Program init = container_.start_up();
  Program load = begin_load(init);
  ASSERT_EQ(container_.irisctl(init, {"freeze", "--owner", "job"}).code, 0) << init.log();
  init.signal(SIGTERM);
  EXPECT_EQ(end_of(init, load), 0) << init.log();
  expect_whole();
}

TEST_F(Durability, OfCopiesInsideAFreeze) {
  Program init = container_.start_up();
  Program load = begin_load(init);
  for (int i = 0; i < 5; ++i) {
    const string copy = container_.dir / ("copy" + std::to_string(i));
    // What is acknowledged before the freeze has to be in the copy.
    const string known = copy + ".acknowledged";
    std::filesystem::copy_file(acknowledged(), known);
    const auto made = container_.irisctl(
        init, {"with-freeze", "--", "cp", "-a", container_.dir / "data/iris", copy});
    ASSERT_EQ(made.code, 0) << made.err << init.log();
    const Verdict verdict = verify(copy, known);
    EXPECT_LE(verdict.code, recoverable) << verdict.text;
    EXPECT_NE(verdict.text.find("missing after recovery: 0 of "), string::npos) << verdict.text;
  }
}

}  // namespace
}  // namespace testing_support
