#pragma once
// What a killed predecessor left behind: in a pod, shared memory outlives the container, stays
// charged to the pod, and the next start would be ended by the memory limit for ever.
#include <cstdint>

#include "cpfmerge/cli/prepare_settings.h"

namespace cpf::cli {

/// How many segments were removed. Removes it, or only reports it with MERGE IPC_CLEANUP=report.
/// Call with the data lock held, or without a data directory. While any irisdb is seen alive,
/// nothing is touched.
std::uint32_t clear_leftovers(const PrepareInput& input);

}  // namespace cpf::cli
