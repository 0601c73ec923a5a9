#pragma once
// Diagnostics as JSON: of `check -o json`, and in the summary for the status page.
#include <span>
#include <string>
#include <vector>

#include "cpfmerge/diagnostic.h"

namespace cpf::cli {

/// {"version", "errors", "warnings", "diagnostics": […]}, indented.
std::string report_json(std::span<const Diagnostic> diagnostics);

/// Each rendered; the others' severity is left out.
std::vector<std::string> rendered(std::span<const Diagnostic> diagnostics, Severity severity);

}  // namespace cpf::cli
