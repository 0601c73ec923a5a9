#include "cpfmerge/document.h"

#include <gtest/gtest.h>

#include <iterator>
#include <string>
#include <string_view>

namespace cpf {
namespace {

const Line& line_at(const Document& document, std::size_t index) {
  return *std::next(document.lines().begin(), static_cast<std::ptrdiff_t>(index));
}

LineKind kind_of(std::string_view text) {
  return parse_line(std::string{text}, false).kind;
}

TEST(Document, GivesBackTheSameBytes) {
  for (const std::string_view text :
       {"", "\n", "[config]\nglobals=0,0,800,0,0,0\ngmheap=256000", "[a]\r\nb=c\nd=e\r\n",
        "\xEF\xBB\xBF[config]\nx=1\n", "no section\n=\n[\n]\n\r\n \t \n", "[Journal]    \nA=b  \n",
        "/* a\nb\n*/\n[c]\n", "a\rb\n"})
    EXPECT_EQ(Document::parse(text).text(), text);
  const std::string with_nul{"[a]\0\nb=\0c\n", 10};
  EXPECT_EQ(Document::parse(with_nul).text(), with_nul);
}

TEST(Document, KnowsWhatEachLineIs) {
  const auto document = Document::parse(
      "# note\n\n[config]\nglobals=0\n[Actions]\nCreateDatabase:Name=A\n[broken\nkey\n=1\n[]\n[x] "
      "y\n");
  const LineKind expected[] = {LineKind::comment,   LineKind::blank,    LineKind::section,
                               LineKind::setting,   LineKind::section,  LineKind::action,
                               LineKind::malformed, LineKind::action,   LineKind::action,
                               LineKind::malformed, LineKind::malformed};
  ASSERT_EQ(document.lines().size(), std::size(expected));
  for (std::size_t i = 0; i < std::size(expected); ++i)
    EXPECT_EQ(line_at(document, i).kind, expected[i]) << "line " << i + 1;
  EXPECT_EQ(line_at(document, 3).number, 4U);
}

TEST(Line, ValueBeginsBehindTheFirstEqualsSign) {
  const Line line = parse_line("  IdTrxFrom=~ `!@#$%^&*()_+-=[]\\{}|;':\",./<>?  \r\n", false);
  EXPECT_EQ(line.name(), "IdTrxFrom");
  EXPECT_EQ(line.name_column(), 3U);
  EXPECT_EQ(line.value(), "~ `!@#$%^&*()_+-=[]\\{}|;':\",./<>?");
  EXPECT_EQ(line.value_column(), 13U);
}

TEST(Line, CommentMarkersCountAtTheStartAndBehindABlankOnly) {
  for (const std::string_view comment :
       {"; x", "# x", "// x", "/* x */", "  ;x", "\t#a=b", "/* a=b"})
    EXPECT_EQ(kind_of(comment), LineKind::comment) << comment;
  const auto value = [](std::string_view text) {
    return std::string{parse_line(std::string{text}, false).value()};
  };
  EXPECT_EQ(value("MAIL=132^#^11^$C(8)"), "132^#^11^$C(8)");
  EXPECT_EQ(value("dir=/a//b/*.x"), "/a//b/*.x");
  EXPECT_EQ(value("a=1 ; one"), "1");
  EXPECT_EQ(value("a=1\t# one"), "1");
  EXPECT_EQ(value("a=;1"), ";1");
  EXPECT_EQ(value("a=\"x ; y\" ; z"), "\"x ; y\"");
  EXPECT_EQ(value("a=5\" ; z"), "5\"");
  EXPECT_EQ(kind_of("a ; b=c"), LineKind::malformed);
}

TEST(Line, KeysMayHoldBlanksParenthesesAndQuotes) {
  EXPECT_EQ(parse_line("DEC(%1,%2)=%Library.Numeric(SCALE=%2)", false).name(), "DEC(%1,%2)");
  EXPECT_EQ(parse_line("BINARY VARYING=x", false).name(), "BINARY VARYING");
  EXPECT_EQ(parse_line("Global_EnsEDI.Description(\"X\",\"X12\")=ENSLIB", false).value(), "ENSLIB");
  EXPECT_EQ(parse_line("|PRN|=|PRN|^OTH", false).name(), "|PRN|");
}

TEST(Line, HeadersMayHaveBlanksAndACommentBehindThem) {
  EXPECT_EQ(parse_line("[Journal]    \r\n", false).name(), "Journal");
  EXPECT_EQ(parse_line("[ Map.%SYS ] ; ours", false).name(), "Map.%SYS");
  EXPECT_EQ(parse_line("[config", false).fault, Fault::header_not_closed);
  EXPECT_EQ(parse_line("[config] x", false).fault, Fault::text_after_header);
  EXPECT_EQ(parse_line("[ ]", false).fault, Fault::no_section_name);
}

TEST(Line, AByteOrderMarkIsNoPartOfIt) {
  EXPECT_EQ(parse_line("\xEF\xBB\xBF[config]\n", false).name(), "config");
  EXPECT_EQ(parse_line("\xEF\xBB\xBF", false).kind, LineKind::blank);
}

TEST(Document, ACommentOverSeveralLinesHidesWhatItHolds) {
  const auto document = Document::parse("[a]\n/* one\nx=1\nend */\ny=2\n");
  EXPECT_EQ(document.get("a", "x"), std::nullopt);
  EXPECT_EQ(document.get("a", "y"), "2");
}

TEST(Document, ACommentThatIsNeverClosedIsOneLine) {
  EXPECT_EQ(Document::parse("[a]\n/* one\nx=1\n").get("a", "x"), "1");
  EXPECT_EQ(Document::parse("[a]\n/* one\nx=1\n[b]\nend */\n").get("a", "x"), "1");
}

TEST(Document, FindsParametersWithoutRegardToCaseExceptInMaps) {
  const auto document =
      Document::parse("[Config]\nGlobals=1\n[Map.USER]\nGlobal_a=X\nGlobal_A=Y\n");
  EXPECT_EQ(document.get("config", "globals"), "1");
  EXPECT_EQ(document.get("map.user", "Global_a"), "X");
  EXPECT_EQ(document.get("Map.USER", "Global_A"), "Y");
  EXPECT_EQ(document.get("Map.USER", "global_A"), std::nullopt);
}

TEST(Document, TheLastOfRepeatedParametersCounts) {
  auto document = Document::parse("[a]\nx=1\n[b]\n[A]\nX=2\n");
  EXPECT_EQ(document.get("a", "x"), "2");
  EXPECT_EQ(document.set("a", "x", "3"), Edit::replaced);
  EXPECT_EQ(document.text(), "[a]\nx=1\n[b]\n[A]\nX=3\n");
}

TEST(DocumentSet, ChangesNothingButTheValue) {
  auto document = Document::parse("[a]\r\n  x = 1 ; one\r\ny=2");
  EXPECT_EQ(document.set("A", "X", "9"), Edit::replaced);
  EXPECT_EQ(document.set("a", "y", "2"), Edit::unchanged);
  EXPECT_EQ(document.text(), "[a]\r\n  x =9 ; one\r\ny=2");
}

TEST(DocumentSet, DropsACommentThatAQuoteInTheValueWouldSwallow) {
  auto document = Document::parse("[a]\nx=1 ; \"one\n");
  document.set("a", "x", "5\"");
  EXPECT_EQ(document.get("a", "x"), "5\"");
  EXPECT_EQ(Document::parse(document.text()).get("a", "x"), "5\"");
}

TEST(DocumentSet, PutsANewParameterInByteOrder) {
  auto document =
      Document::parse("[config]\nMaxServers=2\n; about bbsiz\nbbsiz=-1\nwijdir=\n\n[x]\n");
  EXPECT_EQ(document.set("config", "globals", "0"), Edit::added);
  document.set("config", "LibPath", "/x");
  document.set("config", "zfheap", "0,0");
  document.set("config", "ZZ", "1");
  EXPECT_EQ(
      document.text(),
      "[config]\nLibPath=/x\nMaxServers=2\nZZ=1\n; about bbsiz\nbbsiz=-1\nglobals=0\nwijdir=\n"
      "zfheap=0,0\n\n[x]\n");
}

TEST(DocumentSet, PutsANewParameterLastInASectionWithoutOrder) {
  auto document = Document::parse("[config]\nb=1\na=2\n\n[Databases]\nIRISSYS=/m/\n");
  document.set("config", "0", "3");
  document.set("Databases", "APP", "/a/");
  EXPECT_EQ(document.text(), "[config]\nb=1\na=2\n0=3\n\n[Databases]\nIRISSYS=/m/\nAPP=/a/\n");
}

TEST(DocumentSet, AddsALineEndWhereTheLastLineHasNone) {
  auto document = Document::parse("[config]\r\nglobals=0");
  document.set("config", "gmheap", "1");
  EXPECT_EQ(document.text(), "[config]\r\nglobals=0\r\ngmheap=1\r\n");
}

TEST(DocumentSet, AddsAMissingSectionAtTheEnd) {
  Document empty;
  empty.set("Startup", "WebServer", "1");
  EXPECT_EQ(empty.text(), "[Startup]\nWebServer=1\n");
  auto document = Document::parse("[config]\ngmheap=1");
  document.set("Startup", "WebServer", "1");
  EXPECT_EQ(document.text(), "[config]\ngmheap=1\n\n[Startup]\nWebServer=1\n");
}

TEST(DocumentSet, TakesNothingBehindALineEnd) {
  Document document;
  document.set("a", "x", "1\n[evil]\ny=2");
  EXPECT_EQ(document.text(), "[a]\nx=1\n");
}

TEST(Document, LargeFilesTakeLinearTime) {
  std::string text = "[a]\n";
  for (int i = 0; i < 100'000; ++i)
    text += "/* never closed\n";
  auto document = Document::parse(text);
  for (int i = 0; i < 20'000; ++i)
    document.set("a", "k" + std::to_string(i), "v");
  EXPECT_EQ(document.lines().size(), 120'001U);
}

}  // namespace
}  // namespace cpf
