#pragma once
// IrisVolume: a container whose data lie on a file system of its own, which a test can fill, break
// and freeze.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "tests/integration/iris/container.h"

namespace testing_support {

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
inline pid_t agent_of(const Program& init) {
  const auto named = descendants_named(init.pid(), "iris-agent");
  return named.empty() ? 0 : named.front();
}

inline char state_of(pid_t pid) {
  const std::string state = status_field(pid, "State");
  return state.empty() ? '?' : state.front();
}

}  // namespace testing_support
