#include "supervisor/base/log_record.h"

#include <gtest/gtest.h>
#include <time.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace sup {
namespace {

using namespace std::string_literals;

constexpr std::size_t pipe_buf = 4096;

LogRecord record_of(std::string_view message, std::span<const LogField> fields = {}) {
  return {1'782'823'284'628'000'000, Level::warning, "iris-init", "agent.died", message, fields};
}

std::string json_of(const LogRecord& record) {
  LogLine line;
  render_json(record, line);
  return std::string{line.view()};
}

std::string text_of(const LogRecord& record) {
  LogLine line;
  render_text(record, line);
  return std::string{line.view()};
}

/// One line, within what a pipe takes as one piece, and JSON that a strict reader takes.
nlohmann::json parse(const std::string& line) {
  EXPECT_LE(line.size(), pipe_buf);
  EXPECT_TRUE(line.ends_with("}\n")) << line;
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  auto parsed = nlohmann::json::parse(line, nullptr, false);
  EXPECT_FALSE(parsed.is_discarded()) << line;
  return parsed;
}

TEST(RenderJson, HoldsEveryFact) {
  const std::vector<LogField> fields{LogField::of("pid", 42), LogField::of("name", "irisdb")};
  EXPECT_EQ(json_of(record_of("iris-agent died", fields)),
            R"({"ts":"2026-06-30T12:41:24.628Z","level":"warning","program":"iris-init",)"
            R"("event":"agent.died","msg":"iris-agent died","pid":42,"name":"irisdb"})"
            "\n");
}

TEST(RenderJson, NastyMessagesComeBackUnchanged) {
  for (const std::string& nasty :
       {""s, "\""s, "\\"s, "\\\\\"\\"s, "a\nb"s, "a\r\nb\tc"s, "\0x\0"s, "\x01\x1f\x7f"s, "}{][,:"s,
        "žluťoučký kůň …"s, "\xf0\x9f\xa7\x8a"s, "</script>"s, "%s%n{}"s, "\u2028"s}) {
    const std::vector<LogField> fields{LogField::of("name", nasty)};
    const auto parsed = parse(json_of(record_of(nasty, fields)));
    EXPECT_EQ(parsed.value("msg", "?"), nasty);
    EXPECT_EQ(parsed.value("name", "?"), nasty);
  }
}

TEST(RenderJson, EveryByteGivesValidJson) {
  for (int byte = 0; byte < 256; ++byte) {
    SCOPED_TRACE(byte);
    const std::string message = "a"s + static_cast<char>(byte) + "b";
    const std::vector<LogField> fields{LogField::of("name", message)};
    const auto parsed = parse(json_of(record_of(message, fields)));
    if (byte < 0x80) {
      EXPECT_EQ(parsed.value("msg", "?"), message);
    }
  }
}

TEST(RenderJson, WhatIsNoUtf8IsReplaced) {
  // A process may call itself anything, and the kernel cuts its name at 15 bytes.
  struct Row {
    std::string found;
    std::string shown;
  };
  for (const Row& row :
       {Row{"a\xff z", "a? z"}, Row{"cut\xc3", "cut?"}, Row{"cut\xe2\x80", "cut??"},
        Row{"\xc0\xaf", "??"}, Row{"\xed\xa0\x80", "???"}, Row{"\xf4\x90\x80\x80", "????"},
        Row{"\xf8\x88\x80\x80\x80", "?????"}, Row{"\xe2(\xa1", "?(?"}}) {
    EXPECT_EQ(parse(json_of(record_of(row.found))).value("msg", ""), row.shown);
  }
}

/// With fields that may or may not fit behind it.
void expect_valid_and_maybe_cut(const std::string& message) {
  const std::vector<LogField> fields{LogField::of("pid", INT64_MIN), LogField::of("name", message),
                                     LogField::of("wchan", "ep_poll")};
  const std::string shown = parse(json_of(record_of(message, fields))).value("msg", "");
  if (shown == message) return;
  EXPECT_TRUE(shown.ends_with("…"));
  EXPECT_TRUE(message.starts_with(shown.substr(0, shown.size() - 3)));
}

// One, two, three and four bytes, and escapes of two and six: the cut falls on every byte of each.
const std::vector<std::string> pieces{"x", "é", "…", "\xf0\x9f\xa7\x8a", "\"", "\x01", "x\x01"};

TEST(RenderJson, WhereverTheCutFallsTheLineStaysValid) {
  for (const std::string& piece : pieces) {
    for (std::size_t shift = 0; shift < 12; ++shift) {
      std::string message(shift, 'x');
      while (message.size() < 4200)
        message += piece;
      expect_valid_and_maybe_cut(message);
    }
  }
}

TEST(RenderJson, MessagesThatJustFitAreWhole) {
  for (const std::string& piece : pieces) {
    const std::size_t length = piece[0] == '\x01' ? 650 : piece == "\"" ? 1970 : 3930;
    for (std::size_t more = 0; more < 40; ++more) {
      std::string message(length % piece.size() + more, 'x');
      while (message.size() < length + more)
        message += piece;
      expect_valid_and_maybe_cut(message);
    }
  }
}

TEST(RenderJson, AMonstrousMessageIsCutAndSaysSo) {
  const auto parsed = parse(json_of(record_of(std::string(100'000, 'x'))));
  EXPECT_TRUE(parsed.value("msg", "").ends_with("x…"));
  EXPECT_GT(parsed.value("msg", "").size(), 3800U);
}

TEST(RenderJson, AFieldThatDoesNotFitIsLeftOutWhole) {
  const std::string large(3000, 'y');
  const std::vector<LogField> fields{LogField::of("pid", 7), LogField::of("large", large)};
  const auto parsed = parse(json_of(record_of(large, fields)));
  EXPECT_EQ(parsed.value("msg", ""), large);
  EXPECT_EQ(parsed.value("pid", 0), 7);
  EXPECT_FALSE(parsed.contains("large"));
}

TEST(RenderText, IsOneReadableLine) {
  const std::vector<LogField> fields{LogField::of("pid", 42), LogField::of("name", "irisdb")};
  EXPECT_EQ(text_of(record_of("iris-agent died", fields)),
            "2026-06-30T12:41:24.628Z iris-init warning: iris-agent died [agent.died pid=42 "
            "name=irisdb]\n");
}

TEST(RenderText, WithoutAnEventHasNoBrackets) {
  LogRecord record = record_of("hello");
  record.event = {};
  EXPECT_EQ(text_of(record), "2026-06-30T12:41:24.628Z iris-init warning: hello\n");
}

TEST(RenderText, AForeignTextCanNeitherForgeALineNorMoveTheCursor) {
  const std::vector<LogField> fields{LogField::of("name", "a\nb\x1b[2J")};
  const std::string line = text_of(record_of("x\ny\x1b[31m\r\x7f", fields));
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  for (const char c : line.substr(0, line.size() - 1)) {
    EXPECT_GE(static_cast<unsigned char>(c), 0x20);
    EXPECT_NE(c, '\x7f');
  }
}

TEST(RenderText, EveryLengthFitsAndEndsInANewline) {
  for (std::size_t length = 3900; length <= 4200; ++length) {
    SCOPED_TRACE(length);
    const std::string message(length, 'x');
    const std::vector<LogField> fields{LogField::of("a", INT64_MIN), LogField::of("b", "text"),
                                       LogField::of("c", INT64_MIN)};
    const std::string line = text_of(record_of(message, fields));
    EXPECT_LE(line.size(), pipe_buf);
    EXPECT_TRUE(line.ends_with("]\n") || line.ends_with("…\n") || line.ends_with("…]\n")) << line;
    if (HasFailure()) return;
  }
}

TEST(RenderBoth, ForgetWhatTheLineHeldBefore) {
  LogLine line;
  render_json(record_of(std::string(5000, 'x')), line);
  render_json(record_of("short"), line);
  EXPECT_EQ(line.view(), json_of(record_of("short")));
  EXPECT_FALSE(line.cut());
  render_text(record_of(std::string(5000, 'x')), line);
  render_text(record_of("short"), line);
  EXPECT_EQ(line.view(), text_of(record_of("short")));
}

TEST(NameOfLevel, IsALowerCaseWord) {
  EXPECT_EQ(name_of(Level::debug), "debug");
  EXPECT_EQ(name_of(Level::info), "info");
  EXPECT_EQ(name_of(Level::warning), "warning");
  EXPECT_EQ(name_of(Level::error), "error");
}

std::string by_the_library(std::int64_t wall_ns) {
  const time_t seconds_since = wall_ns / 1'000'000'000;
  tm parts{};
  ::gmtime_r(&seconds_since, &parts);
  std::array<char, 64> day{};
  std::array<char, 80> all{};
  EXPECT_GT(::strftime(day.data(), day.size(), "%Y-%m-%dT%H:%M:%S", &parts), 0U);
  std::snprintf(all.data(), all.size(), "%s.%03dZ", day.data(),
                static_cast<int>(wall_ns / 1'000'000 % 1000));
  return all.data();
}

TEST(FormatUtc, IsWhatTheLibrarySays) {
  constexpr std::int64_t day = 86'400'000'000'000;
  constexpr std::int64_t last_day = 140 * 366;  // past 2100, which has no 29 February
  for (std::int64_t n = 0; n < last_day; ++n) {
    for (const std::int64_t at : {n * day, (n + 1) * day - 1}) {
      ASSERT_EQ(format_utc(at).view(), by_the_library(at));
    }
  }
  std::int64_t at = 1;
  for (int i = 0; i < 10'000; ++i) {
    at = static_cast<std::int64_t>(
        (static_cast<std::uint64_t>(at) * 6364136223846793005U + 1442695040888963407U) >> 1U);
    ASSERT_EQ(format_utc(at).view(), by_the_library(at));
  }
}

TEST(FormatUtc, KnowsTheLeapDays) {
  EXPECT_EQ(format_utc(0).view(), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(format_utc(951'782'400'000'000'000).view(), "2000-02-29T00:00:00.000Z");
  EXPECT_EQ(format_utc(1'709'251'199'999'999'999).view(), "2024-02-29T23:59:59.999Z");
  EXPECT_EQ(format_utc(4'107'542'400'000'000'000).view(), "2100-03-01T00:00:00.000Z");
}

}  // namespace
}  // namespace sup
