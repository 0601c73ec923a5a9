#include "cpfmerge/cli/effective_file.h"

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "cpfmerge/cli/files.h"
#include "cpfmerge/cli/merge_sources.h"
#include "cpfmerge/cli/merge_summary.h"
#include "cpfmerge/compose.h"
#include "supervisor/base/log.h"

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
}

/// A bad edit never costs a start; a new instance is never left half-configured.
Step judge_refused(const PrepareInput& input, const std::vector<MergeSource>& sources,
                   bool first_start) {
  const bool strict = input.settings.is_on(sup::setting::merge_strict);
  const bool fatal = first_start || strict;
  std::string names;
  for (const MergeSource& source : sources) {
    log_diagnostics(source, fatal);
    if (source.status == SourceStatus::refused)
      names.append(names.empty() ? "" : ", ").append("'" + source.name + "'");
  }
  if (names.empty() || !fatal) return std::nullopt;
  return Refusal{
      "merge.refused",
      fmt::format("not starting IRIS: refused {}{}", names,
                  first_start ? "; a new instance is only made from sources without errors"
                              : "; IRIS_INIT_MERGE_STRICT is on")};
}

Step judge_passwords(const PrepareInput& input, const std::vector<MergeSource>& sources,
                     bool first_start) {
  bool has_startup = false;
  bool has_actions = false;
  for (const MergeSource& source : sources) {
    if (source.status != SourceStatus::used) continue;
    const Passwords found = passwords_in(source.document);
    has_startup = has_startup || found.startup;
    has_actions = has_actions || found.actions;
    if (source.is_password && !first_start)
      sup::log::info("merge.password",
                     "'{}' sets the first password only: this instance keeps the one that it has",
                     source.name);
  }
  if (!first_start || has_startup) return std::nullopt;
  if (has_actions) {
    sup::log::warning(
        "merge.password",
        "only accounts named in [Actions] get a password; all others keep IRIS's default");
    return std::nullopt;
  }
  if (input.settings.is_on(sup::setting::merge_allow_default_password)) {
    sup::log::warning("merge.password", "a new instance with IRIS's default passwords, as allowed");
    return std::nullopt;
  }
  return Refusal{
      "merge.no_password",
      fmt::format(
          "a new instance would keep IRIS's default passwords: mount a Secret at '{}', or set "
          "IRIS_INIT_MERGE_PASSWORD_HASH_FILE, or [Startup] PasswordHash in a merge file; "
          "IRIS_INIT_MERGE_ALLOW_DEFAULT_PASSWORD=on starts it all the same (for example "
          "when iris-main gets --password-file)",
          input.settings.text(sup::setting::merge_password_file))};
}

Step write_file(const PrepareInput& input, std::vector<MergeSource>& sources,
                MergeSummary& summary) {
  std::vector<Source> used;
  for (MergeSource& source : sources)
    if (source.status == SourceStatus::used)
      used.push_back({source.name, std::move(source.document)});
  // With every source refused the file still is: else IRIS would read the refused one itself.
  summary.merge_file = std::any_of(sources.begin(), sources.end(), [](const MergeSource& source) {
    return source.status != SourceStatus::missing;
  });
  if (!summary.merge_file) {
    if (::unlink(input.merge_file().c_str()) != 0 && errno != ENOENT)
      return Refusal{"merge.failed", fmt::format("cannot remove the old '{}': {}",
                                                 input.merge_file(), std::strerror(errno))};
    return std::nullopt;
  }
  Composition composition = compose(used);
  for (const Diagnostic& diagnostic : composition.warnings)
    sup::log::warning("merge.contradiction", "{}", render(diagnostic));
  summary.contradictions = std::move(composition.warnings);
  // It holds password hashes: for our user alone, which is iris-main's.
  const auto written = replace_file(input.merge_file(), composition.text, 0600, Durable::no);
  if (!written) return Refusal{"merge.failed", written.error().what};
  sup::log::info("merge.composed", "composed '{}' from {} source(s)", input.merge_file(),
                 used.size());
  return std::nullopt;
}

}  // namespace

Step write_effective_file(const PrepareInput& input, bool& merge_file) {
  std::vector<MergeSource> sources = gather_sources(input);
  MergeSummary summary;
  summary.first_start = is_first_start(input);
  if (auto refusal = judge_refused(input, sources, summary.first_start)) return refusal;
  if (auto refusal = judge_passwords(input, sources, summary.first_start)) return refusal;
  if (auto refusal = write_file(input, sources, summary)) return refusal;
  if (const auto written = write_summary(input, summary, sources); !written)
    sup::log::warning("merge.summary", "{}, ignoring", written.error().what);
  merge_file = summary.merge_file;
  return std::nullopt;
}

}  // namespace cpf::cli
