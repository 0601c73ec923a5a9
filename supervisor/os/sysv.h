#pragma once
// SysV shared memory that a killed predecessor left: in a pod the IPC namespace outlives the
// container, and what IRIS had allocated stays charged to the pod. No heap: PID 1 uses it.
#include <cstdint>

#include "supervisor/base/errno_or.h"

namespace sup {

struct SysvSweep {
  int found = 0;  ///< segments of our uid that nobody is attached to
  int removed = 0;
  std::int64_t bytes = 0;  ///< of those found
};

/// Looks at every segment of our IPC namespace; `remove`: takes away those found. The caller knows
/// that no IRIS lives here. The error is why /proc/sysvipc/shm cannot be read.
ErrnoOr<SysvSweep> sweep_orphaned_shared_memory(bool remove);

}  // namespace sup
