#pragma once
// A process as a file descriptor that becomes readable when it ends.
#include <sys/types.h>

#include "supervisor/base/unique_fd.h"

namespace sup {

/// Invalid when there is no such process, or no pidfd: kernels before 5.3 say ENOSYS and old
/// seccomp profiles EPERM. The caller then looks at /proc from time to time.
UniqueFd open_pidfd(pid_t pid);

/// Signals the process behind `pidfd`, or, where old seccomp profiles refuse that, `pid`.
void send_signal(const UniqueFd& pidfd, pid_t pid, int signal);

}  // namespace sup
