#include "supervisor/base/log_record.h"

namespace sup {
namespace {

constexpr std::size_t room_for_tail = 16;  // what is kept free for "…", quotes and the newline

/// Appends `piece` whole if `tail` bytes stay free after it; says whether it did.
bool append_bounded(LogLine& out, std::string_view piece, std::size_t tail) {
  if (out.size() + piece.size() + tail > 4096) return false;
  out.append(piece);
  return true;
}

/// The length of the UTF-8 sequence that `text` begins with; 0 when it is none.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [text](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  if (byte(0) < 0x80) return 1;
  if (byte(0) < 0xc2 || byte(0) > 0xf4) return 0;
  const std::size_t length = byte(0) < 0xe0 ? 2 : byte(0) < 0xf0 ? 3 : 4;
  // Neither overlong forms, nor surrogates, nor anything above U+10FFFF.
  const unsigned lowest = byte(0) == 0xe0 ? 0xa0 : byte(0) == 0xf0 ? 0x90 : 0x80;
  const unsigned highest = byte(0) == 0xed ? 0x9f : byte(0) == 0xf4 ? 0x8f : 0xbf;
  if (byte(1) < lowest || byte(1) > highest) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) return 0;
  }
  return length;
}

/// Takes the first character off `text`: a process may call itself anything, and the kernel cuts
/// its name at 15 bytes, so what is no UTF-8 becomes '?'.
std::string_view take_character(std::string_view& text) {
  const std::size_t length = sequence_length(text);
  const std::string_view character = length == 0 ? "?" : text.substr(0, length);
  text.remove_prefix(length == 0 ? 1 : length);
  return character;
}

void append_padded(auto& out, std::int64_t value, int width) {
  std::int64_t bound = 1;
  for (int i = 1; i < width; ++i)
    bound *= 10;
  for (; bound > 1 && value < bound; bound /= 10)
    out.append('0');
  out.append_number(value);
}

/// JSON string contents; control characters, quotes and backslashes escaped.
bool append_json(LogLine& out, std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdef";
  while (!text.empty()) {
    std::string_view piece = take_character(text);
    const auto byte = static_cast<unsigned char>(piece.front());
    const std::array<char, 6> escaped{'\\', 'u', '0', '0', hex[byte >> 4U], hex[byte & 15U]};
    if (piece == "\"")
      piece = "\\\"";
    else if (piece == "\\")
      piece = "\\\\";
    else if (piece == "\n")
      piece = "\\n";
    else if (byte < 0x20 || byte == 0x7f)
      piece = {escaped.data(), escaped.size()};
    if (!append_bounded(out, piece, 2 * room_for_tail)) {
      out.append("…");
      return false;
    }
  }
  return true;
}

/// Text for a terminal: a foreign control character must not move the cursor or forge a line.
bool append_printable(LogLine& out, std::string_view text) {
  while (!text.empty()) {
    const std::string_view character = take_character(text);
    const auto byte = static_cast<unsigned char>(character.front());
    if (!append_bounded(out, byte < 0x20 || byte == 0x7f ? " " : character, room_for_tail)) {
      out.append("…");
      return false;
    }
  }
  return true;
}

}  // namespace

std::string_view name_of(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warning:
      return "warning";
    case Level::error:
      return "error";
  }
  return "unknown";
}

FixedText<32> format_utc(std::int64_t wall_ns) {
  // Days to civil date in the proleptic Gregorian calendar; gmtime_r() may use the heap.
  const std::int64_t ms = wall_ns / 1'000'000;
  const std::int64_t day_number = ms / 86'400'000;
  const std::int64_t ms_of_day = ms % 86'400'000;
  const std::int64_t shifted = day_number + 719'468;  // days since 0000-03-01
  const std::int64_t era = shifted / 146'097;
  const std::int64_t day_of_era = shifted % 146'097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted_month = (5 * day_of_year + 2) / 153;  // 0 is March
  const std::int64_t day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
  const std::int64_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  const std::int64_t year = era * 400 + year_of_era + (month <= 2 ? 1 : 0);

  FixedText<32> out;
  append_padded(out, year, 4);
  out.append('-');
  append_padded(out, month, 2);
  out.append('-');
  append_padded(out, day, 2);
  out.append('T');
  append_padded(out, ms_of_day / 3'600'000, 2);
  out.append(':');
  append_padded(out, ms_of_day / 60'000 % 60, 2);
  out.append(':');
  append_padded(out, ms_of_day / 1000 % 60, 2);
  out.append('.');
  append_padded(out, ms_of_day % 1000, 3);
  return out.append('Z');
}

void render_text(const LogRecord& record, LogLine& out) {
  out.clear();
  out.append(format_utc(record.wall_ns).view()).append(' ');
  out.append(record.program).append(' ').append(name_of(record.level)).append(": ");
  bool whole = append_printable(out, record.message);
  if (whole && !record.event.empty()) {
    whole = append_printable(out, " [") && append_printable(out, record.event);
    for (const LogField& field : record.fields) {
      if (!whole) break;
      whole = append_printable(out, " ") && append_printable(out, field.key) &&
              append_printable(out, "=");
      FixedText<24> number;
      if (field.is_number) number.append_number(field.number);
      whole = whole && append_printable(out, field.is_number ? number.view() : field.text);
    }
    out.append(']');
  }
  out.append('\n');
}

void render_json(const LogRecord& record, LogLine& out) {
  out.clear();
  out.append(R"({"ts":")").append(format_utc(record.wall_ns).view());
  out.append(R"(","level":")").append(name_of(record.level));
  out.append(R"(","program":")").append(record.program);
  out.append(R"(","event":")").append(record.event);
  out.append(R"(","msg":")");
  const bool whole = append_json(out, record.message);
  out.append('"');
  for (const LogField& field : record.fields) {
    // A field that would not fit whole is left out: the line must stay valid JSON.
    if (!whole || out.size() + field.key.size() + 6 * field.text.size() + 64 > 4096) break;
    out.append(R"(,")").append(field.key).append(R"(":)");
    if (field.is_number) {
      out.append_number(field.number);
    } else {
      out.append('"');
      append_json(out, field.text);
      out.append('"');
    }
  }
  out.append("}\n");
}

}  // namespace sup
