#include "supervisor/core/start_progress.h"

#include <gtest/gtest.h>

namespace sup {
namespace {

constexpr StartActivity working{.processes = 4, .cpu_ticks = 100, .io_bytes = 5000};

StartProgress begun() {
  StartProgress progress{minutes(30)};
  progress.begin(0);
  progress.see(working, seconds(1));
  return progress;
}

TEST(StartProgress, WithoutAnythingNewItStalls) {
  StartProgress progress = begun();
  progress.see(working, minutes(20));
  EXPECT_FALSE(progress.stalled(minutes(30)));
  EXPECT_TRUE(progress.stalled(minutes(30) + seconds(1)));
  EXPECT_EQ(progress.stalls_at(), minutes(30) + seconds(1));
}

TEST(StartProgress, AnHourOfBusySilenceIsNoStall) {
  StartProgress progress = begun();
  StartActivity activity = working;
  for (Nanos now = minutes(1); now < minutes(90); now += minutes(1)) {
    activity.cpu_ticks += 3000;
    progress.see(activity, now);
    ASSERT_FALSE(progress.stalled(now + seconds(59)));
  }
}

TEST(StartProgress, SlowReadingIsProgressAndLookingAroundIsNot) {
  StartProgress progress = begun();
  StartActivity activity = working;
  activity.io_bytes += 1;
  progress.see(activity, minutes(20));
  EXPECT_EQ(progress.progress_at(), minutes(20));
  for (int i = 0; i < 9; ++i) {
    ++activity.cpu_ticks;
    progress.see(activity, minutes(21 + i));
  }
  EXPECT_EQ(progress.progress_at(), minutes(20));
  ++activity.cpu_ticks;  // the tenth: little by little it has worked, too
  progress.see(activity, minutes(40));
  EXPECT_EQ(progress.progress_at(), minutes(40));
}

TEST(StartProgress, AnotherStatusOrOtherProcessesAreProgress) {
  StartProgress progress = begun();
  StartActivity activity = working;
  activity.status = "sign-on inhibited";
  progress.see(activity, minutes(5));
  EXPECT_EQ(progress.progress_at(), minutes(5));
  activity.processes = 3;
  activity.cpu_ticks = 80;
  progress.see(activity, minutes(6));
  EXPECT_EQ(progress.progress_at(), minutes(6));
}

TEST(StartProgress, ANewStartBeginsAnew) {
  StartProgress progress = begun();
  progress.begin(minutes(29));
  EXPECT_FALSE(progress.stalled(minutes(31)));
}

}  // namespace
}  // namespace sup
