// Parsing the statements of a session.
#include "objectscript.h"

#include "text.h"

namespace standin {
namespace {

/// Takes the first of `commands` off the front, with the blanks after it.
bool take_command(std::string_view& code, std::string_view command, std::string_view short_form) {
  const std::string head = lower(code.substr(0, code.find_first_of(" \t")));
  if (head != command && head != short_form) return false;
  code = trim(code.substr(head.size()));
  return true;
}

/// A literal in quotes (doubled inside) at the front.
std::optional<std::string> take_string(std::string_view& code) {
  std::string value;
  for (std::size_t i = 1; i < code.size(); ++i) {
    if (code[i] != '"') {
      value.push_back(code[i]);
    } else if (code.substr(i + 1).starts_with('"')) {
      value.push_back(code[++i]);
    } else {
      code = trim(code.substr(i + 1));
      return value;
    }
  }
  return std::nullopt;
}

/// A string, a number, a by-reference variable, or nothing at all, up to a comma or parenthesis.
std::optional<std::string> take_argument(std::string_view& code) {
  code = trim(code);
  if (code.starts_with('"')) return take_string(code);
  const std::size_t end = code.find_first_of(",)");
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view word = trim(code.substr(0, end));
  code.remove_prefix(end);
  if (word.find_first_not_of("0123456789.-+") == std::string_view::npos) return std::string{word};
  if (word.starts_with('.')) return std::string{};
  return std::nullopt;
}

bool take_arguments(std::string_view& code, std::vector<std::string>& arguments) {
  for (;;) {
    auto argument = take_argument(code);
    if (!argument || code.empty()) return false;
    arguments.push_back(std::move(*argument));
    const char next = code.front();
    code.remove_prefix(1);
    if (next == ')') return true;
    if (next != ',') return false;
  }
}

std::optional<Statement> parse_call(std::string_view code) {
  constexpr std::string_view opening = "##class(";
  if (lower(code.substr(0, opening.size())) != opening) return std::nullopt;
  code.remove_prefix(opening.size());
  const std::size_t closing = code.find(").");
  const std::size_t arguments = code.find('(', closing == std::string_view::npos ? 0 : closing);
  if (closing == std::string_view::npos || arguments == std::string_view::npos) return std::nullopt;
  MethodCall call;
  call.class_name = trim(code.substr(0, closing));
  call.method = trim(code.substr(closing + 2, arguments - closing - 2));
  code.remove_prefix(arguments + 1);
  if (!take_arguments(code, call.arguments)) return std::nullopt;
  code = trim(code);
  call.then_halt = take_command(code, "halt", "h");
  if (!code.empty()) return std::nullopt;
  return call;
}

}  // namespace

std::string MethodCall::argument(std::size_t number) const {
  return number >= 1 && number <= arguments.size() ? arguments[number - 1] : std::string{};
}

std::optional<Statement> parse_statement(std::string_view code) {
  code = trim(code);
  if (take_command(code, "set", "s")) {
    if (!code.starts_with('^') || code.find('=') == std::string_view::npos ||
        code.find_first_of("\t\n") != std::string_view::npos)
      return std::nullopt;
    return SetGlobal{std::string{code}};
  }
  take_command(code, "do", "d");
  return parse_call(code);
}

}  // namespace standin
