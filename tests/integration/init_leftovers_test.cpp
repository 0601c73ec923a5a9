// What a killed predecessor leaves in the pod's IPC namespace, with the real cpfmerge.
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <fstream>

#include "tests/integration/companions.h"

namespace testing_support {
namespace {

constexpr std::int64_t shared_memory = 64LL << 20;

/// A cgroup with a limit of memory, v1 or v2, for as long as it lives.
class MemoryGroup {
 public:
  explicit MemoryGroup(std::int64_t limit) {
    for (const auto& [root, file] : {std::pair{"/sys/fs/cgroup/memory", "memory.limit_in_bytes"},
                                     std::pair{"/sys/fs/cgroup", "memory.max"}}) {
      const std::filesystem::path directory =
          std::filesystem::path{root} / ("init_leftovers." + std::to_string(::getpid()));
      std::error_code error;
      if (!std::filesystem::create_directory(directory, error)) continue;
      path_ = directory;
      std::ofstream out{directory / file};
      if (out << limit << std::flush) return;
      ::rmdir(directory.c_str());
      path_.clear();
    }
  }
  MemoryGroup(const MemoryGroup&) = delete;
  MemoryGroup& operator=(const MemoryGroup&) = delete;
  ~MemoryGroup() {
    if (usable()) ::rmdir(path_.c_str());
  }
  [[nodiscard]] bool usable() const { return !path_.empty(); }
  /// In a child of the test, which still sees the machine's cgroups.
  void join() const {
    const sup::UniqueFd procs{::open((path_ / "cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC)};
    if (::write(procs.get(), "0", 1) != 1) ::_exit(120);
  }

 private:
  std::filesystem::path path_;
};

class LeftOvers : public InitCase {
 protected:
  void SetUp() override {
    InitCase::SetUp();
    if (IsSkipped()) return;
#ifdef __SANITIZE_ADDRESS__
    GTEST_SKIP() << "a sanitized program does not fit into the limit of memory";
#endif
    if (!group_.usable()) GTEST_SKIP() << "no cgroup with a limit of memory to be had";
  }

  /// PID 1 of a namespace of its own, in the pod's IPC namespace and under its limit.
  [[nodiscard]] Program start(const std::string& cleanup) {
    const std::string holder = std::to_string(shared_memory);
    Launch launch = companions_.launch(GetParam().path, "");
    companions_.dir().script("main", "exec " MEMORY_HOLDER " " + holder + "\n");
    companions_.dir().copy(CPFMERGE, "cpfmerge");
    for (const char* name : {"data", "inst", "merge.d"})
      std::filesystem::create_directories(companions_.dir() / name);
    launch.directory = companions_.dir().path();
    launch.environment = {"ISC_DATA_DIRECTORY=" + companions_.dir() / "data/iris",
                          "ISC_PACKAGE_INSTALLDIR=" + companions_.dir() / "inst",
                          "IRIS_INIT_MERGE_DIR=" + companions_.dir() / "merge.d",
                          "IRIS_INIT_MERGE_ALLOW_DEFAULT_PASSWORD=on",
                          "IRIS_INIT_MERGE_IPC_CLEANUP=" + cleanup};
    launch.before_exec = [this] {
      if (::setns(ipc_.get(), CLONE_NEWIPC) != 0) ::_exit(121);
      group_.join();
    };
    return Program::as_pid1(launch);
  }

 private:
  MemoryGroup group_{shared_memory * 3 / 2};
  Program pod_ = Program::as_pid1({{"sleep", "1000"}});
  sup::UniqueFd ipc_{
      ::open(("/proc/" + std::to_string(pod_.pid()) + "/ns/ipc").c_str(), O_RDONLY | O_CLOEXEC)};
  Companions companions_;
};
INSTANTIATE_TEST_SUITE_P(, LeftOvers, ::testing::ValuesIn(released_build()), name_of_build);

TEST_P(LeftOvers, OfFiveKilledPredecessorsDoNotKeepTheNextFromComingUp) {
  for (int life = 0; life < 6; ++life) {
    SCOPED_TRACE(life);
    Program init = start("on");
    ASSERT_TRUE(init.wait_for_output("up\n", within(20s))) << init.log();
    EXPECT_EQ(init.log().find("prepare.swept") != std::string::npos, life > 0) << init.log();
    init.signal(SIGKILL);
    EXPECT_EQ(init.wait_code(within(20s)), 128 + SIGKILL);
  }
}

TEST_P(LeftOvers, ThatAreOnlyReportedLeaveNoRoomForTheNext) {
  Program first = start("report");
  ASSERT_TRUE(first.wait_for_output("up\n", within(20s))) << first.log();
  first.signal(SIGKILL);
  EXPECT_EQ(first.wait_code(within(20s)), 128 + SIGKILL);
  Program second = start("report");
  EXPECT_TRUE(second.wait_exit(within(20s))) << "it should have been ended by the limit";
  EXPECT_EQ(second.out().find("up\n"), std::string::npos);
}

}  // namespace
}  // namespace testing_support
