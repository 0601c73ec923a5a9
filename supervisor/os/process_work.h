#pragma once
// How much processes have worked since they began, as /proc counts it.
#include <sys/types.h>

#include <cstdint>

namespace sup {

struct ProcessWork {
  std::int64_t cpu_ticks = 0;  ///< user and system time, in clock ticks
  std::int64_t io_bytes = 0;   ///< read and written by system calls; 0 where we may not know
};

/// All zeros when there is no such process.
ProcessWork work_of(pid_t pid);

}  // namespace sup
