#pragma once
// One request and its reply over the agent's control socket. Blocks, but never beyond a deadline.
#include <string>

#include "supervisor/base/nanos.h"
#include "supervisor/core/control_protocol.h"

namespace sup {

/// A point on the monotonic clock.
Nanos steady_now();

/// `now` + `length`, or never.
constexpr Nanos later(Nanos now, Nanos length) {
  return length > never - now ? never : now + length;
}

struct Answer {
  control::Reply reply = {};  ///< the agent's, or in our own words what kept it from answering
  bool from_agent = false;
  bool asked = false;    ///< the agent may have received the request
  bool garbled = false;  ///< it answered, but not so that we understand it
};

/// `hurry_fd`: once it is readable (a signal came), the deadline is at most `hurry` away; -1: none.
struct Patience {
  Nanos deadline_at = never;
  int hurry_fd = -1;
  Nanos hurry = 0;
};

Answer ask(const std::string& socket_path, const control::Request& request,
           const Patience& patience);

}  // namespace sup
