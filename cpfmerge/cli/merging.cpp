#include "cpfmerge/cli/merging.h"

#include "cpfmerge/check.h"
#include "cpfmerge/cli/files.h"
#include "cpfmerge/cli/say.h"
#include "supervisor/os/files.h"

namespace cpf::cli {
namespace {

/// Tells what is wrong with it; nullopt when that is an error.
std::optional<Document> read_checked(const std::string& file, FileKind kind) {
  const auto text = sup::read_file(file, largest_cpf);
  if (!text) {
    complain("{}", text.error().what);
    return std::nullopt;
  }
  Document document = Document::parse(*text);
  const auto diagnostics = check(file, document, kind);
  for (const Diagnostic& diagnostic : diagnostics)
    complain("{}", render(diagnostic));
  if (has_errors(diagnostics)) return std::nullopt;
  return document;
}

}  // namespace

std::optional<Merged> merge_files(std::span<const std::string> files) {
  auto before = read_checked(files[0], FileKind::active);
  bool refused = !before;
  Merged merged;
  if (before) {
    merged.after = Document::parse(before->text());
    merged.before = *std::move(before);
  }
  for (const std::string& file : files.subspan(1)) {
    const auto overlay = read_checked(file, FileKind::merge);
    refused = refused || !overlay;
    if (refused) continue;
    const auto more = merge(merged.after, *overlay);
    merged.changes.insert(merged.changes.end(), more.begin(), more.end());
  }
  if (!refused) return merged;
  complain("nothing was merged; mend the errors above");
  return std::nullopt;
}

}  // namespace cpf::cli
