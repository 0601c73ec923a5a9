#include "supervisor/os/sysv.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#include <cerrno>
#include <cstring>

namespace sup {
namespace {

/// Each test in an IPC namespace of its own: nobody else's segments are at stake.
class Sysv : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::unshare(CLONE_NEWIPC) != 0)
      GTEST_SKIP() << "cannot make an IPC namespace: " << std::strerror(errno)
                   << "; run as root (CAP_SYS_ADMIN)";
  }
};

bool exists(int id) {
  shmid_ds info{};
  return ::shmctl(id, IPC_STAT, &info) == 0;
}

int new_segment(std::size_t size) {
  return ::shmget(IPC_PRIVATE, size, IPC_CREAT | 0600);
}

TEST_F(Sysv, NothingThereIsNothingFound) {
  const auto sweep = sweep_orphaned_shared_memory(true);
  ASSERT_TRUE(sweep);
  EXPECT_EQ(sweep->found, 0);
  EXPECT_EQ(sweep->removed, 0);
  EXPECT_EQ(sweep->bytes, 0);
}

TEST_F(Sysv, OrphansOfOurUidAreRemoved) {
  const int first = new_segment(4096);
  const int second = new_segment(123'456);
  const auto sweep = sweep_orphaned_shared_memory(true);
  ASSERT_TRUE(sweep);
  EXPECT_EQ(sweep->found, 2);
  EXPECT_EQ(sweep->removed, 2);
  EXPECT_EQ(sweep->bytes, 4096 + 123'456);
  EXPECT_FALSE(exists(first));
  EXPECT_FALSE(exists(second));
}

TEST_F(Sysv, AReportLeavesThemThere) {
  const int id = new_segment(4096);
  const auto sweep = sweep_orphaned_shared_memory(false);
  ASSERT_TRUE(sweep);
  EXPECT_EQ(sweep->found, 1);
  EXPECT_EQ(sweep->removed, 0);
  EXPECT_TRUE(exists(id));
}

TEST_F(Sysv, WhatSomebodyIsAttachedToStays) {
  const int id = new_segment(4096);
  void* attached = ::shmat(id, nullptr, 0);
  ASSERT_NE(attached, reinterpret_cast<void*>(-1));
  const auto sweep = sweep_orphaned_shared_memory(true);
  ASSERT_TRUE(sweep);
  EXPECT_EQ(sweep->found, 0);
  EXPECT_TRUE(exists(id));
  ::shmdt(attached);
  EXPECT_EQ(sweep_orphaned_shared_memory(true)->removed, 1);
}

TEST_F(Sysv, WhatBelongsToAnotherUidStays) {
  const int id = new_segment(4096);
  shmid_ds info{};
  ASSERT_EQ(::shmctl(id, IPC_STAT, &info), 0);
  info.shm_perm.uid = ::geteuid() + 51'773;
  ASSERT_EQ(::shmctl(id, IPC_SET, &info), 0);
  const auto sweep = sweep_orphaned_shared_memory(true);
  ASSERT_TRUE(sweep);
  EXPECT_EQ(sweep->found, 0);
  EXPECT_TRUE(exists(id));
}

TEST_F(Sysv, ManySegmentsAreAllFound) {
  constexpr int many = 300;  // some 40 KiB of table: read in pieces
  for (int i = 0; i < many; ++i)
    ASSERT_GE(new_segment(4096), 0);
  const auto sweep = sweep_orphaned_shared_memory(true);
  ASSERT_TRUE(sweep);
  EXPECT_EQ(sweep->found, many);
  EXPECT_EQ(sweep->removed, many);
}

}  // namespace
}  // namespace sup
