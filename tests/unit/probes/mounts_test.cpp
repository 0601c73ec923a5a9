#include "probes/mounts.h"

#include <gtest/gtest.h>

namespace probes {
namespace {

constexpr std::string_view pod =
    "1480 1321 0:97 / / rw,relatime - overlay overlay rw,lowerdir=/a,upperdir=/b\n"
    "1481 1480 0:101 / /proc rw,nosuid - proc proc rw\n"
    "1482 1480 0:102 / /dev rw,nosuid - tmpfs tmpfs rw,size=65536k\n"
    "1490 1480 8:32 / /external rw,relatime shared:7 master:3 - ext4 /dev/longhorn/pvc-1 rw\n"
    "1491 1490 8:48 / /external/merge ro,relatime - ext4 /dev/sdb rw\n"
    "1492 1480 8:64 / /with\\040blank rw - xfs /dev/sdc ro,attr2\n"
    "nonsense\n\n";

std::string point_of(std::string_view path) {
  const auto mount = mount_of(pod, path);
  return mount ? mount->point : "none";
}

TEST(Mounts, ThePathLiesOnTheDeepestMountAboveIt) {
  EXPECT_EQ(point_of("/external/iris/mgr"), "/external");
  EXPECT_EQ(point_of("/external"), "/external");
  EXPECT_EQ(point_of("/externally"), "/");
  EXPECT_EQ(point_of("/external/merge/a"), "/external/merge");
  EXPECT_EQ(point_of("/with blank/x"), "/with blank");
  EXPECT_EQ(point_of("/home/irisowner"), "/");
  EXPECT_EQ(point_of("relative"), "none");
  EXPECT_EQ(mount_of("", "/"), std::nullopt);
}

TEST(Mounts, TheLastOfTwoOnOnePointCounts) {
  const auto mount = mount_of(
      "1 0 8:1 / / rw - ext4 /dev/a rw\n"
      "2 1 8:2 / /d rw - ext4 /dev/b rw\n"
      "3 1 8:3 / /d ro - xfs /dev/c rw\n",
      "/d/e");
  ASSERT_TRUE(mount);
  EXPECT_EQ(mount->type, "xfs");
  EXPECT_TRUE(mount->read_only);
}

TEST(Mounts, ReadOnlyIsAWordOfTheMountOrOfTheFileSystem) {
  EXPECT_FALSE(mount_of(pod, "/external/iris")->read_only);
  EXPECT_TRUE(mount_of(pod, "/external/merge")->read_only);
  EXPECT_TRUE(mount_of(pod, "/with blank")->read_only);
  const auto broken =
      mount_of("1 0 8:1 / / rw - ext4 /dev/a rw,errors=remount-ro,emergency_ro\n", "/");
  EXPECT_TRUE(broken->read_only);
  EXPECT_FALSE(broken->shut_down);
  EXPECT_TRUE(mount_of("1 0 8:1 / / rw - ext4 /dev/a rw,shutdown\n", "/")->shut_down);
}

TEST(Mounts, OnlyTheRootAndMemoryAreTheContainersOwn) {
  EXPECT_TRUE(is_own(*mount_of(pod, "/home/irisowner")));
  EXPECT_TRUE(is_own(*mount_of(pod, "/dev/shm")));
  EXPECT_FALSE(is_own(*mount_of(pod, "/external/iris")));
}

}  // namespace
}  // namespace probes
