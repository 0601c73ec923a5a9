#include "supervisor/base/units.h"

#include <gtest/gtest.h>

#include <string>

namespace sup {
namespace {

TEST(ParseNumber, TakesDigitsOnly) {
  EXPECT_EQ(parse_number("0"), 0);
  EXPECT_EQ(parse_number("007"), 7);
  EXPECT_EQ(parse_number("9223372036854775807"), INT64_MAX);
  for (const std::string_view bad : {"", "-1", "+1", " 1", "1 ", "1a", "0x1", "1.5",
                                     "9223372036854775808", "99999999999999999999"})
    EXPECT_EQ(parse_number(bad), std::nullopt) << bad;
}

TEST(ParseDuration, KnowsItsUnits) {
  EXPECT_EQ(parse_duration("0"), 0);
  EXPECT_EQ(parse_duration("0s"), 0);
  EXPECT_EQ(parse_duration("1ms"), 1'000'000);
  EXPECT_EQ(parse_duration("500ms"), milliseconds(500));
  EXPECT_EQ(parse_duration("5s"), seconds(5));
  EXPECT_EQ(parse_duration("2m"), minutes(2));
  EXPECT_EQ(parse_duration("1h"), hours(1));
  EXPECT_EQ(parse_duration("1d"), hours(24));
  EXPECT_EQ(parse_duration("9223372036s"), seconds(9'223'372'036));
}

TEST(ParseDuration, RefusesEverythingElse) {
  for (const std::string_view bad :
       {"", "s", "5", "00", "-5s", "+5s", "5 s", " 5s", "5s ", "5S", "5sec", "5us", "1h30m", "1.5s",
        "9223372037s", "9223372036854775807d", "99999999999999999999s"})
    EXPECT_EQ(parse_duration(bad), std::nullopt) << bad;
}

TEST(ParseSize, KnowsItsUnits) {
  EXPECT_EQ(parse_size("0"), 0);
  EXPECT_EQ(parse_size("17"), 17);
  EXPECT_EQ(parse_size("64Ki"), 65'536);
  EXPECT_EQ(parse_size("3Mi"), 3'145'728);
  EXPECT_EQ(parse_size("2Gi"), 2'147'483'648);
}

TEST(ParseSize, RefusesEverythingElse) {
  for (const std::string_view bad :
       {"", "Ki", "64K", "64ki", "64KiB", "-1", "1.5Gi", "8589934592Gi", "1 Ki"})
    EXPECT_EQ(parse_size(bad), std::nullopt) << bad;
}

TEST(FormatDuration, PicksTheLargestUnitThatIsWhole) {
  EXPECT_EQ(format_duration(0).view(), "0s");
  EXPECT_EQ(format_duration(milliseconds(1500)).view(), "1500ms");
  EXPECT_EQ(format_duration(seconds(90)).view(), "90s");
  EXPECT_EQ(format_duration(seconds(120)).view(), "2m");
  EXPECT_EQ(format_duration(hours(24)).view(), "1d");
  EXPECT_EQ(format_duration(hours(25)).view(), "25h");
  EXPECT_EQ(format_duration(1'500'000).view(), "1ms");
}

TEST(FormatDuration, ReadsBackAsItself) {
  for (const Nanos duration : {Nanos{0}, milliseconds(1), milliseconds(999), seconds(1),
                               seconds(59), minutes(7), hours(23), hours(48)})
    EXPECT_EQ(parse_duration(format_duration(duration).view()), duration);
}

TEST(DescribeDuration, IsForPeople) {
  EXPECT_EQ(describe_duration(0).view(), "0ms");
  EXPECT_EQ(describe_duration(milliseconds(83)).view(), "83ms");
  EXPECT_EQ(describe_duration(milliseconds(999)).view(), "999ms");
  EXPECT_EQ(describe_duration(milliseconds(4200)).view(), "4.2s");
  EXPECT_EQ(describe_duration(milliseconds(59'999)).view(), "59.9s");
  EXPECT_EQ(describe_duration(seconds(60)).view(), "1m00s");
  EXPECT_EQ(describe_duration(seconds(192)).view(), "3m12s");
  EXPECT_EQ(describe_duration(seconds(3599)).view(), "59m59s");
  EXPECT_EQ(describe_duration(seconds(7500)).view(), "2h05m");
  EXPECT_EQ(describe_duration(hours(50)).view(), "50h00m");
  EXPECT_EQ(describe_duration(-seconds(5)).view(), "-5.0s");
}

}  // namespace
}  // namespace sup
