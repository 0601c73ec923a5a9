#include "cpfmerge/cli/diagnostic_json.h"

#include <nlohmann/json.hpp>

namespace cpf::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr int version = 1;

Json text_or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

Json to_json(const Diagnostic& diagnostic) {
  Json json{{"severity", diagnostic.severity == Severity::error ? "error" : "warning"},
            {"rule", name_of(diagnostic.rule)},
            {"file", diagnostic.file},
            {"line", diagnostic.line},
            {"column", diagnostic.column},
            {"message", message(diagnostic)},
            {"found", diagnostic.found},
            {"expected", text_or_null(diagnostic.expected)},
            {"nearest", text_or_null(diagnostic.nearest)},
            {"other", nullptr}};
  if (!diagnostic.other_file.empty())
    json["other"] = {{"file", diagnostic.other_file}, {"line", diagnostic.other_line}};
  return json;
}

}  // namespace

std::string report_json(std::span<const Diagnostic> diagnostics) {
  Json list = Json::array();
  std::size_t errors = 0;
  for (const Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.severity == Severity::error) ++errors;
    list.push_back(to_json(diagnostic));
  }
  const Json json{{"version", version},
                  {"errors", errors},
                  {"warnings", diagnostics.size() - errors},
                  {"diagnostics", std::move(list)}};
  // File names may hold bytes that are no UTF-8.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::vector<std::string> rendered(std::span<const Diagnostic> diagnostics, Severity severity) {
  std::vector<std::string> lines;
  for (const Diagnostic& diagnostic : diagnostics)
    if (diagnostic.severity == severity) lines.push_back(render(diagnostic));
  return lines;
}

}  // namespace cpf::cli
