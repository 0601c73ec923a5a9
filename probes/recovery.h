#pragma once
// What IRIS has written to messages.log about what it recovered in a start. The words are those of
// published logs (2021.1 and 2025.3) and may differ elsewhere: they inform people, nothing rests on
// them.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace probes {

struct Recovery {
  bool was_abnormal = false;                    ///< the shutdown before, in IRIS's own words
  std::optional<std::int64_t> blocks_pending;   ///< in the write image journal (WIJ), to be written
  std::optional<std::int64_t> blocks_compared;  ///< of the WIJ, with the databases
  std::string wij_status;                       ///< `3 (Success)`
  std::string journal;                          ///< the journal files that are replayed

  bool operator==(const Recovery&) const = default;
};

/// The last recovery of which these lines tell; nullopt where there was nothing to recover.
std::optional<Recovery> recovery_in(std::string_view log);

/// One line for people.
std::string describe(const Recovery& recovery);

}  // namespace probes
