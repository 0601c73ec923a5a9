#pragma once
// The little ObjectScript that a session understands, as data. Pure.
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace standin {

struct Expression;

/// `^name(subscript,…)`
struct GlobalReference {
  std::string name;
  std::vector<Expression> subscripts;
};

struct Expression {
  enum class Kind {
    literal,    ///< text
    variable,   ///< text is its name
    global,     ///< its value
    get,        ///< $get(^g), $get(^g,default)
    increment,  ///< $increment(^g)
  };
  Kind kind = Kind::literal;
  std::string text;
  GlobalReference global;
  std::vector<Expression> fallback;  ///< of get: none or one
};

struct MethodCall {
  std::string class_name;
  std::string method;
  std::vector<std::string> arguments;  ///< strings without their quotes; "" for those left out
  bool then_halt = false;              ///< `… halt`: the method's value is lost

  [[nodiscard]] std::string argument(std::size_t number) const;  ///< counted from 1
};

struct SetGlobal {
  GlobalReference global;
  Expression value;
};
struct KillGlobal {
  GlobalReference global;
};
struct Write {
  std::vector<Expression> values;  ///< `!` is a literal line feed
};
struct Hang {
  Expression seconds;
};
struct Halt {};
struct For;
using Command = std::variant<MethodCall, SetGlobal, KillGlobal, Write, Hang, Halt, For>;

/// `for i=from:step:to` and the rest of the line.
struct For {
  std::string variable;
  Expression from;
  Expression step;
  Expression to;
  std::vector<Command> body;
};

using Program = std::vector<Command>;

/// Nothing when it is none of these.
std::optional<Program> parse_program(std::string_view code);

}  // namespace standin
