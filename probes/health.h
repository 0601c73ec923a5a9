#pragma once
// Is IRIS well? Facts and time in, the answers of the three probes out. The rules are one table of
// rows, in health.cpp; the first row that fits decides.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "probes/qlist.h"
#include "supervisor/base/nanos.h"

namespace probes {

/// What the supervisor is doing with IRIS.
enum class Phase : std::uint8_t {
  preparing,   ///< waiting for the data, preflight, merge
  starting,    ///< the first start of this container
  up,          ///< it was up, and nobody is changing that
  down,        ///< it is not, and is not being started: somebody's doing, no storage, or given up
  restarting,  ///< force and start, in place
  stopping,    ///< the stop ladder runs
  draining,    ///< told to end, and not begun yet: IRIS still serves who is connected
  held,        ///< `irisctl hold`: hands off
  up_false     ///< `--up false`: nobody asked us to have it up
};
inline constexpr int phase_count = 9;
std::string_view name_of(Phase phase);

/// What is wrong with the data file system.
enum class DataTrouble : std::uint8_t {
  full,
  read_only,
  stuck,   ///< a helper that looks at it does not come back
  failing  ///< it answers with errors
};
inline constexpr int data_trouble_count = 4;
std::string_view name_of(DataTrouble trouble);

struct FrozenByUs {
  sup::Nanos since_at = 0;
  sup::Nanos lease_end_at = 0;
};

/// All that the verdict rests on. Every time is a point on the same monotonic clock as `now`.
struct Facts {
  Phase phase = Phase::preparing;
  bool ever_up = false;  ///< /startupz already succeeded in this container
  bool broken = false;   ///< the control process or a daemon is dead, whatever qlist says
  std::string broken_why;
  bool may_restart = true;  ///< false: policy `exit`, or the budget is used up
  std::string no_restart_why;

  std::optional<QlistFacts> last_good;  ///< the last poll that told something, and when
  sup::Nanos last_good_at = 0;
  std::optional<QlistFailure> failing;  ///< set when the last poll told nothing
  sup::Nanos failing_since = 0;         ///< the first of the failures in a row

  std::optional<FrozenByUs> frozen_by_us;
  std::optional<sup::Nanos> suspended_by_other_since;
  std::optional<DataTrouble> data_trouble;
  /// Since when qlist has been saying `hung`. Without it, a `hung` in last_good counts from then.
  std::optional<sup::Nanos> hung_since;
};

struct HealthSettings {
  sup::Nanos stale_ready_after = sup::seconds(60);
  sup::Nanos stale_after = 0;  ///< 0: off
  sup::Nanos hung_after = 0;   ///< 0: off
  sup::Nanos suspended_ready_for = sup::seconds(600);
  /// Healths of a running IRIS that count as ready. A health that IRIS leaves blank, or that we do
  /// not know, counts as `ok` does.
  bool ready_ok = true;
  bool ready_warn = true;
  bool ready_alert = true;
};

/// One line of `?verbose`. `why` is empty when ok.
struct Check {
  std::string name;
  bool ok = true;
  std::string why;

  bool operator==(const Check&) const = default;
};

/// One probe's answer: 200 or 503. ok means that every check is ok.
struct Answer {
  bool ok = false;
  std::vector<Check> checks;  ///< those that were looked at, in the order of the rows
  std::string reason;         ///< one line for people, also when ok
};

struct Verdict {
  int row = 0;  ///< 1 to 13, as numbered in the table; 0: not judged yet
  Answer startup;
  Answer live;
  Answer ready;
};

/// The bare decision, without its words.
struct Decision {
  int row = 0;
  bool startup = false;
  bool live = false;
  bool ready = false;

  bool operator==(const Decision&) const = default;
};
Decision decide(const Facts& facts, const HealthSettings& settings, sup::Nanos now);

Verdict judge(const Facts& facts, const HealthSettings& settings, sup::Nanos now);

}  // namespace probes
