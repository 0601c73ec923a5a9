#pragma once
// The sources of the effective merge file: read, checked, and each with what became of it.
#include <optional>
#include <string>
#include <vector>

#include "cpfmerge/cli/prepare_settings.h"
#include "cpfmerge/diagnostic.h"
#include "cpfmerge/document.h"

namespace cpf::cli {

enum class SourceStatus : std::uint8_t { used, refused, missing };

struct MergeSource {
  std::string name;  ///< its path
  SourceStatus status = SourceStatus::used;
  std::vector<Diagnostic> diagnostics;
  Document document;
  bool is_password = false;
};

/// ISC_CPF_MERGE_FILE, the files of MERGE DIR by name, the password.
std::vector<MergeSource> gather_sources(const PrepareInput& input);

/// One that cannot be had at all: refused with this reason.
MergeSource refused_source(std::string name, std::string reason);

}  // namespace cpf::cli
