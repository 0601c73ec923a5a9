#pragma once
// View: everything that an observer may see, as one plain value. /status, /metrics and the page are
// made from it and from nothing else. Wall-clock times are seconds since 1970-01-01 UTC, 0: none.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "probes/disk.h"
#include "probes/health.h"
#include "probes/histogram.h"
#include "probes/qlist.h"

namespace probes {

/// The order is the freeze's own way.
enum class FreezeState : std::uint8_t {
  thawed,
  freezing,
  frozen,
  thawing,
  settling,
  failed,
  foreign
};
inline constexpr int freeze_state_count = 7;
/// `settling`: over, but something of it may still suspend IRIS; `failed`: the last one;
/// `foreign`: suspended by somebody else.
std::string_view name_of(FreezeState state);

/// A freeze that was complete, and is over.
struct FreezeWindow {
  std::string owner;
  std::string outcome;       ///< held | did_not_hold | unknown
  std::string reason = {};   ///< why it did not hold
  std::string journal = {};  ///< the journal file to restore from
  std::int64_t ended = 0;
  double frozen_seconds = 0;  ///< 0: not known
};

struct FreezeView {
  FreezeState state = FreezeState::thawed;
  std::string owner;
  std::int64_t since = 0;
  std::int64_t lease_end = 0;
  std::string last_outcome;  ///< held | did_not_hold | unknown | failed; empty: none yet
  std::string last_reason;   ///< why it failed or did not hold
  std::string last_journal;  ///< the journal file to restore from
  std::int64_t last_ended = 0;
  std::vector<FreezeWindow> windows;  ///< the newest last
  std::uint64_t held_total = 0;
  std::uint64_t not_held_total = 0;
  std::uint64_t unknown_total = 0;
  std::uint64_t failed_total = 0;
  Histogram held_lasted{freeze_bounds};
  Histogram not_held_lasted{freeze_bounds};
  Histogram unknown_lasted{freeze_bounds};
};

struct RestartsView {
  int in_window = 0;
  int limit = 0;
  std::int64_t window_seconds = 0;
  std::uint64_t total = 0;
  std::string policy;  ///< restart | exit
};

/// The merge of IRIS's configuration, in numbers; the texts are in merge_json.
struct MergeView {
  std::size_t used = 0;     ///< sources
  std::size_t refused = 0;  //
  std::size_t missing = 0;
  bool read = false;           ///< the next three were read back
  std::size_t in_cpf = 0;      ///< parameters
  std::size_t differs = 0;     //
  std::size_t next_start = 0;  //
  std::string state = {};      ///< settled | waiting | asking | failed; empty: nothing to merge
  std::uint64_t applied_total = 0;  ///< live edits that reached IRIS
  std::uint64_t failed_total = 0;   ///< `iris merge` failed
  std::uint64_t held_total = 0;     ///< kept back for an error in them
};

/// What PID 1 reports of itself.
struct Pid1View {
  std::uint64_t reaped_total = 0;
  std::uint64_t agent_restarts_total = 0;
  std::string stop_step;  ///< empty: not stopping
};

struct EventView {
  std::int64_t time = 0;
  std::string name;  ///< component.verb
  std::string message;
};

/// How often an endpoint answered with a code. See count_answer() in routes.h.
struct AnswerCount {
  std::string endpoint;
  int code = 0;
  std::uint64_t count = 0;
};

struct CountersView {
  std::uint64_t qlist_polls = 0;
  std::uint64_t qlist_failures = 0;
  double qlist_last_seconds = 0;
  Histogram qlist_took{qlist_bounds};
  std::uint64_t log_lines_dropped = 0;
  std::uint64_t connections_shed = 0;
  std::vector<AnswerCount> answers;
};

/// The file system of the data, as a helper has last seen it.
struct DataView {
  std::string directory;  ///< empty: nothing is known of it yet
  std::optional<DataTrouble> trouble;
  std::int64_t trouble_since = 0;
  std::optional<DiskReport> report;
  std::int64_t report_at = 0;
  std::string mount_point;
  std::string mount_type;
};

/// The agent's own process.
struct ProcessView {
  double cpu_seconds = 0;
  std::int64_t started = 0;
  std::uint64_t resident_bytes = 0;
  std::uint64_t virtual_bytes = 0;
  std::uint64_t open_descriptors = 0;
  std::uint64_t most_descriptors = 0;
};

/// How much of a view is wanted. A probe is asked for all the time and needs little of it.
enum class Detail : std::uint8_t {
  decision,  ///< of View::verdict, the row and what is ok; no words
  verdict,   ///< nothing but View::verdict
  numbers,   ///< all but the events
  all
};

/// Of more events only the last ones are shown.
inline constexpr std::size_t max_events_shown = 1000;

struct View {
  std::string version;  ///< of iris-init
  std::string instance;
  std::int64_t now = 0;  ///< when this value was made
  Phase phase = Phase::preparing;
  std::int64_t since = 0;    ///< since when in this phase
  std::int64_t started = 0;  ///< when the container's PID 1 started
  std::string reason;        ///< why it is so, one line: "waiting for the data lock …"
  bool safe_mode = false;    ///< the agent died too often and does only the necessary
  Verdict verdict;

  bool qlist_known = false;  ///< `qlist` holds the last good poll
  QlistFacts qlist;
  std::int64_t qlist_at = 0;
  std::string qlist_failure;  ///< why the last poll told nothing; empty: it did

  DataView data;
  FreezeView freeze;
  RestartsView restarts;
  bool start_stalled = false;  ///< a start is under way, and nobody of IRIS works any more
  /// A JSON object made by whoever knows the merge; shown as given. Not JSON, above 256 KiB or
  /// nested deeper than 16: left out.
  std::string merge_json;
  MergeView merge;
  Pid1View pid1;
  ProcessView process;
  std::vector<EventView> events;  ///< oldest first
  CountersView counters;
};

}  // namespace probes
