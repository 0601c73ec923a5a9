#pragma once
// The fault `die_at`: the sudden end of a whole instance at a named point.
#include <string_view>

#include "instance.h"
#include "shared_memory.h"

namespace standin {

/// Where the switch `die_at` names this point: kills all processes of the instance and the caller.
void maybe_die(const Instance& instance, const Board& board, std::string_view point);

/// SIGKILL for all that are registered, the caller last, if it is one of them.
void kill_instance(const Instance& instance, const Board& board);

}  // namespace standin
