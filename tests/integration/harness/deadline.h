#pragma once
// Deadlines of the integration tests: every wait has one, and none is a sleep in disguise.
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <functional>

namespace testing_support {

using namespace std::chrono_literals;
using Deadline = std::chrono::steady_clock::time_point;

inline Deadline within(std::chrono::milliseconds time) {
  return std::chrono::steady_clock::now() + time;
}

/// For poll(): what is left, rounded up; 0 when it is over.
inline int milliseconds_left(Deadline deadline) {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<std::chrono::milliseconds::rep>(left.count(), 0, 3'600'000));
}

/// For what the kernel tells nobody about: looks every few milliseconds until `condition` holds.
/// False when the deadline came first.
inline bool wait_until(const std::function<bool()>& condition, Deadline deadline) {
  while (!condition()) {
    const int left = milliseconds_left(deadline);
    if (left == 0) return false;
    ::poll(nullptr, 0, std::min(left, 5));
  }
  return true;
}

}  // namespace testing_support
