#pragma once
// check: what is wrong with a CPF or a merge file. Errors are only what IRIS provably refuses; what
// merely looks wrong is a warning.
#include <string_view>
#include <vector>

#include "cpfmerge/diagnostic.h"
#include "cpfmerge/document.h"

namespace cpf {

enum class FileKind : std::uint8_t {
  merge,   ///< a merge file: [Actions] is welcome
  active,  ///< IRIS's own CPF: with [Actions] in it, IRIS does not start
};

/// In the order of the lines; at most 100 of a severity.
std::vector<Diagnostic> check(std::string_view file, const Document& document,
                              FileKind kind = FileKind::merge);

}  // namespace cpf
