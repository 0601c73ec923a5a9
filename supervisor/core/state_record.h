#pragma once
// StateRecord: the lines of the agent's memory, RUN_DIR/state. Append-only JSON, one object a line,
// each with a version and the incarnation of the PID 1 that it belongs to. Pure.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "supervisor/core/freeze.h"

namespace sup {

/// A process that the agent watched: pid and start time together are an identity.
struct WatchedProcess {
  std::int32_t pid = 0;
  std::int64_t started = 0;
  bool operator==(const WatchedProcess&) const = default;
};

/// Points in monotonic time since when something has been wrong; 0: it is not.
struct Wrong {
  Nanos silent = 0;     ///< qlist tells nothing
  Nanos hung = 0;       ///< qlist says so
  Nanos suspended = 0;  ///< by somebody else
  Nanos data = 0;
  std::string trouble;  ///< with the data: as probes::name_of() calls it
  bool operator==(const Wrong&) const = default;
};

struct StateRecord {
  enum class Kind : std::uint8_t {
    event,         ///< of the timeline
    up,            ///< IRIS was up, with these daemons
    restart,       ///< an attempt to restart it in place
    lease,         ///< a freeze of ours; without a witness it is not complete
    thawed,        ///< nothing is left of it
    hold,          ///< somebody works on IRIS by hand
    release,       ///< and does no more
    start_failed,  ///< iris-main or IRIS has said so of a start
    wrong,         ///< what is wrong with IRIS or its data, and since when
    asked,         ///< an owner of earlier freezes has asked for another one
  };
  Kind kind = Kind::event;
  std::uint64_t incarnation = 0;
  std::int64_t wall_ns = 0;
  Nanos at = 0;                           ///< up, restart: when; hold: until when; monotonic
  std::string event;                      ///< event: component.verb
  std::string message;                    ///< event; hold: the reason; start_failed: its words;
                                          ///< asked: the owner; thawed: why it failed
  std::string incurable;                  ///< start_failed: why no restart can help
  std::vector<WatchedProcess> processes;  ///< up: the control process first; lease: its sessions
  bool by_locks = false;                  ///< up: they were found by the locks they hold
  std::int64_t ticks = 0;                 ///< up: when, in clock ticks since boot
  std::uint64_t irisdb_killed = 0;        ///< up: PID 1's count at that time
  Lease lease;                            ///< lease
  bool failed = false;                    ///< thawed: the freeze was never complete;
                                          ///< start_failed: it was `iris start` itself
  EndedFreeze ended;                      ///< thawed, unless it failed
  bool earlier = false;                   ///< thawed: in an earlier life of the container
  Wrong wrong;                            ///< wrong
};

/// One line with its newline.
std::string encode(const StateRecord& record);
/// nullopt: not a record of a version that we know. Unknown fields are ignored.
std::optional<StateRecord> decode_state_record(std::string_view text);

/// What the next agent still needs of `records`, oldest first as before: no lease that a newer
/// record has replaced, the newest `up` and `wrong`, and the newest 1000 of every other kind. A
/// lease is by far the longest record: it lists every database.
std::vector<StateRecord> still_needed(std::vector<StateRecord> records);

}  // namespace sup
