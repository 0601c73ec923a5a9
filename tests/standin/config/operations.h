#pragma once
// Operations: the names of actions that IRIS knows, and the order in which it runs them, which is
// not the order of the file. Pure.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/cpf.h"

namespace standin {

enum class Verb { config, create, modify, remove, grant, revoke, install, execute };

struct Operation {
  Verb verb = Verb::execute;
  std::string_view kind;  ///< of the object, as InterSystems spells it; empty for Execute
};

/// `CreateDatabase` is Verb::create and "Database". Nothing when IRIS has no such operation.
std::optional<Operation> parse_operation(std::string_view name);

/// The actions as IRIS runs them. That Execute comes last is documented; that objects come before
/// what refers to them is inferred from files that work.
std::vector<Action> in_order(std::vector<Action> actions);

}  // namespace standin
