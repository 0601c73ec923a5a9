#pragma once
// The first password as a merge source: from a Secret in plain text, hashed here, or ready made.
#include <optional>
#include <string_view>

#include "cpfmerge/cli/merge_sources.h"
#include "cpfmerge/password_hash.h"
#include "supervisor/base/result.h"

namespace cpf::cli {

/// MERGE PASSWORD_HASH_FILE if set, else MERGE PASSWORD_FILE; nothing when neither is there.
std::optional<MergeSource> gather_password(const PrepareInput& input, const KnownPassword& known);

/// From the kernel.
sup::Result<Salt> random_salt();

/// The value of a text that may begin with `PasswordHash=` and end in a line end.
std::string_view hash_value(std::string_view text);

}  // namespace cpf::cli
