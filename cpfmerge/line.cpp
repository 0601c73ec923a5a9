#include "cpfmerge/line.h"

#include <algorithm>

#include "supervisor/base/text.h"

namespace cpf {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/// Documents have less than 4 GiB.
std::uint32_t offset(std::size_t at) {
  return static_cast<std::uint32_t>(at);
}

/// The first byte that is neither blank nor part of a byte order mark.
std::size_t skip_blanks(std::string_view text, std::size_t at) {
  for (;;) {
    if (at < text.size() && is_blank(text[at]))
      ++at;
    else if (text.substr(std::min(at, text.size())).starts_with(byte_order_mark))
      at += byte_order_mark.size();
    else
      return at;
  }
}

std::size_t without_blanks_at_end(std::string_view text, std::size_t begin, std::size_t end) {
  while (end > begin && is_blank(text[end - 1]))
    --end;
  return end;
}

bool begins_comment(std::string_view text) {
  return text.starts_with(';') || text.starts_with('#') || text.starts_with("//") ||
         text.starts_with("/*");
}

/// Where a comment begins behind content in begin..end; `end` when there is none.
std::size_t find_comment(std::string_view text, std::size_t begin, std::size_t end) {
  text = text.substr(0, end);
  bool quotes_left = true;
  for (std::size_t i = begin; i < end; ++i) {
    if (text[i] == '"' && quotes_left) {
      const std::size_t close = text.find('"', i + 1);
      quotes_left = close != std::string_view::npos;
      if (quotes_left) i = close;
    } else if (i > begin && is_blank(text[i - 1]) && begins_comment(text.substr(i))) {
      return i;
    }
  }
  return end;
}

void take_value(Line& line, LineKind kind, std::size_t begin, std::size_t end) {
  line.kind = kind;
  line.value_begin = offset(begin);
  line.value_end =
      offset(without_blanks_at_end(line.raw, begin, find_comment(line.raw, begin, end)));
}

void take_fault(Line& line, Fault fault, std::size_t begin, std::size_t end) {
  take_value(line, LineKind::malformed, begin, end);
  line.fault = fault;
}

void take_header(Line& line, std::size_t begin, std::size_t end) {
  const std::string_view text = line.raw.substr(0, end);
  const std::size_t close = text.find(']', begin);
  if (close == std::string_view::npos)
    return take_fault(line, Fault::header_not_closed, begin, end);
  const std::size_t rest = skip_blanks(text, close + 1);
  if (rest < end && !begins_comment(text.substr(rest)))
    return take_fault(line, Fault::text_after_header, begin, end);
  std::size_t name = begin + 1;
  while (name < close && is_blank(text[name]))
    ++name;
  line.name_begin = offset(name);
  line.name_end = offset(without_blanks_at_end(text, name, close));
  line.kind = LineKind::section;
  if (line.name_begin == line.name_end) take_fault(line, Fault::no_section_name, begin, end);
}

void take_setting(Line& line, std::size_t begin, std::size_t end) {
  const std::string_view text = line.raw.substr(0, end);
  const std::size_t equals = text.find('=', begin);
  if (equals == std::string_view::npos || find_comment(text, begin, equals) < equals)
    return take_fault(line, Fault::no_equals, begin, end);
  line.name_begin = offset(begin);
  line.name_end = offset(without_blanks_at_end(text, begin, equals));
  if (line.name_begin == line.name_end) return take_fault(line, Fault::no_key, begin, end);
  take_value(line, LineKind::setting, equals + 1, end);
}

}  // namespace

Line parse_line(std::string_view text, bool in_actions) {
  Line line;
  line.raw = text;
  std::size_t begin = skip_blanks(text, 0);
  const std::size_t end = without_blanks_at_end(text, std::min(begin, text.size()), text.size());
  while (text.substr(begin, end - begin).starts_with("/*")) {
    line.kind = LineKind::comment;
    const std::size_t close = text.find("*/", begin + 2);
    if (close == std::string_view::npos) return line;
    begin = std::min(skip_blanks(text, close + 2), end);
  }
  if (begin >= end) return line;
  if (begins_comment(text.substr(begin)))
    line.kind = LineKind::comment;
  else if (text[begin] == '[')
    take_header(line, begin, end);
  else if (in_actions)
    take_value(line, LineKind::action, begin, end);
  else
    take_setting(line, begin, end);
  return line;
}

bool opens_block(std::string_view raw) {
  const std::string_view text = raw.substr(std::min(skip_blanks(raw, 0), raw.size()));
  return text.starts_with("/*") && text.find("*/", 2) == std::string_view::npos;
}

bool closes_block(std::string_view raw) {
  return sup::trim(raw).ends_with("*/") && raw.find('=') == std::string_view::npos;
}

}  // namespace cpf
