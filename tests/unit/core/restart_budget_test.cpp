#include "supervisor/core/restart_budget.h"

#include <gtest/gtest.h>

namespace sup {
namespace {

TEST(RestartBudget, IsUsedUpByItsLimitAndRecoversAttemptByAttempt) {
  RestartBudget budget{{3, minutes(10)}};
  EXPECT_FALSE(budget.exhausted(0));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(budget.used(minutes(i)), i);
    EXPECT_FALSE(budget.exhausted(minutes(i)));
    budget.spend(minutes(i));
  }
  EXPECT_TRUE(budget.exhausted(minutes(2)));
  EXPECT_TRUE(budget.exhausted(minutes(10) - 1));
  EXPECT_FALSE(budget.exhausted(minutes(10)));
  EXPECT_EQ(budget.used(minutes(10)), 2);
  EXPECT_EQ(budget.used(minutes(12)), 0);
  EXPECT_EQ(budget.total(), 3U);
}

TEST(RestartBudget, PausesDoubleUpToAMinute) {
  RestartBudget budget{{100, hours(1)}};
  std::vector<Nanos> pauses;
  for (int i = 0; i < 10; ++i) {
    pauses.push_back(budget.pause(0) / seconds(1));
    budget.spend(0);
  }
  EXPECT_EQ(pauses, (std::vector<Nanos>{0, 1, 2, 4, 8, 16, 32, 60, 60, 60}));
  EXPECT_EQ(budget.pause(hours(1)), 0);
}

TEST(RestartBudget, ManyAttemptsNeverMakeRoom) {
  RestartBudget budget{{3, minutes(10)}};
  for (int i = 0; i < 1000; ++i)
    budget.spend(seconds(i));
  EXPECT_EQ(budget.used(seconds(1000)), 3);
  EXPECT_EQ(budget.total(), 1000U);
}

TEST(RestartBudget, ALimitOfZeroMeansNever) {
  RestartBudget budget{{0, minutes(10)}};
  EXPECT_TRUE(budget.exhausted(0));
  budget.spend(0);
  EXPECT_TRUE(budget.exhausted(hours(100)));
}

}  // namespace
}  // namespace sup
