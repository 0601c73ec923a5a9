#include "cpfmerge/cli/merge_summary.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <string_view>

#include "cpfmerge/cli/diagnostic_json.h"
#include "cpfmerge/cli/files.h"
#include "supervisor/base/log_record.h"
#include "supervisor/os/clock.h"

namespace cpf::cli {
namespace {

constexpr int version = 1;

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

nlohmann::json to_json(const MergeSource& source) {
  return {{"name", source.name},
          {"status", name_of(source.status)},
          {"password", source.is_password},
          {"errors", rendered(source.diagnostics, Severity::error)},
          {"warnings", rendered(source.diagnostics, Severity::warning)}};
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
                      {"warnings", rendered(summary.contradictions, Severity::warning)}};
  for (const MergeSource& source : sources)
    json["sources"].push_back(to_json(source));
  // File names may hold bytes that are no UTF-8.
  const std::string text =
      json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  return replace_file(input.summary_file(), text, 0640, Durable::no);
}

}  // namespace cpf::cli
