#include "cpfmerge/merge.h"

#include <gtest/gtest.h>

namespace cpf {
namespace {

std::string merged(std::string_view base, std::string_view overlay) {
  Document document = Document::parse(base);
  merge(document, Document::parse(overlay));
  return document.text();
}

TEST(Merge, ReplacesInPlaceAndInsertsInOrder) {
  EXPECT_EQ(
      merged("[config]\r\nMaxServers=2\r\nglobals=0\r\nroutines=0\r\n\r\n[SQL]\r\nComment=1\r\n",
             "[Config]\ngmheap=256000\nroutines=64"),
      "[config]\r\nMaxServers=2\r\nglobals=0\r\ngmheap=256000\r\nroutines=64\r\n\r\n[SQL]\r\n"
      "Comment=1\r\n");
}

TEST(Merge, NeverWritesActions) {
  EXPECT_EQ(merged("[config]\na=1\n", "[Actions]\nCreateDatabase:Name=A\n[config]\na=2\n"),
            "[config]\na=2\n");
}

TEST(Merge, NewSectionsGoToTheEnd) {
  EXPECT_EQ(merged("[config]\na=1", "[ECPServers]\nS=h,1972\n"),
            "[config]\na=1\n\n[ECPServers]\nS=h,1972\n");
}

TEST(Merge, ANewSectionGoesWhereIrissOwnCpfsHaveIt) {
  const std::string base =
      "[ConfigFile]\nVersion=1\n\n[Databases]\nUSER=/u/\n; the end of it\n\n; about "
      "memory\n[config]\n"
      "globals=0,0,0,0,0,0\n";
  EXPECT_EQ(merged(base, "[Startup]\nWebServer=1\n[Map.USER]\nGlobal_a=X\nGlobal_b=Y\n"),
            "[ConfigFile]\nVersion=1\n\n[Databases]\nUSER=/u/\n; the end of it\n\n"
            "[Map.USER]\nGlobal_a=X\nGlobal_b=Y\n\n[Startup]\nWebServer=1\n\n"
            "; about memory\n[config]\nglobals=0,0,0,0,0,0\n");
  EXPECT_EQ(merged("[Databases]\nUSER=/u/\n[config]\nbbsiz=-1\n", "[Journal]\nFreezeOnError=1\n"),
            "[Databases]\nUSER=/u/\n\n[Journal]\nFreezeOnError=1\n\n[config]\nbbsiz=-1\n");
}

TEST(Merge, TheOverlaysLastWordCounts) {
  Document base = Document::parse("[config]\na=2\n");
  EXPECT_TRUE(merge(base, Document::parse("[config]\na=1\na=2\n")).empty());
}

TEST(Merge, SaysWhatChangedWithoutValues) {
  Document base = Document::parse("[config]\na=1\nb=1\n");
  const auto changes = merge(base, Document::parse("[config]\na=2\nb=1\nc=3\n"));
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(changes[0].edit, Edit::replaced);
  EXPECT_EQ(changes[0].key, "a");
  EXPECT_EQ(changes[1].edit, Edit::added);
  EXPECT_EQ(changes[1].key, "c");
}

TEST(Merge, ChangesNothingTheSecondTime) {
  const std::string_view base = "[a]\nk=1 ; \"x\nz=9\n/* open\nm=1\n[b]\nend */\n[a]\nq=1\n";
  for (const std::string_view overlay :
       {"[a]\nk=\"7\nm=x*/\nb=2*/\n", "[a]\n0=1\nk= 5\n[c]\nx=*/\n[Databases]\nB=1\nA=2\n",
        "[Actions]\nx\n"}) {
    const std::string once = merged(base, overlay);
    EXPECT_EQ(merged(once, overlay), once) << overlay;
  }
}

}  // namespace
}  // namespace cpf
