#include "supervisor/core/exit_code.h"

#include <gtest/gtest.h>

namespace sup {
namespace {

constexpr int core_dumped = 0x80;

TEST(ExitCodeOf, IsTheProgramsOwnCode) {
  for (int code = 0; code <= 255; ++code)
    EXPECT_EQ(exit_code_of(code << 8), code);
}

TEST(ExitCodeOf, IsHundredTwentyEightPlusTheSignal) {
  for (int signal = 1; signal <= 64; ++signal) {
    EXPECT_EQ(exit_code_of(signal), 128 + signal);
    EXPECT_EQ(exit_code_of(signal | core_dumped), 128 + signal);
  }
}

TEST(DescribeEnd, SaysHowItEnded) {
  EXPECT_EQ(describe_end(0).view(), "exited with code 0");
  EXPECT_EQ(describe_end(255 << 8).view(), "exited with code 255");
  EXPECT_EQ(describe_end(9).view(), "was killed by signal 9");
  EXPECT_EQ(describe_end(11 | core_dumped).view(), "was killed by signal 11");
}

}  // namespace
}  // namespace sup
