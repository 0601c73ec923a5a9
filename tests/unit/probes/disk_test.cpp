#include "probes/disk.h"

#include <gtest/gtest.h>

namespace probes {
namespace {

constexpr std::int64_t min_free = 1000;

std::optional<DataTrouble> trouble(std::string_view report, std::string_view mountinfo = {}) {
  return trouble_of(parse_disk_report(report), mount_of(mountinfo, "/d"), min_free);
}

TEST(Disk, ALineOfTheHelperIsUnderstood) {
  EXPECT_EQ(parse_disk_report("free=1048576 size=4194304 write=done\n"),
            (DiskReport{1'048'576, 4'194'304, TriedWrite::done}));
  for (const std::string_view word : {"done", "full", "read_only", "failed", "untried"}) {
    const auto report = parse_disk_report("free=1 size=2 write=" + std::string{word});
    ASSERT_TRUE(report) << word;
    EXPECT_EQ(name_of(report->write), word);
  }
}

TEST(Disk, AnythingElseIsNoReport) {
  for (const std::string_view text :
       {"", "free=1 size=2", "free=1 size=2 write=", "free=1 size=2 write=ok",
        "free=-1 size=2 write=done", "size=2 free=1 write=done", "free=1 size=2 write=done more",
        "free=x size=2 write=done"}) {
    EXPECT_EQ(parse_disk_report(text), std::nullopt) << text;
  }
}

TEST(Disk, WhatTheWriteSaysIsBelieved) {
  EXPECT_EQ(trouble("free=5000 size=9000 write=done"), std::nullopt);
  EXPECT_EQ(trouble("free=5000 size=9000 write=full"), DataTrouble::full);
  EXPECT_EQ(trouble("free=5000 size=9000 write=read_only"), DataTrouble::read_only);
  EXPECT_EQ(trouble("free=5000 size=9000 write=failed"), DataTrouble::failing);
  EXPECT_EQ(trouble("free=5000 size=9000 write=untried"), std::nullopt);
}

TEST(Disk, LittleLeftIsFullUnlessNoSizeIsTold) {
  EXPECT_EQ(trouble("free=999 size=9000 write=done"), DataTrouble::full);
  EXPECT_EQ(trouble("free=1000 size=9000 write=untried"), std::nullopt);
  EXPECT_EQ(trouble("free=0 size=0 write=done"), std::nullopt);
}

TEST(Disk, TheMountTableNeedsNoReport) {
  EXPECT_EQ(trouble("", "1 0 8:1 / / rw - ext4 /dev/a rw\n"), std::nullopt);
  EXPECT_EQ(trouble("", "1 0 8:1 / / ro - ext4 /dev/a rw\n"), DataTrouble::read_only);
  EXPECT_EQ(trouble("free=5000 size=9000 write=done", "1 0 8:1 / / rw - ext4 /dev/a ro\n"),
            DataTrouble::read_only);
  EXPECT_EQ(trouble("free=0 size=9 write=full", "1 0 8:1 / / rw - ext4 /dev/a rw,shutdown\n"),
            DataTrouble::failing);
}

}  // namespace
}  // namespace probes
