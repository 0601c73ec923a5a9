#include "cpfmerge/cli/live_edit.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

#include "cpfmerge/cli/files.h"
#include "cpfmerge/cli/merge_sources.h"
#include "cpfmerge/cli/merge_summary.h"
#include "cpfmerge/cli/password_rules.h"
#include "cpfmerge/cli/source_state.h"
#include "cpfmerge/compose.h"
#include "cpfmerge/read_back.h"
#include "supervisor/os/files.h"

namespace cpf::cli {
namespace {

Document present_file(const PrepareInput& input) {
  const auto text = sup::read_file(input.merge_file(), largest_cpf);
  return Document::parse(text ? *text : std::string{});
}

/// A source that IRIS has and that cannot be used now. Composing without it would let other
/// sources' values through that it was there to override.
bool must_wait(const std::vector<MergeSource>& sources, const std::set<std::string>& used_before) {
  return std::any_of(sources.begin(), sources.end(), [&](const MergeSource& source) {
    return source.status != SourceStatus::used && used_before.contains(source.name);
  });
}

std::vector<Source> used_of(std::vector<MergeSource>& sources) {
  std::vector<Source> used;
  for (MergeSource& source : sources)
    if (source.status == SourceStatus::used)
      used.push_back({source.name, std::move(source.document)});
  return used;
}

/// An action that was taken out of the sources counts as new when it comes back.
Actions still_there(const Actions& done, const Actions& all) {
  Actions kept;
  std::set_intersection(done.begin(), done.end(), all.begin(), all.end(),
                        std::inserter(kept, kept.end()));
  return kept;
}

/// Fills `summary`; the new effective file, or nothing when IRIS has all of it.
sup::Result<std::optional<std::string>> compose_anew(const PrepareInput& input,
                                                     std::vector<MergeSource>& sources,
                                                     MergeSummary& summary) {
  const Actions done = done_actions(input);
  Composition composition = compose(used_of(sources), done);
  summary.contradictions = std::move(composition.warnings);
  if (auto kept = remember_done(input, still_there(done, composition.actions)); !kept)
    return kept.error();
  const Document before = present_file(input);
  const Document after = Document::parse(composition.text);
  EditSummary& edit = summary.edit;
  edit.changed = changed_parameters(before, after);
  for (std::string& name : changed_parameters(after, before))
    if (std::find(edit.changed.begin(), edit.changed.end(), name) == edit.changed.end())
      edit.removed.push_back(std::move(name));
  edit.new_actions = composition.new_actions;
  const bool same = edit.changed.empty() && edit.removed.empty() && edit.new_actions == 0;
  return same ? std::nullopt : std::optional{std::move(composition.text)};
}

}  // namespace

std::string_view name_of(EditOutcome outcome) {
  switch (outcome) {
    case EditOutcome::composed:
      return "composed";
    case EditOutcome::same:
      return "same";
    case EditOutcome::held:
      return "held";
  }
  return "";
}

sup::Result<EditOutcome> take_edit(const PrepareInput& input, const std::string& print) {
  std::vector<MergeSource> sources =
      gather_sources(input, {.hash = known_hash(input), .keep = true});
  MergeSummary summary;
  summary.merge_file = true;
  const std::set<std::string> used_before = sources_in_use(input);
  EditOutcome outcome = EditOutcome::held;
  std::optional<std::string> text;
  const bool waits = must_wait(sources, used_before);
  summary.edit.password_changed =
      std::any_of(sources.begin(), sources.end(),
                  [](const MergeSource& source) { return source.password_changed; });
  if (!waits) {
    auto composed = compose_anew(input, sources, summary);
    if (!composed) return composed.error();
    text = *std::move(composed);
    outcome = text ? EditOutcome::composed : EditOutcome::same;
  }
  for (MergeSource& source : sources)
    source.in_use = waits ? used_before.contains(source.name) : source.status == SourceStatus::used;
  summary.edit.outcome = name_of(outcome);
  // Whoever is killed in between leaves a fingerprint that does not fit: it is done over again.
  if (auto written = write_summary(input, summary, sources); !written) return written.error();
  if (text)
    if (auto written = replace_file(input.merge_file(), *text, 0600, Durable::no); !written)
      return written.error();
  if (auto kept = remember_fingerprint(input, print); !kept) return kept.error();
  return outcome;
}

}  // namespace cpf::cli
