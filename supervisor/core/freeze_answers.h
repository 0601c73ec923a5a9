#pragma once
// How the answers of IRIS's commands are read, for the machine of freezes alone.
#include <string>

#include "supervisor/core/freeze.h"

namespace sup {

inline constexpr int iris_yes = 5;  ///< success, suspended
inline constexpr int iris_no = 3;   ///< failure, not suspended

inline bool answered(const StepResult& result, int status) {
  return !result.timed_out && result.status == status;
}

/// "confirm: answered 239: Sign-on inhibited"
std::string how_it_failed(FreezeStep step, const StepResult& result);

}  // namespace sup
