#pragma once
// The clocks that we read. No heap.
#include <time.h>
#include <unistd.h>

#include <cstdint>

#include "supervisor/base/nanos.h"

namespace sup {

/// A point on CLOCK_MONOTONIC: for deadlines and lengths. The same in every process of the machine.
inline Nanos monotonic_now() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return seconds(now.tv_sec) + now.tv_nsec;
}

/// Nanoseconds since 1970 UTC: for people only.
inline std::int64_t wall_now() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return seconds(now.tv_sec) + now.tv_nsec;
}

/// Clock ticks since boot, suspended time included: what /proc tells the start of a process in.
inline std::int64_t ticks_now() {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  const std::int64_t in_second = ::sysconf(_SC_CLK_TCK);
  return now.tv_sec * in_second + now.tv_nsec * in_second / seconds(1);
}

}  // namespace sup
