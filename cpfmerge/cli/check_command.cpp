// cpfmerge check: what is wrong with CPF and merge files. Several files are taken as fragments that
// are merged in this order: where two give a parameter different values, both places are named.
#include "cpfmerge/check.h"

#include <iterator>
#include <utility>

#include "cpfmerge/cli/arguments.h"
#include "cpfmerge/cli/commands.h"
#include "cpfmerge/cli/diagnostic_json.h"
#include "cpfmerge/cli/files.h"
#include "cpfmerge/cli/say.h"
#include "cpfmerge/compose.h"
#include "supervisor/os/files.h"

namespace cpf::cli {
namespace {

std::vector<Diagnostic> check_files(const std::vector<std::string>& files, FileKind kind) {
  std::vector<Diagnostic> all;
  std::vector<Source> sources;
  const auto take = [&all](std::vector<Diagnostic> more) {
    all.insert(all.end(), std::make_move_iterator(more.begin()),
               std::make_move_iterator(more.end()));
  };
  for (const std::string& file : files) {
    const auto text = sup::read_file(file, largest_cpf);
    if (!text) {
      all.push_back({.file = file, .found = text.error().what});
      continue;
    }
    Document document = Document::parse(*text);
    take(check(file, document, kind));
    sources.push_back({file, std::move(document)});
  }
  if (sources.size() > 1) take(compose(sources).warnings);
  return all;
}

}  // namespace

int check_command(Words arguments) {
  const auto parsed =
      Arguments::parse(arguments, {{"--strict"}, {"--active"}, {"--output", {"-o"}, true}});
  if (!parsed) return usage_error("{}", parsed.error().what);
  if (parsed->operands().empty()) return usage_error("check: no FILE given");
  const std::string_view form = parsed->has("--output") ? parsed->value("--output") : "text";
  if (form != "text" && form != "json")
    return usage_error("'{}' is no form of output; allowed: text, json", form);

  const FileKind kind = parsed->has("--active") ? FileKind::active : FileKind::merge;
  std::vector<Diagnostic> diagnostics = check_files(parsed->operands(), kind);
  if (parsed->has("--strict"))
    for (Diagnostic& diagnostic : diagnostics)
      diagnostic.severity = Severity::error;
  if (form == "json") {
    print(report_json(diagnostics));
  } else {
    for (const Diagnostic& diagnostic : diagnostics)
      print(render(diagnostic) + "\n");
  }
  if (!flush_output()) return Exit::errors;
  return has_errors(diagnostics) ? Exit::errors : Exit::fine;
}

}  // namespace cpf::cli
