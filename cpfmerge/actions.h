#pragma once
// Actions: the lines of [Actions], `Operation:Property=value,Property="quoted, value"`.
//
// A comma ends a value only where `Name=` follows: real files write a PasswordHash without quotes.
#include <string>
#include <string_view>
#include <vector>

namespace cpf {

struct Property {
  std::string_view name;   ///< "" for a value without a name: `DeleteApplication:/csp/user`
  std::string value;       ///< without its quotes
  std::size_t offset = 0;  ///< of the value in the line's text
};

struct Action {
  std::string_view operation;
  std::vector<Property> properties;
};

/// `problem` is empty when the line is well formed, else it says what was found and what is
/// expected.
struct ParsedAction {
  Action action;
  std::string problem;
  std::size_t offset = 0;  ///< of the problem in the line's text
};

/// The views point into `text`.
ParsedAction parse_action(std::string_view text);

}  // namespace cpf
