#pragma once
// Preflight: what would make IRIS fail with a cryptic message, said clearly and with the remedy.
#include "cpfmerge/cli/prepare_settings.h"

namespace cpf::cli {

/// Creates the run directory if need be; it must be writable and not on the data volume.
Step check_run_directory(const PrepareInput& input);

/// Data directory (locked before), working directory, capabilities (a warning only).
Step check_surroundings(const PrepareInput& input);

}  // namespace cpf::cli
