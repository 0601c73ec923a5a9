#pragma once
// The little ObjectScript that a session understands: a class method called with literals, or SET
// of one global.
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace standin {

struct MethodCall {
  std::string class_name;
  std::string method;
  std::vector<std::string> arguments;  ///< strings without their quotes; "" for those left out
  bool then_halt = false;              ///< `… halt`: the method's value is lost

  [[nodiscard]] std::string argument(std::size_t number) const;  ///< counted from 1
};

struct SetGlobal {
  std::string change;  ///< `^name(subscripts)=value` as it was written
};

using Statement = std::variant<MethodCall, SetGlobal>;

/// Nothing when it is none of these.
std::optional<Statement> parse_statement(std::string_view code);

}  // namespace standin
