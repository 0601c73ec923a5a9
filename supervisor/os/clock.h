#pragma once
// The two clocks that we read. No heap.
#include <time.h>

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

}  // namespace sup
