#include "cpfmerge/cli/merge_summary.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <string_view>

#include "cpfmerge/cli/diagnostic_json.h"
#include "cpfmerge/cli/files.h"
#include "supervisor/base/log_record.h"
#include "supervisor/os/clock.h"
#include "supervisor/os/files.h"

namespace cpf::cli {
namespace {

constexpr int version = 1;
constexpr std::size_t most_lines = 20;  // of a kind: it goes through the agent's socket

std::string_view name_of(SourceStatus status) {
  switch (status) {
    case SourceStatus::used:
      return "used";
    case SourceStatus::refused:
      return "refused";
    case SourceStatus::missing:
      return "missing";
  }
  return "";
}

/// The first of them, and how many more there are.
std::vector<std::string> first_of(std::vector<std::string> lines) {
  if (lines.size() <= most_lines) return lines;
  const std::size_t more = lines.size() - most_lines;
  lines.resize(most_lines);
  lines.push_back(fmt::format("… and {} more", more));
  return lines;
}

nlohmann::json to_json(const MergeSource& source) {
  return {{"name", source.name},
          {"status", name_of(source.status)},
          {"in_use", source.in_use},
          {"password", source.is_password},
          {"password_changed", source.password_changed},
          {"actions", source.actions},
          {"errors", first_of(rendered(source.diagnostics, Severity::error))},
          {"warnings", first_of(rendered(source.diagnostics, Severity::warning))}};
}

nlohmann::json to_json(const EditSummary& edit) {
  if (edit.outcome.empty()) return nullptr;
  return {{"outcome", edit.outcome},
          {"changed", first_of(edit.changed)},
          {"removed", first_of(edit.removed)},
          {"new_actions", edit.new_actions},
          {"password_changed", edit.password_changed}};
}

}  // namespace

sup::Status write_summary(const PrepareInput& input, const MergeSummary& summary,
                          const std::vector<MergeSource>& sources) {
  nlohmann::json json{{"version", version},
                      {"time", std::string{sup::format_utc(sup::wall_now()).view()}},
                      {"first_start", summary.first_start},
                      {"data_directory", input.data_directory},
                      {"merge_file", summary.merge_file ? input.merge_file() : std::string{}},
                      {"sources", nlohmann::json::array()},
                      {"warnings", first_of(rendered(summary.contradictions, Severity::warning))},
                      {"edit", to_json(summary.edit)}};
  for (const MergeSource& source : sources)
    json["sources"].push_back(to_json(source));
  // File names may hold bytes that are no UTF-8.
  const std::string text =
      json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  return replace_file(input.summary_file(), text, 0640, Durable::no);
}

std::set<std::string> sources_in_use(const PrepareInput& input) {
  std::set<std::string> names;
  const auto text = sup::read_file(input.summary_file(), largest_cpf);
  if (!text) return names;
  const auto json = nlohmann::json::parse(*text, nullptr, false);
  if (!json.is_object() || !json.contains("sources") || !json["sources"].is_array()) return names;
  for (const nlohmann::json& source : json["sources"])
    if (source.is_object() && source.value("in_use", false))
      names.insert(source.value("name", std::string{}));
  return names;
}

}  // namespace cpf::cli
