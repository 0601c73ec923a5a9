// What messages.log tells of a recovery.
#include "probes/recovery.h"

#include <gtest/gtest.h>

namespace probes {
namespace {

constexpr std::string_view clean =
    "*** Recovery started at Thu Nov 26 01:14:50 2026\n"
    "     WIJ file spec: /d/mgr/IRIS.WIJ\n"
    "Starting WIJ recovery for '/d/mgr/IRIS.WIJ'.\n"
    "  0 blocks pending in this WIJ.\n"
    "Exiting with status 3 (Success)\n"
    "11/26/26-01:14:50:470 (11) 0 [Generic.Event] Allocated 104MB shared memory\n";

constexpr std::string_view dirty =
    "*** Recovery started at Thu Nov 26 01:20:00 2026\r\n"
    "  17 blocks pending in this WIJ.\r\n"
    "Starting fast WIJ compare\r\n"
    "Finished comparing 23 blocks in 0 seconds\r\n"
    "Exiting with status 3 (Success)\r\n"
    "11/26/26-01:20:00:471 (11) 2 [Utility.Event] Previous system shutdown was abnormal, forced\n"
    "11/26/26-01:20:00:480 (11) 2 [Utility.Event] Preserving journal files /d/20261126.001 to "
    "/d/20261126.003 for journal recovery\n";

TEST(Recovery, WhatWasRecoveredIsTold) {
  const auto recovery = recovery_in(dirty);
  ASSERT_TRUE(recovery);
  EXPECT_EQ(*recovery,
            (Recovery{true, 17, 23, "3 (Success)", "/d/20261126.001 to /d/20261126.003"}));
  EXPECT_EQ(describe(*recovery),
            "the shutdown before was abnormal, 17 blocks were pending in the WIJ, 23 blocks "
            "compared, WIJ status 3 (Success), journal files /d/20261126.001 to /d/20261126.003");
}

TEST(Recovery, ACleanStartHasRecoveredNothing) {
  EXPECT_EQ(recovery_in(clean), std::nullopt);
  EXPECT_EQ(recovery_in(""), std::nullopt);
  EXPECT_EQ(recovery_in("blocks pending in this WIJ\nFinished comparing x blocks\n"), std::nullopt);
}

TEST(Recovery, TheLastOneCounts) {
  EXPECT_EQ(recovery_in(std::string{dirty}.append(clean)), std::nullopt);
  EXPECT_TRUE(recovery_in(std::string{clean}.append(dirty)));
}

TEST(Recovery, AFailureOfTheWijIsTold) {
  const auto recovery =
      recovery_in("  2 blocks pending in this WIJ.\nExiting with status 0 (Failure)\n");
  ASSERT_TRUE(recovery);
  EXPECT_EQ(describe(*recovery), "2 blocks were pending in the WIJ, WIJ status 0 (Failure)");
}

TEST(Recovery, AClonesFirstStartComparesWhatAFreezeHasLeft) {
  const auto recovery =
      recovery_in("  0 blocks pending in this WIJ.\nFinished comparing 11 blocks in 0 seconds\n");
  ASSERT_TRUE(recovery);
  EXPECT_EQ(describe(*recovery), "0 blocks were pending in the WIJ, 11 blocks compared");
}

TEST(Recovery, NothingOfItReachesTheTimelineUnprinted) {
  const auto recovery = recovery_in("Preserving journal files \x1b[2J" + std::string(400, 'x') +
                                    " for journal recovery\n");
  ASSERT_TRUE(recovery);
  EXPECT_EQ(recovery->journal, "?[2J" + std::string(196, 'x'));
}

}  // namespace
}  // namespace probes
