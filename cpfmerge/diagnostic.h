#pragma once
// Diagnostic: one thing that is wrong with a file, where, what was found and what is expected. It
// never shows a value that may be a secret.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace cpf {

enum class Severity : std::uint8_t { error, warning };

enum class Rule : std::uint8_t {
  file,               ///< it cannot be read
  syntax,             ///< neither section, parameter nor comment
  action_syntax,      ///< not `Operation:Property=value,…`
  action_property,    ///< a property without a name, or one that is missing
  password_hash,      ///< malformed, or in a form that may not be what was meant
  block_comment,      ///< over several lines
  unknown_section,    //
  unknown_parameter,  //
  unknown_operation,  //
  value,              ///< of the wrong type, or out of range
  repeated,           ///< with another value, in the same file
  contradiction,      ///< with another value, in another source
  actions_in_cpf,     ///< [Actions] in an active CPF
};
/// As it stands in JSON: "unknown-section".
std::string_view name_of(Rule rule);

struct Diagnostic {
  Severity severity = Severity::error;
  Rule rule = Rule::file;
  std::string file = {};
  std::size_t line = 0;    ///< 0: the file as a whole
  std::size_t column = 0;  ///< in bytes
  std::string found = {};
  std::string expected = {};    ///< "": `found` says it
  std::string nearest = {};     ///< the known name that was perhaps meant
  std::string other_file = {};  ///< of a contradiction: the other place
  std::size_t other_line = 0;
};

/// `found; expected …; did you mean …?`
std::string message(const Diagnostic& diagnostic);
/// `file:line:column: error: message`; without the numbers for a file as a whole.
std::string render(const Diagnostic& diagnostic);

bool has_errors(std::span<const Diagnostic> diagnostics);

}  // namespace cpf
