#include "supervisor/base/fixed_text.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace sup {
namespace {

TEST(FixedText, BeginsEmpty) {
  const FixedText<8> text;
  EXPECT_TRUE(text.empty());
  EXPECT_EQ(text.view(), "");
  EXPECT_STREQ(text.c_str(), "");
  EXPECT_FALSE(text.cut());
}

TEST(FixedText, HoldsOneByteLessThanItsRoom) {
  FixedText<4> text;
  text.append("abc");
  EXPECT_EQ(text.view(), "abc");
  EXPECT_FALSE(text.cut());
  text.append("");
  EXPECT_FALSE(text.cut());
  text.append('d');
  EXPECT_EQ(text.view(), "abc");
  EXPECT_STREQ(text.c_str(), "abc");
  EXPECT_TRUE(text.cut());
}

TEST(FixedText, WhatDoesNotFitIsCutAndRemembered) {
  FixedText<4> text{"abcdef"};
  EXPECT_EQ(text.view(), "abc");
  EXPECT_TRUE(text.cut());
  text.clear();
  EXPECT_FALSE(text.cut());
  EXPECT_EQ(text.append("x").view(), "x");
  EXPECT_STREQ(text.c_str(), "x");
}

TEST(FixedText, WritesNumbersOfEverySize) {
  const auto number = [](long long value, int base = 10) {
    FixedText<32> text;
    return std::string{text.append_number(value, base).view()};
  };
  EXPECT_EQ(number(0), "0");
  EXPECT_EQ(number(-1), "-1");
  EXPECT_EQ(number(INT64_MAX), "9223372036854775807");
  EXPECT_EQ(number(INT64_MIN), "-9223372036854775808");
  EXPECT_EQ(number(255, 16), "ff");
  EXPECT_EQ(number(07777, 8), "7777");
}

TEST(FixedText, ItsCopyIsItsOwn) {
  FixedText<8> first{"a"};
  FixedText<8> second = first;
  second.append("b");
  EXPECT_EQ(first.view(), "a");
  EXPECT_EQ(second.view(), "ab");
}

TEST(FixedText, KeepsBytesThatAreNoText) {
  using namespace std::string_view_literals;
  const FixedText<8> text{"a\0b"sv};
  EXPECT_EQ(text.view(), "a\0b"sv);
}

}  // namespace
}  // namespace sup
