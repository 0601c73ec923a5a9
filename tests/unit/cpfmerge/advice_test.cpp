#include "cpfmerge/advice.h"

#include <gtest/gtest.h>

namespace cpf {
namespace {

std::size_t advice_for(std::string_view merge, std::string_view active) {
  return advice_on_settings(Document::parse(merge), Document::parse(active)).size();
}

TEST(Advice, IsGivenOnMemoryUnlessSomebodySetsIt) {
  EXPECT_EQ(advice_for("", ""), 1U);
  EXPECT_EQ(advice_for("", "[config]\nglobals=0,0,0,0,0,0\n"), 1U);
  EXPECT_EQ(advice_for("[config]\nglobals=0,0,800,0,0,0\n", "[config]\nglobals=0,0,0,0,0,0\n"), 0U);
  EXPECT_EQ(advice_for("", "[config]\nglobals=0,0,800,0,0,0\n"), 0U);
  EXPECT_EQ(advice_for("[config]\nglobals=0,0,0,0,0,0\n", "[config]\nglobals=0,0,800,0,0,0\n"), 1U);
}

TEST(Advice, IsGivenOnAWebServerThatIsSwitchedOff) {
  const std::string memory = "[config]\nglobals=0,0,800,0,0,0\n";
  EXPECT_EQ(advice_for("", memory), 0U);
  EXPECT_EQ(advice_for("", memory + "[Startup]\nWebServer=0\n"), 1U);
  EXPECT_EQ(advice_for("[Startup]\nWebServer=1\n", memory + "[Startup]\nWebServer=0\n"), 0U);
  EXPECT_EQ(advice_for("[Startup]\nWebServer=0\n", memory + "[Startup]\nWebServer=1\n"), 1U);
}

TEST(Advice, IsGivenOnHugePagesThatCannotBeUsed) {
  const std::string some = "MemTotal:  16384 kB\nHugePages_Total:     512\nHugePages_Free: 0\n";
  EXPECT_NE(advice_on_huge_pages(some, 0).find("512 huge pages"), std::string::npos);
  EXPECT_EQ(advice_on_huge_pages(some, std::uint64_t{1} << 14U), "");
  EXPECT_EQ(advice_on_huge_pages("HugePages_Total:       0\n", 0), "");
  EXPECT_EQ(advice_on_huge_pages("", 0), "");
}

}  // namespace
}  // namespace cpf
