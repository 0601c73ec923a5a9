#pragma once
// RUN_DIR/merge.json: what became of each source, for the status page. Without values.
#include <string>
#include <vector>

#include "cpfmerge/cli/merge_sources.h"
#include "cpfmerge/diagnostic.h"
#include "supervisor/base/result.h"

namespace cpf::cli {

struct MergeSummary {
  bool first_start = false;
  bool merge_file = false;
  std::vector<Diagnostic> contradictions;
};

sup::Status write_summary(const PrepareInput& input, const MergeSummary& summary,
                          const std::vector<MergeSource>& sources);

}  // namespace cpf::cli
