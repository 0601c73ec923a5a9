#include "supervisor/base/text.h"

#include <gtest/gtest.h>

namespace sup {
namespace {

using Pieces = std::vector<std::string_view>;

TEST(Text, IsCutBetweenCharacters) {
  struct Row {
    std::string_view text;
    std::size_t most;
    std::string_view cut;
  };
  for (const Row& row : {Row{"", 0, ""}, Row{"abc", 3, "abc"}, Row{"abc", 2, "ab"},
                         Row{"aä", 3, "aä"}, Row{"aä", 2, "a"}, Row{"a漢b", 3, "a"},
                         Row{"a漢b", 4, "a漢"}, Row{"🙂", 3, ""}, Row{"ab\x80\x80", 3, "ab\x80"},
                         Row{"\x80\x80\x80\x80\x80\x80", 5, "\x80\x80\x80\x80\x80"}}) {
    EXPECT_EQ(cut(row.text, row.most), row.cut) << row.text << ' ' << row.most;
  }
}

TEST(Trim, TakesBlanksOffBothEnds) {
  EXPECT_EQ(trim("  a b\t\r\n"), "a b");
  EXPECT_EQ(trim("a"), "a");
  EXPECT_EQ(trim(" \t\r\n"), "");
  EXPECT_EQ(trim(""), "");
}

TEST(Split, GivesEveryPieceEmptyOnesToo) {
  EXPECT_EQ(split("", ','), (Pieces{""}));
  EXPECT_EQ(split("a", ','), (Pieces{"a"}));
  EXPECT_EQ(split("a,b", ','), (Pieces{"a", "b"}));
  EXPECT_EQ(split(",a,,b,", ','), (Pieces{"", "a", "", "b", ""}));
}

TEST(LinesOf, KnowsBothLineEndsAndALastLineWithout) {
  EXPECT_EQ(lines_of(""), Pieces{});
  EXPECT_EQ(lines_of("\n"), (Pieces{""}));
  EXPECT_EQ(lines_of("a"), (Pieces{"a"}));
  EXPECT_EQ(lines_of("a\n"), (Pieces{"a"}));
  EXPECT_EQ(lines_of("a\r\nb\n\nc"), (Pieces{"a", "b", "", "c"}));
  EXPECT_EQ(lines_of("a\rb\n"), (Pieces{"a\rb"}));
}

TEST(ToLower, TouchesAsciiOnly) {
  EXPECT_EQ(to_lower("AZaz09_Ž"), "azaz09_Ž");
  EXPECT_EQ(to_lower(""), "");
}

TEST(EqualIgnoringCase, ComparesWholeTexts) {
  EXPECT_TRUE(equal_ignoring_case("IRIS", "iris"));
  EXPECT_TRUE(equal_ignoring_case("", ""));
  EXPECT_FALSE(equal_ignoring_case("IRIS", "IRI"));
  EXPECT_FALSE(equal_ignoring_case("IRI", "IRIS"));
  EXPECT_FALSE(equal_ignoring_case("[", "{"));
  EXPECT_FALSE(equal_ignoring_case("@", "`"));
}

TEST(Nearest, FindsATypingMistake) {
  const Pieces names{"globals", "routines", "gmheap", "locksiz"};
  EXPECT_EQ(nearest("globuls", names), "globals");
  EXPECT_EQ(nearest("GLOBALS", names), "globals");
  EXPECT_EQ(nearest("routine", names), "routines");
  EXPECT_EQ(nearest("gmhaep", names), "gmheap");
}

TEST(Nearest, SaysNothingWhenNothingIsNear) {
  const Pieces names{"globals", "routines"};
  EXPECT_EQ(nearest("zzzzzzz", names), "");
  EXPECT_EQ(nearest("globals", {}), "");
  EXPECT_EQ(nearest("", names), "");
}

TEST(Nearest, AThirdOfTheLengthIsTheLimit) {
  EXPECT_EQ(nearest("abcdef", {"abcdxy"}), "abcdxy");  // two of six
  EXPECT_EQ(nearest("abcdef", {"abcxyz"}), "");        // three of six
  EXPECT_EQ(nearest("ab", {"ax"}), "ax");              // one is always allowed
}

TEST(Nearest, PrefersTheNearerOne) {
  EXPECT_EQ(nearest("timeout", {"timeoutss", "timeouts", "timer"}), "timeouts");
}

}  // namespace
}  // namespace sup
