// Acknowledged changes against what is there.
#include "store/acknowledged.h"

#include <gtest/gtest.h>

#include "store/bytes.h"
#include "store/global_key.h"

namespace standin {
namespace {

const std::string first = global_key("a", {"1"});
const std::string second = global_key("a", {"2"});
const std::string three_sets =
    "3 100 mgr/user set ^a(2)=\"y\"\n1 90 mgr/user set ^a(1)=\"x\"\n5 110 mgr/user set ^b=\"z\"\n";

std::string missing(const std::string& lines, const Nodes& nodes) {
  return missing_text(missing_of(parse_acknowledged(lines), nodes));
}

TEST(Acknowledged, NothingIsMissingWhenAllIsThere) {
  EXPECT_EQ(
      missing(three_sets,
              {{{"mgr/user", first}, "x"}, {{"mgr/user", second}, "y"}, {{"mgr/user", "b"}, "z"}}),
      "0");
}

TEST(Acknowledged, TheNewestMissingAreATail) {
  EXPECT_EQ(missing(three_sets, {{{"mgr/user", first}, "x"}}), "2 (tail: 3 to 5)");
  EXPECT_EQ(missing(three_sets, {}), "3 (tail: 1 to 5)");
}

TEST(Acknowledged, OneThatIsMissingBeforeOneThatIsThereIsAHole) {
  EXPECT_EQ(missing(three_sets, {{{"mgr/user", first}, "x"}, {{"mgr/user", "b"}, "z"}}),
            "1 (hole: 3 to 3)");
  EXPECT_EQ(missing(three_sets, {{{"mgr/other", first}, "x"}, {{"mgr/user", "b"}, "z"}}),
            "2 (hole: 1 to 3)");
}

TEST(Acknowledged, ALaterChangeTakesThePlaceOfAnEarlierOne) {
  const std::string lines = three_sets + "6 120 mgr/user kill ^a\n7 130 mgr/user set ^b=\"w\"\n";
  EXPECT_EQ(missing(lines, {{{"mgr/user", "b"}, "w"}}), "0");
  EXPECT_EQ(missing(lines, {{{"mgr/user", "b"}, "z"}}), "1 (tail: 7 to 7)");
}

TEST(Acknowledged, AnUnfinishedLastLineIsLeftOutAnyOtherIsAnError) {
  EXPECT_EQ(parse_acknowledged("1 90 mgr/user set ^a=\"x\"\n2 91 mgr/us").size(), 1U);
  EXPECT_THROW(parse_acknowledged("1 90 mgr/user write ^a\n"), Damage);
  EXPECT_THROW(parse_acknowledged("set ^a=1\n"), Damage);
}

TEST(Acknowledged, KeysAreReadAsTheyAreWritten) {
  const std::string key = global_key("a", {"1", "two \"quoted\"", "-3"});
  EXPECT_EQ(global_text(key), R"(^a(1,"two ""quoted""",-3))");
  EXPECT_EQ(parse_acknowledged("1 90 db set " + global_text(key) + "=\"x\"\n").front().key, key);
}

}  // namespace
}  // namespace standin
