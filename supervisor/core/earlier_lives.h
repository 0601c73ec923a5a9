#pragma once
// What the state file tells of earlier lives of the container, where it outlives them: freezes that
// are over, and one that the end of the container has ended. Pure.
#include <cstdint>
#include <string>
#include <vector>

#include "supervisor/core/state_record.h"

namespace sup {

/// What earlier lives of the container have left to be told in this one.
struct EarlierLives {
  std::vector<StateRecord> records;  ///< of freezes that are over, as if they were this life's
  std::string left_frozen;           ///< whose freeze the end of the container has ended
};
/// `records`: theirs, oldest first. Who asks for a thaw after the container was restarted hears
/// the truth by token, and by name where it did not hold.
EarlierLives left_by_earlier_lives(const std::vector<StateRecord>& records,
                                   std::uint64_t incarnation);

}  // namespace sup
