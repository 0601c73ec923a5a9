#include "cpfmerge/cli/effective_file.h"

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "cpfmerge/advice.h"
#include "cpfmerge/cli/files.h"
#include "cpfmerge/cli/merge_sources.h"
#include "cpfmerge/cli/merge_summary.h"
#include "cpfmerge/cli/password_rules.h"
#include "cpfmerge/cli/source_state.h"
#include "cpfmerge/compose.h"
#include "supervisor/base/log.h"
#include "supervisor/os/files.h"

namespace cpf::cli {
namespace {

bool is_first_start(const PrepareInput& input) {
  struct stat info {};
  // Unreadable is not absent: an instance that cannot be seen is never treated as a new one.
  return ::stat(input.active_cpf.c_str(), &info) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

void log_diagnostics(const MergeSource& source, bool fatal) {
  for (const Diagnostic& diagnostic : source.diagnostics) {
    const std::string line = render(diagnostic);
    if (diagnostic.severity == Severity::warning)
      sup::log::warning("merge.warning", "{}", line);
    else if (fatal)
      sup::log::error("merge.refused", "{}", line);
    else
      sup::log::warning("merge.refused", "{}", line);
  }
  if (source.status == SourceStatus::refused && !fatal)
    sup::log::warning("merge.refused", "leaving out '{}': IRIS starts without it; mend it",
                      source.name);
  if (!source.note.empty()) sup::log::info("merge.note", "'{}': {}", source.name, source.note);
}

/// A bad edit never costs a start; a new instance is never left half-configured.
Step judge_refused(const PrepareInput& input, const std::vector<MergeSource>& sources,
                   bool first_start) {
  const bool strict = input.settings.is_on(sup::setting::merge_strict);
  const bool fatal = first_start || strict;
  std::string names;
  std::string errors;
  for (const MergeSource& source : sources) {
    log_diagnostics(source, fatal);
    if (source.status != SourceStatus::refused) continue;
    names.append(names.empty() ? "" : ", ").append("'" + source.name + "'");
    for (const Diagnostic& diagnostic : source.diagnostics) {
      if (diagnostic.severity != Severity::warning) errors.append(render(diagnostic)).append("\n");
    }
  }
  if (names.empty() || !fatal) return std::nullopt;
  return Refusal{
      "merge.refused",
      fmt::format("not starting IRIS: refused {}{}", names,
                  first_start ? "; a new instance is only made from sources without errors"
                              : "; IRIS_INIT_MERGE_STRICT is on"),
      sup::ExitCode::refused, std::move(errors)};
}

/// Without any source IRIS gets no file.
Step remove_file(const PrepareInput& input) {
  if (::unlink(input.merge_file().c_str()) == 0 || errno == ENOENT) return std::nullopt;
  return Refusal{"merge.failed", fmt::format("cannot remove the old '{}': {}", input.merge_file(),
                                             std::strerror(errno))};
}

Step write_file(const PrepareInput& input, std::vector<MergeSource>& sources,
                MergeSummary& summary) {
  std::vector<Source> used;
  for (MergeSource& source : sources) {
    source.in_use = source.status == SourceStatus::used;
    if (source.in_use) used.push_back({source.name, std::move(source.document)});
  }
  // With every source refused the file still is: else IRIS would read the refused one itself.
  summary.merge_file = std::any_of(sources.begin(), sources.end(), [](const MergeSource& source) {
    return source.status != SourceStatus::missing;
  });
  Composition composition = compose(used);
  for (const Diagnostic& diagnostic : composition.warnings)
    sup::log::warning("merge.contradiction", "{}", render(diagnostic));
  summary.contradictions = std::move(composition.warnings);
  if (!summary.merge_file) {
    if (auto refusal = remove_file(input)) return refusal;
  } else if (const auto written =
                 // It holds password hashes: for our user alone, which is iris-main's.
             replace_file(input.merge_file(), composition.text, 0600, Durable::no);
             !written) {
    return Refusal{"merge.failed", written.error().what};
  } else {
    sup::log::info("merge.composed", "composed '{}' from {} source(s)", input.merge_file(),
                   used.size());
  }
  const auto active = sup::read_file(input.active_cpf, largest_cpf);
  for (const std::string& advice : advice_on_settings(Document::parse(composition.text),
                                                      Document::parse(active ? *active : "")))
    sup::log::info("merge.advice", "{}", advice);
  // IRIS gets them all with its start.
  if (const auto kept = remember_done(input, composition.actions); !kept)
    return Refusal{"merge.failed", kept.error().what};
  return std::nullopt;
}

}  // namespace

Step write_effective_file(const PrepareInput& input, bool& merge_file) {
  // Before they are read: an edit that comes in between is seen as one.
  const std::string print = fingerprint(input);
  MergeSummary summary;
  summary.first_start = is_first_start(input);
  std::vector<MergeSource> sources =
      gather_sources(input, {.hash = known_hash(input), .keep = !summary.first_start});
  if (auto refusal = judge_refused(input, sources, summary.first_start)) return refusal;
  if (auto refusal = judge_passwords(input, sources, summary.first_start)) return refusal;
  if (auto refusal = write_file(input, sources, summary)) return refusal;
  if (const auto kept = remember_fingerprint(input, print); !kept)
    return Refusal{"merge.failed", kept.error().what};
  if (const auto written = write_summary(input, summary, sources); !written)
    sup::log::warning("merge.summary", "{}, ignoring", written.error().what);
  merge_file = summary.merge_file;
  return std::nullopt;
}

}  // namespace cpf::cli
