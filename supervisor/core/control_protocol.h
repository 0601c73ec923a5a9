#pragma once
// What irisctl and the agent say to each other on control.sock: one JSON object per line each way,
// with a version. Unknown fields are ignored, another version is refused. Pure.
#include <cstddef>
#include <string>
#include <string_view>

#include "supervisor/base/nanos.h"
#include "supervisor/base/result.h"

namespace sup::control {

inline constexpr int version = 1;
inline constexpr std::size_t max_message = 64UL * 1024;  ///< a longer line ends the connection

inline constexpr std::size_t longest_reason = 200;  ///< of a hold

/// irisctl's exit codes: a contract. 5 is never one of them: scripts written for IRIS take it for
/// success.
enum Code : int {
  done = 0,
  failed = 1,
  usage = 2,
  refused = 3,   ///< not in this state
  not_held = 4,  ///< the freeze did not hold: crash-consistent only
  no_agent = 69,
  not_permitted = 77,
  timed_out = 124
};

/// What does not concern the verb stays at its default.
struct Request {
  /// status | probe | freeze | thaw | hold | release | restart | stop | merge | version
  std::string verb = {};
  std::string owner = {};   ///< freeze, thaw
  std::string token = {};   ///< thaw
  std::string probe = {};   ///< probe: live | ready | startup
  std::string reason = {};  ///< hold
  Nanos length = 0;         ///< hold; 0: the default
  Nanos lease = 0;          ///< freeze; 0: the setting
  Nanos timeout = 0;        ///< freeze, thaw: how long the client waits; 0: no limit of its own
  bool force = false;       ///< thaw: whoever owns the lease
  bool foreign = false;     ///< thaw: a suspension that is not ours
  bool now = false;         ///< stop: cut the waiting short
};
/// Ends in '\n'. Bytes that are not UTF-8 become U+FFFD.
std::string encode(const Request& request);
/// With or without the newline. Whether the verb exists is for the agent to say.
Result<Request> decode_request(std::string_view line);

struct Reply {
  int code = 0;             ///< what irisctl exits with
  std::string text = {};    ///< one line for people
  std::string data = "{}";  ///< a JSON object, verb-specific
};
/// Ends in '\n' and never exceeds max_message: what is too long loses the oldest of its `events`,
/// then `merge`, then all of its data, and says so with `"cut": true` in the data. Data that is not
/// a JSON object, or nested deeper than 32, is left out.
std::string encode(const Reply& reply);
/// With or without the newline. The data comes back as one line.
Result<Reply> decode_reply(std::string_view line);

}  // namespace sup::control
