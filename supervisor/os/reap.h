#pragma once
// The only wait() of a program. No heap.
#include <sys/types.h>

#include "supervisor/base/fixed_text.h"

namespace sup {

struct Reaped {
  pid_t pid = 0;       ///< 0: no child has ended
  int status = 0;      ///< as waitpid(2) gives it
  FixedText<16> name;  ///< the process's name; empty unless asked for
};

/// Takes one ended child, whoever it was. SIGCHLD coalesces: call until pid is 0.
Reaped reap_one(bool with_name);

/// Alive, or ended and not reaped yet. Needs no /proc, and tells nothing of grandchildren.
bool has_children();

}  // namespace sup
