// The data on a file system of its own, which then misbehaves: what the probes say, and that
// neither they nor the agent hang with it.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/fs.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "tests/integration/iris/container.h"

namespace testing_support {
namespace {

/// An ext4 on a loop device, mounted over the container's data directory by what is PID 1 before
/// iris-init. Nothing of it is left when PID 1 ends.
class IrisVolume : public ::testing::Test {
 protected:
  void SetUp() override {
    SKIP_WITHOUT_NAMESPACES();
    if (::geteuid() != 0 || ::access("/dev/loop-control", R_OK | W_OK) != 0)
      GTEST_SKIP() << "a file system of its own needs root and loop devices";
    if (::access("/usr/sbin/mkfs.ext4", X_OK) != 0)
      GTEST_SKIP() << "no /usr/sbin/mkfs.ext4 here (package e2fsprogs)";
    container_.set("IRIS_INIT_HEALTH_DATA_CHECK", "1s");
    container_.set("IRIS_INIT_HEALTH_DATA_MIN_FREE", "4Mi");
    container_.set("IRIS_INIT_HEALTH_POLL", "1s");
    const char* mounting =
        "truncate -s 512M \"$0\" && /usr/sbin/mkfs.ext4 -q \"$0\" && "
        "mount -o loop,errors=remount-ro \"$0\" \"$1\" && chmod 0770 \"$1\" && shift && exec "
        "\"$@\"";
    container_.before_init = {"sh", "-c", mounting, container_.dir / "image", data()};
  }
  [[nodiscard]] std::string data() const { return container_.dir / "data"; }
  /// The file system, as one outside of the container reaches it.
  [[nodiscard]] std::string seen_from_outside(const Program& init) const {
    return "/proc/" + std::to_string(init.pid()) + "/root" + data();
  }
  /// `/dev/loop3`
  [[nodiscard]] std::string device(const Program& init) const {
    std::ifstream mounts{"/proc/" + std::to_string(init.pid()) + "/mounts"};
    for (std::string source, point, rest;
         mounts >> source >> point && std::getline(mounts, rest);) {
      if (point == data()) return source;
    }
    return {};
  }
  static std::string why_not_ready() {
    return http_get(IrisContainer::port, "/readyz?verbose", within(5s)).body;
  }
  static void expect_alive_but_not_ready(const std::string& why) {
    EXPECT_EQ(IrisContainer::probe("livez"), 200);
    EXPECT_EQ(IrisContainer::probe("startupz"), 200);
    EXPECT_EQ(IrisContainer::probe("readyz"), 503);
    EXPECT_NE(why_not_ready().find("[-]data failed: data file system is " + why), std::string::npos)
        << why_not_ready();
  }
  static void expect_well_again(Program& init) {
    EXPECT_TRUE(init.wait_for_event("data.well", within(20s))) << init.log();
    EXPECT_EQ(http_wait_for(IrisContainer::port, "/readyz", 200, within(20s)).status, 200)
        << init.log();
  }

  IrisContainer container_;
};

/// Freezes a file system, and gives it back whatever happens. It is opened while PID 1 lives:
/// afterwards no path leads there.
class FrozenFileSystem {
 public:
  explicit FrozenFileSystem(const std::string& directory)
      : root_{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)},
        frozen_{::ioctl(root_.get(), FIFREEZE, 0) == 0} {}
  FrozenFileSystem(const FrozenFileSystem&) = delete;
  FrozenFileSystem& operator=(const FrozenFileSystem&) = delete;
  ~FrozenFileSystem() { thaw(); }
  [[nodiscard]] bool frozen() const { return frozen_; }
  void thaw() {
    if (frozen_) ::ioctl(root_.get(), FITHAW, 0);
    frozen_ = false;
  }

 private:
  sup::UniqueFd root_;
  bool frozen_;
};

/// The oldest of that name: between its fork and its exec a child has it, too.
pid_t agent_of(const Program& init) {
  const auto named = descendants_named(init.pid(), "iris-agent");
  return named.empty() ? 0 : named.front();
}

char state_of(pid_t pid) {
  const std::string state = status_field(pid, "State");
  return state.empty() ? '?' : state.front();
}

TEST_F(IrisVolume, UnderAFrozenFileSystemTheProbesAnswerAtOnceAndNothingOfOursHangs) {
  container_.set("IRIS_INIT_HEALTH_DATA_TIMEOUT", "3s");
  Program init = container_.start_up();
  const pid_t agent = agent_of(init);
  ASSERT_NE(agent, 0);
  FrozenFileSystem frozen{seen_from_outside(init)};
  ASSERT_TRUE(frozen.frozen());

  // From the first moment on: before it is noticed, while it is, and afterwards.
  std::vector<double> milliseconds;
  std::string states;  // of the agent and PID 1
  const auto ask = [&](const char* what, int expected) {
    const auto began = std::chrono::steady_clock::now();
    const int status = IrisContainer::probe(what);
    milliseconds.push_back(
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began)
            .count());
    states += state_of(agent);
    states += state_of(init.pid());
    if (expected != 0) {
      EXPECT_EQ(status, expected) << what;
    }
  };
  const auto noticed = [&] {
    ask("livez", 200);
    ask("readyz", 0);
    init.pump();
    return !init.events("data.trouble").empty();
  };
  ASSERT_TRUE(wait_until(noticed, within(20s))) << init.log();
  const std::string trouble = init.events("data.trouble").front().value("msg", "");
  EXPECT_NE(trouble.find("is stuck"), std::string::npos) << trouble;
  expect_alive_but_not_ready("stuck");
  for (int i = 0; i < 100; ++i) {
    ask("metrics", 200);
    ask("livez", 200);
    ask("readyz", 503);
  }
  std::sort(milliseconds.begin(), milliseconds.end());
  std::printf("%zu probes under a frozen file system: median %.2f ms, slowest %.2f ms\n",
              milliseconds.size(), milliseconds.at(milliseconds.size() / 2), milliseconds.back());
  EXPECT_EQ(states.find('D'), std::string::npos);  // they never waited for the disk
  init.pump();
  EXPECT_TRUE(init.events("agent.silent").empty()) << init.log();
  EXPECT_TRUE(init.events("agent.died").empty()) << init.log();

  frozen.thaw();
  expect_well_again(init);
  EXPECT_EQ(agent_of(init), agent);
}

TEST_F(IrisVolume, AFullFileSystemIsNotReadyUntilThereIsRoomAgain) {
  Program init = container_.start_up();
  const std::string filler = seen_from_outside(init) + "/filler";
  {
    const sup::UniqueFd file{::open(filler.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)};
    ASSERT_TRUE(file);
    for (off_t end = 0; ::fallocate(file.get(), 0, end, 1 << 20) == 0; end += 1 << 20) {
    }
  }
  ASSERT_TRUE(init.wait_for_event("data.trouble", within(20s))) << init.log();
  expect_alive_but_not_ready("full");
  std::filesystem::remove(filler);
  expect_well_again(init);
}

TEST_F(IrisVolume, AfterAnErrorThatLeavesItReadOnlyTheEventSaysWhatToDo) {
  Program init = container_.start_up();
  const std::string name = std::filesystem::path{device(init)}.filename().string();
  std::ofstream trigger{"/sys/fs/ext4/" + name + "/trigger_fs_error"};
  trigger << "1" << std::flush;
  if (!trigger) GTEST_SKIP() << "this kernel cannot make an ext4 report an error";
  const auto trouble = init.wait_for_event("data.trouble", within(20s));
  ASSERT_TRUE(trouble) << init.log();
  EXPECT_NE(trouble->value("msg", "").find("delete the pod"), std::string::npos) << trouble->dump();
  expect_alive_but_not_ready("read-only");

  if (IrisContainer::has_fact("main_outlives_iris", "ends")) return;  // then so does the container

  // IRIS that dies of it is not restarted: that could not succeed, nor could another container.
  for (const pid_t pid : descendants_named(init.pid(), "irisdb"))
    ::kill(pid, SIGKILL);
  const auto blocked = init.wait_for_event("iris.blocked", within(20s));
  ASSERT_TRUE(blocked) << init.log();
  EXPECT_NE(blocked->value("msg", "").find("delete the pod"), std::string::npos) << blocked->dump();
  EXPECT_EQ(http_wait_for(IrisContainer::port, "/readyz", 503, within(5s)).status, 503);
  EXPECT_EQ(IrisContainer::probe("livez"), 200);
  EXPECT_NE(why_not_ready().find("delete the pod"), std::string::npos) << why_not_ready();
  EXPECT_EQ(container_.irisctl(init, {"restart"}).code, 3);
  init.pump();
  EXPECT_TRUE(init.events("command.started").empty()) << init.log();
}

TEST_F(IrisVolume, ReadOnlyForAWhileItWaitsAndComesUpOnceItCanBeWritten) {
  container_.main_outlives_iris();
  Program init = container_.start_up();
  // Held, so that nobody opens a file of it before it is read-only.
  ASSERT_EQ(container_.irisctl(init, {"hold", "x"}).code, 0);
  for (const pid_t pid : descendants_named(init.pid(), "irisdb"))
    ::kill(pid, SIGKILL);
  const auto remount = [&](const char* how) {
    return container_.exec(init, {"mount", "-o", how, data()}).code == 0;
  };
  ASSERT_TRUE(wait_until([&] { return remount("remount,ro"); }, within(20s)));
  ASSERT_TRUE(init.wait_for_event("data.trouble", within(20s))) << init.log();
  ASSERT_EQ(container_.irisctl(init, {"release"}).code, 0);
  ASSERT_TRUE(init.wait_for_event("iris.blocked", within(20s))) << init.log();
  EXPECT_EQ(IrisContainer::probe("livez"), 200);
  EXPECT_EQ(IrisContainer::probe("readyz"), 503);
  init.pump();
  EXPECT_TRUE(init.events("iris.restarting").empty()) << init.log();
  ASSERT_TRUE(remount("remount,rw"));
  expect_well_again(init);
}

}  // namespace
}  // namespace testing_support
