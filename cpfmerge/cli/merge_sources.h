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
  bool in_use = false;  ///< it is part of what IRIS has been given
  bool is_password = false;
  bool password_changed = false;  ///< it is not the one that IRIS was given
  std::string note;               ///< worth a line in the log; "": nothing
  std::size_t actions = 0;        ///< lines of [Actions] in it
};

/// What is known of the password in the present effective file.
struct KnownPassword {
  std::string hash = {};  ///< "": none
  bool keep = false;      ///< IRIS has an instance: another password has no effect any more
};

/// ISC_CPF_MERGE_FILE, the files of MERGE DIR by name, the password. The hash that is known is used
/// again while it fits: a new salt would be a change of nothing.
std::vector<MergeSource> gather_sources(const PrepareInput& input, const KnownPassword& known);

/// The *.cpf of MERGE DIR, by name.
std::vector<std::string> files_in_merge_dir(const PrepareInput& input);

/// One that cannot be had at all: refused with this reason.
MergeSource refused_source(std::string name, std::string reason);

}  // namespace cpf::cli
