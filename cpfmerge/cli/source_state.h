#pragma once
// What is remembered between compositions, in files of the run directory that only our user reads:
// what the sources looked like, and which actions IRIS has got.
#include <string>
#include <vector>

#include "cpfmerge/cli/prepare_settings.h"
#include "cpfmerge/compose.h"
#include "supervisor/base/result.h"

namespace cpf::cli {

/// Every file that may be a source now, whether it is there or not, in its order.
std::vector<std::string> source_files(const PrepareInput& input);

/// Equal as long as the sources are. Of a password only the file's identity goes in, not the
/// content.
std::string fingerprint(const PrepareInput& input);

/// "" when there is none yet.
std::string remembered_fingerprint(const PrepareInput& input);
sup::Status remember_fingerprint(const PrepareInput& input, const std::string& print);

/// Actions that IRIS has been given; none when nothing is remembered.
Actions done_actions(const PrepareInput& input);
sup::Status remember_done(const PrepareInput& input, const Actions& actions);

}  // namespace cpf::cli
