#pragma once
// What must be known of passwords before IRIS starts: that a new instance gets one, and what it
// does not reach.
#include <string>
#include <vector>

#include "cpfmerge/cli/merge_sources.h"
#include "cpfmerge/cli/prepare_settings.h"

namespace cpf::cli {

/// The [Startup] PasswordHash that IRIS was given last: in the effective file of this run
/// directory, else in its own CPF; "": none.
std::string known_hash(const PrepareInput& input);

/// A new instance without any password is refused; what remains open is told.
Step judge_passwords(const PrepareInput& input, const std::vector<MergeSource>& sources,
                     bool first_start);

}  // namespace cpf::cli
