#pragma once
// The lock on the data directory: one container per data directory. The directory itself is locked,
// since a file of ours in an empty one makes IRIS refuse it.
#include "cpfmerge/cli/prepare_settings.h"
#include "cpfmerge/cli/reporter.h"
#include "supervisor/base/unique_fd.h"

namespace cpf::cli {

/// Creates the directory if need be, waits up to MERGE DATA_WAIT while another container holds it,
/// and passes the locked descriptor to PID 1; then waits as long again while a process of a killed
/// predecessor holds IRIS's own mgr/ilock. `lock` stays empty when ISC_DATA_DIRECTORY is not
/// set.
Step lock_data(const PrepareInput& input, const Reporter& reporter, sup::UniqueFd& lock);

}  // namespace cpf::cli
