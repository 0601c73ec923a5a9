#pragma once
// What a wait status means as an exit code, and in words. Pure, no heap.
#include "supervisor/base/fixed_text.h"

namespace sup {

/// The codes of iris-init that are no program's own (the contract).
struct ExitCode {
  static constexpr int clean = 0;
  static constexpr int usage = 1;  ///< as tini
  static constexpr int give_up = 75;
  static constexpr int refused = 78;
  static constexpr int forced = 124;
  static constexpr int cannot_execute = 126;
  static constexpr int not_found = 127;
};

/// The program's code, or 128 + the signal that ended it.
int exit_code_of(int wait_status);

bool killed_by_signal(int wait_status);

/// "exited with code 3", "was killed by signal 9".
FixedText<64> describe_end(int wait_status);

}  // namespace sup
