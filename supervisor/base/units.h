#pragma once
// Durations and sizes as people write them: `500ms 5s 2m 1h`, `64Ki 2Gi`. No heap: PID 1 uses it.
#include <cstdint>
#include <optional>
#include <string_view>

#include "supervisor/base/fixed_text.h"
#include "supervisor/base/nanos.h"

namespace sup {

/// A whole number; the whole text must be digits. nullopt when it is not, or above 2^63-1.
std::optional<std::int64_t> parse_number(std::string_view text);

/// `N` followed by ms, s, m, h or d. `0` needs no unit. nullopt for anything else.
std::optional<Nanos> parse_duration(std::string_view text);

/// Bytes: `N`, or `N` followed by Ki, Mi or Gi. nullopt for anything else.
std::optional<std::int64_t> parse_size(std::string_view text);

/// The largest unit that gives a whole number, down to milliseconds: `2m`, `1500ms`, `0s`.
FixedText<32> format_duration(Nanos duration);

/// For reports: `83ms`, `4.2s`, `3m12s`, `2h05m`.
FixedText<32> describe_duration(Nanos duration);

}  // namespace sup
