#pragma once
// Recovery: what a start does first when the stop before was none, write image journal and journal
// into the databases, told in messages.log.
#include <string>
#include <string_view>

#include "instance/instance.h"

namespace standin {

/// Whether the last stop left databases that need it.
bool needs_recovery(const Instance& instance);
/// By a process irisdb of its own, which dies with the caller. Empty, or why the start must end.
std::string recover(const Instance& instance);
/// The number that the next change of the instance gets.
std::uint64_t next_change(const Instance& instance);

inline constexpr std::string_view recovery_role = "-rRECOVERY";
int recovery_main(const Instance& instance);

}  // namespace standin
