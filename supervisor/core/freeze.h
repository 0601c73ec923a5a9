#pragma once
// Freeze: the machine of ExternalFreeze and ExternalThaw. Pure: requests, results of steps and time
// in; the next step out. At most one step runs at a time; a freeze always has a deadline.
//
//   thawed --freeze--> [probe, suspend, confirm, sync, witness] --> frozen
//   any step fails, the lease is over, or we must stop --> [undo] --> thawed, with which step and
//   why frozen --thaw, lease over, stop--> [recheck, rewitness, resume, confirm_resumed] --> thawed
//   resume refused --> resume_forced (iris stat INSTANCE -W, by PID 1) --> confirm_resumed
//
// `iris session` answers 5 for success or "suspended" and 3 for failure or "not suspended"
// (documented).
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "supervisor/base/nanos.h"

namespace sup {

enum class FreezeStep : std::uint8_t {
  none,
  probe,            ///< IsWDSuspendedExt: 3 = nobody has suspended it
  suspend,          ///< ExternalFreeze with WDSuspendLimit = the lease
  suspend_plain,    ///< the same for a version that refuses the limit
  confirm,          ///< IsWDSuspendedExt: 5
  sync,             ///< syncfs of the data's file systems, by a helper
  witness,          ///< sizes and times of every IRIS.DAT and WIJ, by a helper
  undo,             ///< ExternalThaw after a failed freeze
  recheck,          ///< IsWDSuspendedExt right before the thaw: 5 = still suspended
  rewitness,        ///< the same list once more
  resume,           ///< ExternalThaw
  resume_forced,    ///< iris stat INSTANCE -W
  confirm_resumed,  ///< IsWDSuspendedExt: 3
};
std::string_view name_of(FreezeStep step);

enum class FreezePhase : std::uint8_t { thawed, freezing, frozen, thawing };
std::string_view name_of(FreezePhase phase);

struct StepResult {
  int status = 0;  ///< exit code; a signal's is 128 + n
  bool timed_out = false;
  std::string output;  ///< standard output of the step
};

struct Lease {
  std::string owner = {};
  std::string token = {};
  Nanos began_at = 0;
  Nanos end_at = 0;             ///< monotonic: the dead-man timer
  bool iris_deadman = true;     ///< IRIS has a timer of its own
  std::string iris_since = {};  ///< IRIS's start time as qlist tells it
  std::string witness = {};
  std::string journal = {};  ///< the file from which to restore
};

struct FreezeOutcome {
  bool held = false;   ///< application-consistent from freeze to thaw
  std::string reason;  ///< why not; or which step of a freeze failed, and how
  std::string journal;
  Nanos lasted = 0;
  bool without_session = false;
  bool refused = false;  ///< the freeze was not even begun: somebody else has suspended IRIS
};

/// What came of the request that is waiting for an answer.
enum class FreezeNews : std::uint8_t { none, frozen, freeze_failed, thawed };

class Freeze {
 public:
  struct Refusal {
    std::string why;       ///< empty: accepted
    bool already = false;  ///< the same owner asked again: nothing to do, the lease is theirs
  };

  /// `iris_runs`: qlist says running and nothing is broken; `iris_since`: its start time.
  Refusal request_freeze(const std::string& owner, const std::string& token, Nanos lease,
                         bool iris_runs, const std::string& iris_since, Nanos now);
  /// Exactly one of token and owner names the lease; both empty: `--force`.
  Refusal request_thaw(std::string_view owner, std::string_view token, Nanos now);
  /// A suspension that is not ours.
  Refusal request_foreign_thaw(Nanos now);
  /// SIGTERM or the lease's end: thaw whatever is ours. A freeze under way is broken off.
  void thaw_now(std::string why, Nanos now);
  /// The lease of an earlier agent. Without a witness the freeze was not complete: it is undone.
  void restore(Lease lease);
  /// IRIS is gone or was restarted: there is nothing left to thaw, whatever is under way.
  void iris_lost(const std::string& why, Nanos now);

  /// The step to run now, once; none while one runs or there is nothing to do.
  FreezeStep next_step(Nanos now);
  /// The running step has ended.
  void step_ended(const StepResult& result, const std::string& iris_since, Nanos now);

  /// What happened since the last call.
  FreezeNews take_news();

  [[nodiscard]] FreezePhase phase() const { return phase_; }
  [[nodiscard]] const std::optional<Lease>& lease() const { return lease_; }
  [[nodiscard]] const FreezeOutcome& outcome() const { return outcome_; }
  /// The lease's end while frozen, else never.
  [[nodiscard]] Nanos deadline() const;
  /// Something of ours may be suspended: PID 1 thaws before it stops IRIS.
  [[nodiscard]] bool ours() const { return lease_.has_value(); }

 private:
  void go(FreezeStep step);
  void go_on(FreezeStep step, Nanos now);
  [[nodiscard]] std::string pointless(Nanos now) const;
  void fail_freeze(std::string why, bool undo);
  void freeze_step_ended(const StepResult& result, Nanos now);
  void thaw_step_ended(const StepResult& result, const std::string& iris_since, Nanos now);
  void begin_thaw(Nanos now);
  void not_held(std::string why);
  void finish_thaw(Nanos now);

  FreezePhase phase_ = FreezePhase::thawed;
  FreezeStep wanted_ = FreezeStep::none;
  FreezeStep running_ = FreezeStep::none;
  std::optional<Lease> lease_;
  FreezeOutcome outcome_;
  FreezeNews news_ = FreezeNews::none;
  std::string thaw_why_;  ///< why the thaw came by itself, or why the freeze is to be broken off
  std::string lost_why_;  ///< IRIS is gone; told when the running step has ended
};

/// The journal file that ExternalFreeze names on its output; empty when it does not.
std::string journal_of(std::string_view output);

}  // namespace sup
