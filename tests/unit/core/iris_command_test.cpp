#include "supervisor/core/iris_command.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sup {
namespace {

/// The arguments of the one call in `code`, as ObjectScript takes them apart; "" for one left out.
std::vector<std::string> arguments_of(const std::string& code) {
  const std::size_t open = code.find('(', code.find(')') + 1);
  EXPECT_TRUE(code.ends_with(")")) << code;
  std::vector<std::string> arguments{""};
  bool quoted = false;
  for (const char c : code.substr(open + 1, code.size() - open - 2)) {
    if (c == '"') quoted = !quoted;
    if (c == ',' && !quoted)
      arguments.emplace_back();
    else
      arguments.back() += c;
  }
  EXPECT_FALSE(quoted) << code;
  return arguments;
}

TEST(IrisCommand, AsksForOneInstance) {
  EXPECT_EQ(qlist_command("IRIS"), (Argv{"iris", "qlist", "IRIS"}));
  EXPECT_EQ(is_suspended_command("A B"), (Argv{"iris", "session", "A B", "-U", "%SYS",
                                               "##class(Backup.General).IsWDSuspendedExt()"}));
  EXPECT_EQ(thaw_command("IRIS").back(), "##class(Backup.General).ExternalThaw()");
}

TEST(IrisCommand, AFreezePutsEveryArgumentInItsPlace) {
  const Argv argv = freeze_command("IRIS", "job", seconds(120));
  ASSERT_EQ(argv.size(), 6U);
  const auto arguments = arguments_of(argv.back());
  ASSERT_EQ(arguments.size(), 10U) << argv.back();
  for (const std::size_t left_out : {0U, 2U, 3U, 4U, 6U, 7U, 8U})
    EXPECT_EQ(arguments[left_out], "");
  EXPECT_EQ(arguments[1], "\"job\"");  // Text
  EXPECT_EQ(arguments[5], "1");        // Verbose
  EXPECT_EQ(arguments[9], "120");      // WDSuspendLimit
}

TEST(IrisCommand, WithoutALimitTheArgumentIsNotThere) {
  EXPECT_EQ(arguments_of(freeze_command("IRIS", "job", 0).back()),
            (std::vector<std::string>{"", "\"job\"", "", "", "", "1"}));
}

TEST(IrisCommand, TheLimitIsRoundedUpToWholeSeconds) {
  const auto limit = [](Nanos nanos) {
    return arguments_of(freeze_command("I", "", nanos).back()).back();
  };
  EXPECT_EQ(limit(1), "1");
  EXPECT_EQ(limit(seconds(1)), "1");
  EXPECT_EQ(limit(seconds(1) + 1), "2");
  EXPECT_EQ(limit(milliseconds(1'500)), "2");
  EXPECT_EQ(limit(seconds(540)), "540");
}

TEST(IrisCommand, NothingEscapesAStringLiteral) {
  EXPECT_EQ(object_script_string(""), R"("")");
  EXPECT_EQ(object_script_string(R"(a"b)"), R"("a""b")");
  EXPECT_EQ(object_script_string(R"(")"), R"("""")");
  EXPECT_EQ(object_script_string("a\nb\r\t\x01\x7f\\"), R"("ab\")");
  EXPECT_EQ(object_script_string(std::string_view{"a\0b", 3}), R"("ab")");
  EXPECT_EQ(object_script_string("Jürgen"), "\"Jürgen\"");
}

TEST(IrisCommand, NoOwnerMovesAnArgument) {
  for (const std::string owner :
       {R"(")", R"("")", R"(",,,,,1)  halt  //)", "a,b,c", R"x(") do ##class(X).Y()x", "\n\"\n",
        R"("_$zf(-1,"rm -rf /")_")"}) {
    SCOPED_TRACE(owner);
    const auto arguments = arguments_of(freeze_command("I", owner, seconds(9)).back());
    ASSERT_EQ(arguments.size(), 10U);
    EXPECT_EQ(arguments[1], object_script_string(owner));
    EXPECT_EQ(arguments[9], "9");
  }
}

TEST(IrisCommand, EveryByteStaysInsideItsLiteral) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text = object_script_string(std::string{static_cast<char>(byte)} + "\"");
    int quotes = 0;
    for (const char c : text)
      quotes += c == '"' ? 1 : 0;
    EXPECT_EQ(quotes % 2, 0) << byte;
    EXPECT_EQ(text.front(), '"');
    EXPECT_EQ(text.back(), '"');
  }
}

}  // namespace
}  // namespace sup
