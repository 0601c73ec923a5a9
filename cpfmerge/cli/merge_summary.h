#pragma once
// RUN_DIR/merge.json: what became of each source, for the status page. Without values.
#include <set>
#include <string>
#include <vector>

#include "cpfmerge/cli/merge_sources.h"
#include "cpfmerge/diagnostic.h"
#include "supervisor/base/result.h"

namespace cpf::cli {

/// What a live edit came to; empty at a start.
struct EditSummary {
  std::string outcome;               ///< EditOutcome; "": there was none
  std::vector<std::string> changed;  ///< `[section] name`
  std::vector<std::string> removed;  ///< from the sources: IRIS keeps their values
  std::size_t new_actions = 0;
  bool password_changed = false;
};

struct MergeSummary {
  bool first_start = false;
  bool merge_file = false;
  std::vector<Diagnostic> contradictions;
  EditSummary edit;
};

sup::Status write_summary(const PrepareInput& input, const MergeSummary& summary,
                          const std::vector<MergeSource>& sources);

/// The names of the sources that are in what IRIS has, by the summary that is there.
std::set<std::string> sources_in_use(const PrepareInput& input);

}  // namespace cpf::cli
