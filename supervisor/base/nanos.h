#pragma once
// Time as PID 1 and every state machine see it: signed 64-bit nanoseconds. <chrono> is not
// available to PID 1 (musl, no libstdc++), so nobody uses it across a room's border.
#include <cstdint>

namespace sup {

/// A length of time, or a point on a monotonic clock; which one, the name says (`*_at` is a point).
using Nanos = std::int64_t;

constexpr Nanos milliseconds(std::int64_t n) {
  return n * 1'000'000;
}
constexpr Nanos seconds(std::int64_t n) {
  return n * 1'000'000'000;
}
constexpr Nanos minutes(std::int64_t n) {
  return seconds(n * 60);
}
constexpr Nanos hours(std::int64_t n) {
  return minutes(n * 60);
}

/// Later than every deadline: "no deadline".
constexpr Nanos never = INT64_MAX;

}  // namespace sup
