#pragma once
// Signals by name. Pure, no heap.
#include <optional>
#include <string_view>

namespace sup {

/// The number of SIGTERM, TERM, 15, SIGRTMIN+3 or RTMAX-1; nullopt for anything else. SIGRTMIN is
/// 34, as for every program on glibc.
std::optional<int> parse_signal(std::string_view text);

}  // namespace sup
