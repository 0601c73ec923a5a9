// Properties that hold for every input, tried on many small random ones made of the pieces that a
// CPF is made of.
#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>

#include "cpfmerge/check.h"
#include "cpfmerge/compose.h"
#include "cpfmerge/merge.h"

namespace cpf {
namespace {

constexpr int rounds = 1000;

std::string random_text(std::mt19937& random) {
  constexpr std::array<std::string_view, 40> pieces{"[",
                                                    "]",
                                                    "=",
                                                    ";",
                                                    "#",
                                                    "//",
                                                    "/*",
                                                    "*/",
                                                    "\"",
                                                    " ",
                                                    "\t",
                                                    "\r",
                                                    "\n",
                                                    "\r\n",
                                                    "\n",
                                                    "\n[a]\n",
                                                    "\n[B]\n",
                                                    "[Actions]\n",
                                                    "[Map.x]\n",
                                                    "[Databases]\n",
                                                    "a",
                                                    "A",
                                                    "b",
                                                    "k1",
                                                    "a=1\n",
                                                    "b=2 ; c\n",
                                                    "\nk=",
                                                    "X:Y=",
                                                    "Z=\"q, r\"",
                                                    ",",
                                                    ":",
                                                    "\xEF\xBB\xBF",
                                                    "PasswordHash=",
                                                    "[Startup]\n",
                                                    "\n/* x\n",
                                                    "\ny */\n",
                                                    "\n",
                                                    "0",
                                                    "z=\"",
                                                    "\n \n"};
  std::uniform_int_distribution<std::size_t> pick{0, pieces.size() - 1};
  std::uniform_int_distribution<int> length{0, 40};
  std::string text;
  for (int i = length(random); i > 0; --i)
    text += pieces[pick(random)];
  return text;
}

TEST(AnyInput, IsGivenBackAndMergedTwiceIsMergedOnce) {
  std::mt19937 random{20260630};
  for (int round = 0; round < rounds; ++round) {
    const std::string a = random_text(random);
    const std::string b = random_text(random);
    ASSERT_EQ(Document::parse(a).text(), a);
    const Document overlay = Document::parse(b);
    Document once = Document::parse(a);
    merge(once, overlay);
    Document twice = Document::parse(once.text());
    merge(twice, overlay);
    ASSERT_EQ(twice.text(), once.text()) << "base: " << a << "\noverlay: " << b;
  }
}

TEST(AnyInput, KeepsEveryParameterWhenItIsComposed) {
  std::mt19937 random{20260701};
  for (int round = 0; round < rounds; ++round) {
    const std::string text = random_text(random);
    std::vector<Source> sources;
    sources.push_back({"s", Document::parse(text)});
    check("s", sources[0].document);
    const Document composed = Document::parse(compose(sources).text);
    std::string section;
    for (const Line& line : sources[0].document.lines()) {
      if (line.kind == LineKind::section) section = line.name();
      if (line.kind == LineKind::setting && !section.empty()) {
        ASSERT_EQ(composed.get(section, line.name()), sources[0].document.get(section, line.name()))
            << text;
      }
    }
  }
}

}  // namespace
}  // namespace cpf
