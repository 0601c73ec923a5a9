#pragma once
// check: what is wrong with a CPF or a merge file. Errors are only what IRIS provably refuses; what
// merely looks wrong is a warning. Messages never show a value: it may be a secret.
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cpfmerge/document.h"

namespace cpf {

enum class Severity : std::uint8_t { error, warning };

struct Diagnostic {
  Severity severity = Severity::error;
  std::string file;
  std::size_t line = 0;
  std::size_t column = 0;
  std::string message;  ///< what was found, what is expected
};

/// In the order of the lines; at most 100 of a severity.
std::vector<Diagnostic> check(std::string_view file, const Document& document);

bool has_errors(std::span<const Diagnostic> diagnostics);

/// `file:line:column: error: message`
std::string render(const Diagnostic& diagnostic);

}  // namespace cpf
