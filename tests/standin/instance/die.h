#pragma once
// Named points: the faults `die_at`, the sudden end of a whole instance there, and `hold_at`.
#include <string_view>

#include "instance/instance.h"
#include "instance/shared_memory.h"

namespace standin {

/// Waits as long as the switch `hold_at` names this point. Then, where `die_at` does: kills all
/// processes of the instance and the caller.
void maybe_die(const Instance& instance, const Board& board, std::string_view point);

/// SIGKILL for all that are registered, the caller last, if it is one of them.
void kill_instance(const Instance& instance, const Board& board);

}  // namespace standin
