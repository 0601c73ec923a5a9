#include "cpfmerge/diagnostic.h"

#include <fmt/core.h>

#include <algorithm>

namespace cpf {

std::string_view name_of(Rule rule) {
  switch (rule) {
    case Rule::file:
      return "file";
    case Rule::syntax:
      return "syntax";
    case Rule::action_syntax:
      return "action-syntax";
    case Rule::action_property:
      return "action-property";
    case Rule::password_hash:
      return "password-hash";
    case Rule::block_comment:
      return "block-comment";
    case Rule::unknown_section:
      return "unknown-section";
    case Rule::unknown_parameter:
      return "unknown-parameter";
    case Rule::unknown_operation:
      return "unknown-operation";
    case Rule::value:
      return "value";
    case Rule::repeated:
      return "repeated";
    case Rule::contradiction:
      return "contradiction";
    case Rule::actions_in_cpf:
      return "actions-in-cpf";
  }
  return "";
}

std::string message(const Diagnostic& diagnostic) {
  std::string out = diagnostic.found;
  if (!diagnostic.expected.empty()) out += "; expected " + diagnostic.expected;
  if (!diagnostic.nearest.empty()) out += fmt::format("; did you mean '{}'?", diagnostic.nearest);
  return out;
}

std::string render(const Diagnostic& diagnostic) {
  const std::string place =
      diagnostic.line == 0 ? "" : fmt::format(":{}:{}", diagnostic.line, diagnostic.column);
  return fmt::format("{}{}: {}: {}", diagnostic.file, place,
                     diagnostic.severity == Severity::error ? "error" : "warning",
                     message(diagnostic));
}

bool has_errors(std::span<const Diagnostic> diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(),
                     [](const Diagnostic& d) { return d.severity == Severity::error; });
}

}  // namespace cpf
