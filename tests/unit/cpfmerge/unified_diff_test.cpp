#include "cpfmerge/unified_diff.h"

#include <gtest/gtest.h>

#include "cpfmerge/merge.h"

namespace cpf {
namespace {

std::string diff(std::string_view base, std::string_view overlay, bool coloured = false) {
  const Document before = Document::parse(base);
  Document after = Document::parse(base);
  merge(after, Document::parse(overlay));
  return unified_diff(before, after, {"a.cpf", "b.cpf"}, coloured);
}

TEST(UnifiedDiff, IsEmptyWhenNothingChanges) {
  EXPECT_EQ(diff("[config]\nbbsiz=-1\n", "[config]\nbbsiz=-1\n"), "");
  EXPECT_EQ(diff("", ""), "");
}

TEST(UnifiedDiff, ShowsReplacedAndAddedLinesWithTheirSurroundings) {
  EXPECT_EQ(
      diff("[a]\nb=1\nc=1\nd=1\ne=1\nf=1\ng=1\nh=1\n", "[a]\ne=2\nf=2\nfa=3\n"),
      "--- a.cpf\n+++ b.cpf\n@@ -2,7 +2,8 @@\n b=1\n c=1\n d=1\n-e=1\n-f=1\n+e=2\n+f=2\n+fa=3\n"
      " g=1\n h=1\n");
}

TEST(UnifiedDiff, ChangesFarApartAreHunksOfTheirOwn) {
  const std::string base = "[a]\nb=1\nc=1\nd=1\ne=1\nf=1\ng=1\nh=1\ni=1\nj=1\nk=1\n";
  EXPECT_EQ(diff(base, "[a]\nb=2\nk=2\n"),
            "--- a.cpf\n+++ b.cpf\n@@ -1,5 +1,5 @@\n [a]\n-b=1\n+b=2\n c=1\n d=1\n e=1\n"
            "@@ -8,4 +8,4 @@\n h=1\n i=1\n j=1\n-k=1\n+k=2\n");
}

TEST(UnifiedDiff, SaysWhereALineHasNoEnd) {
  EXPECT_EQ(diff("[a]\nb=1", "[a]\nc=2\n"),
            "--- a.cpf\n+++ b.cpf\n@@ -1,2 +1,3 @@\n [a]\n-b=1\n\\ No newline at end of file\n"
            "+b=1\n+c=2\n");
  EXPECT_EQ(diff("", "[a]\nb=1\n"), "--- a.cpf\n+++ b.cpf\n@@ -0,0 +1,2 @@\n+[a]\n+b=1\n");
}

TEST(UnifiedDiff, HidesPasswordsAndTheirHashes) {
  const std::string shown = diff(
      "[Startup]\nPasswordHash=topsecret,1\n[Actions]\n"
      "ModifyUser:Name=A,PasswordHash=topsecret,2\n",
      "[Startup]\nPasswordHash=topsecret,3\n");
  EXPECT_EQ(shown.find("topsecret"), std::string::npos) << shown;
  EXPECT_NE(shown.find("+PasswordHash=<hidden>\n"), std::string::npos) << shown;
  EXPECT_EQ(without_secrets("PasswordHash=\r\n"), "PasswordHash=\r\n");
  EXPECT_EQ(without_secrets("a=1\n"), "a=1\n");
}

TEST(UnifiedDiff, IsColouredOnRequest) {
  EXPECT_EQ(diff("[a]\nb=1\n", "[a]\nb=2\n", true),
            "\x1b[1m--- a.cpf\x1b[0m\n\x1b[1m+++ b.cpf\x1b[0m\n\x1b[36m@@ -1,2 +1,2 @@\x1b[0m\n"
            " [a]\n\x1b[31m-b=1\x1b[0m\n\x1b[32m+b=2\x1b[0m\n");
}

}  // namespace
}  // namespace cpf
