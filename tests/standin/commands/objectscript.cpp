// Parsing the code of a session.
#include "commands/objectscript.h"

#include <algorithm>

#include "base/text.h"

namespace standin {
namespace {

constexpr std::string_view digits = "0123456789";

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '%' ||
         c == '.';
}

/// Thrown and caught in this file only: an error has no way on but out.
struct SyntaxError {};

class Parser {
 public:
  explicit Parser(std::string_view code) : code_{trim(code)} {}

  Program program() {
    Program commands;
    while (!code_.empty()) {
      commands.push_back(command());
      if (!code_.empty()) expect_blank();
    }
    return commands;
  }

 private:
  // --- commands

  Command command() {
    if (code_.starts_with("##")) return call();
    const std::string word = lower(code_.substr(0, code_.find_first_of(" \t")));
    code_.remove_prefix(word.size());
    skip_blanks();
    if (word == "set" || word == "s") return set();
    if (word == "kill" || word == "k") return KillGlobal{global()};
    if (word == "write" || word == "w") return write();
    if (word == "hang") return Hang{expression()};
    if (word == "do" || word == "d") return call();
    if (word == "for" || word == "f") return loop();
    if (word == "halt" || word == "h") return Halt{};
    throw SyntaxError{};
  }

  Command set() {
    SetGlobal set{global(), {}};
    expect('=');
    set.value = expression();
    return set;
  }

  Command write() {
    Write write;
    do {
      if (take('!'))
        write.values.push_back({Expression::Kind::literal, "\n", {}, {}});
      else
        write.values.push_back(expression());
    } while (take(','));
    return write;
  }

  Command loop() {
    For loop;
    loop.variable = name();
    expect('=');
    loop.from = expression();
    expect(':');
    loop.step = expression();
    expect(':');
    loop.to = expression();
    expect_blank();
    loop.body = program();
    return loop;
  }

  Command call() {
    constexpr std::string_view opening = "##class(";
    if (lower(code_.substr(0, opening.size())) != opening) throw SyntaxError{};
    code_.remove_prefix(opening.size());
    MethodCall call;
    call.class_name = name();
    expect(')');
    if (!take('.')) throw SyntaxError{};
    call.method = name();
    expect('(');
    do
      call.arguments.push_back(argument());
    while (take(','));
    expect(')');
    const std::string_view rest = trim(code_);
    call.then_halt = lower(rest) == "halt" || lower(rest) == "h";
    return call;
  }

  /// A string, a number, a by-reference variable, or nothing at all.
  std::string argument() {
    skip_blanks();
    std::string value;
    if (!code_.empty() && code_.front() == '"')
      value = string();
    else if (take('.'))
      name();
    else
      value = number();
    skip_blanks();
    return value;
  }

  // --- expressions

  Expression expression() {
    if (code_.empty()) throw SyntaxError{};
    if (code_.front() == '"') return {Expression::Kind::literal, string(), {}, {}};
    if (code_.front() == '^') return {Expression::Kind::global, {}, global(), {}};
    if (code_.front() == '$') return function();
    if (std::string digits_taken = number(); !digits_taken.empty())
      return {Expression::Kind::literal, std::move(digits_taken), {}, {}};
    return {Expression::Kind::variable, name(), {}, {}};
  }

  Expression function() {
    code_.remove_prefix(1);
    const std::string word = lower(name());
    Expression expression;
    expect('(');
    if (word == "i" || word == "increment")
      expression.kind = Expression::Kind::increment;
    else if (word == "g" || word == "get")
      expression.kind = Expression::Kind::get;
    else
      throw SyntaxError{};
    expression.global = global();
    if (expression.kind == Expression::Kind::get && take(','))
      expression.fallback.push_back(this->expression());
    expect(')');
    return expression;
  }

  GlobalReference global() {
    expect('^');
    GlobalReference global{name(), {}};
    if (!take('(')) return global;
    do
      global.subscripts.push_back(expression());
    while (take(','));
    expect(')');
    return global;
  }

  /// Quotes inside are doubled.
  std::string string() {
    std::string value;
    for (std::size_t i = 1; i < code_.size(); ++i) {
      if (code_[i] == '\0') throw SyntaxError{};
      if (code_[i] != '"') {
        value.push_back(code_[i]);
      } else if (code_.substr(i + 1).starts_with('"')) {
        value.push_back(code_[++i]);
      } else {
        code_.remove_prefix(i + 1);
        return value;
      }
    }
    throw SyntaxError{};
  }

  std::string number() {
    std::size_t end = code_.starts_with('-') ? 1 : 0;
    end = std::min(code_.find_first_not_of("0123456789.", end), code_.size());
    std::string taken{code_.substr(0, end)};
    if (taken.find_first_of(digits) == std::string::npos) return {};
    code_.remove_prefix(end);
    return taken;
  }

  std::string name() {
    const auto end = std::find_if_not(code_.begin(), code_.end(), is_name_char);
    std::string taken{code_.substr(0, static_cast<std::size_t>(end - code_.begin()))};
    if (taken.empty()) throw SyntaxError{};
    code_.remove_prefix(taken.size());
    return taken;
  }

  // --- single characters

  bool take(char c) {
    if (!code_.starts_with(c)) return false;
    code_.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!take(c)) throw SyntaxError{};
  }
  void skip_blanks() {
    while (take(' ') || take('\t')) {
    }
  }
  void expect_blank() {
    if (!code_.starts_with(' ') && !code_.starts_with('\t')) throw SyntaxError{};
    skip_blanks();
  }

  std::string_view code_;
};

}  // namespace

std::string MethodCall::argument(std::size_t number) const {
  return number >= 1 && number <= arguments.size() ? arguments[number - 1] : std::string{};
}

std::optional<Program> parse_program(std::string_view code) {
  try {
    return Parser{code}.program();
  } catch (const SyntaxError&) {
    return std::nullopt;
  }
}

}  // namespace standin
