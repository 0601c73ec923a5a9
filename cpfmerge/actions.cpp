#include "cpfmerge/actions.h"

#include <algorithm>

#include "supervisor/base/text.h"

namespace cpf {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_name(char c) {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '_';
}

/// The length of `Name` where `Name=` begins at `at`; 0 where it does not.
std::size_t name_length(std::string_view text, std::size_t at) {
  if (at >= text.size() || !(is_letter(text[at]) || text[at] == '_')) return 0;
  std::size_t end = at;
  while (end < text.size() && is_name(text[end]))
    ++end;
  return end < text.size() && text[end] == '=' ? end - at : 0;
}

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t'))
    ++at;
  return at;
}

/// Behind the value that begins at `at`: at a comma that `Name=` follows, or at the end.
std::size_t end_of_plain(std::string_view text, std::size_t at) {
  for (;;) {
    const std::size_t comma = text.find(',', at);
    if (comma == std::string_view::npos) return text.size();
    if (name_length(text, skip_blanks(text, comma + 1)) > 0) return comma;
    at = comma + 1;
  }
}

/// Behind the quote that closes the one at `at`; 0 when none does. Two quotes are one in the value.
std::size_t end_of_quoted(std::string_view text, std::size_t at, std::string& value) {
  for (std::size_t i = at + 1; i < text.size(); ++i) {
    if (text[i] != '"') {
      value.push_back(text[i]);
    } else if (i + 1 < text.size() && text[i + 1] == '"') {
      value.push_back('"');
      ++i;
    } else {
      return i + 1;
    }
  }
  return 0;
}

}  // namespace

ParsedAction parse_action(std::string_view text) {
  ParsedAction parsed;
  const auto problem = [&](std::size_t offset, std::string_view what) {
    parsed.problem = what;
    parsed.offset = offset;
    return parsed;
  };
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos)
    return problem(0, "no ':' in a line of [Actions]; expected 'Operation:Property=value,…'");
  parsed.action.operation = sup::trim(text.substr(0, colon));
  const std::string_view operation = parsed.action.operation;
  if (operation.empty() || !std::all_of(operation.begin(), operation.end(), is_name))
    return problem(0, "what stands before ':' is no name; expected 'Operation:Property=value,…'");

  std::size_t at = skip_blanks(text, colon + 1);
  if (at == text.size())
    return problem(at, "no properties behind ':'; expected 'Operation:Property=value,…'");
  while (at < text.size()) {
    Property property;
    if (const std::size_t length = name_length(text, at); length > 0) {
      property.name = text.substr(at, length);
      at += length + 1;
    }
    property.offset = at;
    std::size_t plain = at;
    if (at < text.size() && text[at] == '"') {
      plain = end_of_quoted(text, at, property.value);
      if (plain == 0) return problem(at, "a quote that is not closed; expected another '\"'");
    }
    const std::size_t end = end_of_plain(text, plain);
    property.value += sup::trim(text.substr(plain, end - plain));
    parsed.action.properties.push_back(std::move(property));
    at = end == text.size() ? end : skip_blanks(text, end + 1);
  }
  return parsed;
}

}  // namespace cpf
