// merge_text(): what `irisctl merge` shows.
#include <fmt/core.h>

#include "supervisor/irisctl/merge_sheet.h"
#include "supervisor/irisctl/render.h"

namespace sup {
namespace {

constexpr std::size_t no_limit = SIZE_MAX;

std::string live_text(const Json& live) {
  const std::string state = text_in(field(live, {"state"}));
  const std::string followed =
      flag_in(field(live, {"followed"})) ? "" : "; edits are not followed now";
  if (state == "settled") return "IRIS has what it was given" + followed;
  if (state == "waiting") return "an edit waits for iris-main to take it over" + followed;
  if (state == "asking") return "'iris merge' is under way" + followed;
  if (state == "failed") return "'iris merge' FAILED; waiting for another edit" + followed;
  return {};
}

std::string numbers_text(const Json& read_back) {
  if (!read_back.is_object()) return {};
  return fmt::format("{} in iris.cpf, {} differ, {} take effect at the next start",
                     number_in(field(read_back, {"in_cpf"})),
                     number_in(field(read_back, {"differs"})),
                     number_in(field(read_back, {"next_start"})));
}

std::string parameter_text(const Json& parameter) {
  std::string text =
      fmt::format("[{}] {}: {}", text_in(field(parameter, {"section"})),
                  text_in(field(parameter, {"name"})), text_in(field(parameter, {"state"})));
  const Json& wanted = field(parameter, {"wanted"});
  if (!wanted.is_string()) return text;
  const std::string found = text_in(field(parameter, {"found"}));
  return text +
         fmt::format("; wanted {}, found {}", text_in(wanted), found.empty() ? "nothing" : found);
}

}  // namespace

void show_merge(Sheet& sheet, const Json& merge, std::size_t most_lines) {
  const Json& sources = field(merge, {"sources"});
  if (!sources.is_array()) return;
  std::size_t lines = 0;
  const auto show = [&](const std::string& text) {
    if (!text.empty() && ++lines <= most_lines) sheet.line("merge", text);
  };
  for (const Json& source : sources) {
    show(fmt::format(
        "{:<8} {}{}{}", text_in(field(source, {"status"})), text_in(field(source, {"name"})),
        flag_in(field(source, {"password"})) ? " (password)" : "",
        flag_in(field(source, {"password_changed"})) ? ": changed, without effect" : ""));
    for (const char* kind : {"errors", "warnings"}) {
      const Json& list = field(source, {kind});
      if (!list.is_array()) continue;
      for (const Json& entry : list)
        show("         " + text_in(entry));
    }
  }
  const Json& warnings = field(merge, {"warnings"});
  if (warnings.is_array())
    for (const Json& entry : warnings)
      show(text_in(entry));
  if (lines > most_lines)
    sheet.line("merge",
               fmt::format("… and {} more lines: see 'irisctl merge'", lines - most_lines));
  sheet.line("edits", live_text(field(merge, {"live"})));
  sheet.line("parameters", numbers_text(field(merge, {"read_back"})));
}

std::string merge_text(std::string_view data_text) {
  const Json merge = object_of(data_text);
  Sheet sheet;
  show_merge(sheet, merge, no_limit);
  if (flag_in(field(merge, {"cut"}))) sheet.line("merge", "too long to be shown here: see /status");
  const Json& parameters = field(merge, {"read_back", "parameters"});
  if (parameters.is_array())
    for (const Json& parameter : parameters)
      sheet.line("parameters", parameter_text(parameter));
  return sheet.take();
}

}  // namespace sup
