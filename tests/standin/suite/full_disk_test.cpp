// A full disk: what is acknowledged is on it, whatever becomes of the rest.
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/statvfs.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "suite/instance_fixture.h"

namespace standin_test {
namespace {

class FullDisk : public Standin {
 protected:
  void SetUp() override {
    Standin::SetUp();
    fs::create_directory(data());
    // Of this program only; the mounts of the machine stay as they are.
    if (::unshare(CLONE_NEWNS) != 0 ||
        ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) ||
        ::mount("tmpfs", data().c_str(), "tmpfs", 0, "size=8m") != 0)
      GTEST_SKIP() << "cannot mount a small file system here: " << std::strerror(errno);
    environment_["IRIS_STANDIN_JOURNAL_SYNC"] = "commit";
    environment_["IRIS_STANDIN_CLONE_FREE_BYTES"] = "1";
  }
  void TearDown() override {
    fs::remove(ballast());
    ASSERT_LE(iris({"force", "IRIS"}).status, 1);
    ::umount2(data().c_str(), MNT_DETACH);
    Standin::TearDown();
  }

  [[nodiscard]] fs::path ballast() const { return data() / "ballast"; }
  [[nodiscard]] std::size_t free_bytes() const {
    struct statvfs about {};
    return ::statvfs(data().c_str(), &about) == 0 ? about.f_bavail * about.f_frsize : 0;
  }
  void leave(std::size_t bytes) const {
    const std::size_t size = free_bytes() - bytes;
    std::ofstream{ballast()} << std::string(size, 'x');
  }
  /// By a clock that takes the five seconds of a paused journal for a tenth of one.
  [[nodiscard]] std::string health() const {
    fault("clock_scale", "50");
    const std::string health = qlist_field(iris({"qlist", "IRIS"}).output, 9);
    heal("clock_scale");
    return health;
  }
  [[nodiscard]] fs::path acknowledged() const { return top_ / "acknowledged"; }
  /// Writes until the disk is full and nobody gets anything acknowledged any more.
  [[nodiscard]] pid_t write_to_the_wall() const {
    const pid_t load =
        launch("iris-standin", {"load", "60", "2", "--acknowledged", acknowledged().string()},
               top_ / "load");
    EXPECT_TRUE(eventually([this] { return free_bytes() < 4096; })) << free_bytes();
    return load;
  }
};

TEST_F(FullDisk, WhatItRefusesIsAcknowledgedOnceThereIsRoom) {
  start();
  leave(256UL * 1024);
  const pid_t load = write_to_the_wall();
  EXPECT_TRUE(running());
  EXPECT_TRUE(eventually([this] { return health() == "hung"; }));
  fs::remove(ballast());
  const std::size_t before = fs::file_size(acknowledged());
  EXPECT_TRUE(eventually([&] { return fs::file_size(acknowledged()) > before; }));
  EXPECT_TRUE(eventually([this] { return health() == "ok"; }));
  ::kill(load, SIGTERM);
  await(load);
  ASSERT_EQ(iris({"stop", "IRIS"}).status, 0);
  const Ended whole = run("iris-standin", {"irisdb", "--verify", data().string(), "--acknowledged",
                                           acknowledged().string()});
  EXPECT_EQ(whole.status, 0) << whole.output;
  EXPECT_TRUE(contains(whole.output, "missing as it is: 0")) << whole.output;
}

TEST_F(FullDisk, WhatWasAcknowledgedOutlivesADeathAtTheWall) {
  start();
  leave(256UL * 1024);
  const pid_t load = write_to_the_wall();
  ASSERT_EQ(iris({"force", "IRIS"}).status, 0);
  ::kill(load, SIGTERM);
  await(load);
  fs::remove(ballast());
  start();
  ASSERT_EQ(iris({"stop", "IRIS"}).status, 0);
  const Ended whole = run("iris-standin", {"irisdb", "--verify", data().string(), "--acknowledged",
                                           acknowledged().string()});
  EXPECT_EQ(whole.status, 0) << whole.output;
  EXPECT_TRUE(contains(whole.output, "missing as it is: 0")) << whole.output;
}

TEST_F(FullDisk, ItDoesNotStartWhereNothingFits) {
  start();
  ASSERT_EQ(iris({"stop", "IRIS"}).status, 0);
  leave(0);
  EXPECT_NE(iris({"start", "IRIS"}).status, 0);
  EXPECT_FALSE(running());
  fs::remove(ballast());
  EXPECT_LE(iris({"force", "IRIS"}).status, 1);
  start();
}

}  // namespace
}  // namespace standin_test
