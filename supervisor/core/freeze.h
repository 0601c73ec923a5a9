#pragma once
// Freeze: the machine of ExternalFreeze and ExternalThaw. Pure: requests, results of steps and time
// in; the next step out. At most one step runs at a time; a freeze always has a deadline.
//
//   thawed --freeze--> [probe, before (and probe again if hooks have run), suspend, confirm, sync,
//   witness] --> frozen any step fails, the lease is over, or we must stop --> [undo,
//   confirm_undone, after] --> thawed frozen --thaw, lease over, stop--> [recheck, rewitness,
//   resume, confirm_resumed, after] --> thawed; resume refused --> resume_forced (iris stat
//   INSTANCE -W, by PID 1) what could not be confirmed, and a session that overran its deadline and
//   still lives and may yet do what it was told --> settling [settle, undo, resume_forced] until
//   nothing of it is left
//
// `iris session` answers 5 for success or "suspended" and 3 for failure or "not suspended"
// (documented). tests/unit/core/freeze_table_test.cpp prints which answer leads where.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "supervisor/base/nanos.h"
#include "supervisor/core/freeze_words.h"

namespace sup {

struct StepResult {
  int status = 0;  ///< exit code; a signal's is 128 + n
  bool timed_out = false;
  std::string output;  ///< standard output of the step
  Nanos at = 0;        ///< when the line of messages.log in `output` was written; 0: not known
};

struct FreezeOutcome {
  bool held = false;  ///< application-consistent from freeze to thaw
  bool known = true;  ///< whether it held; false: nobody can say, so take it for not held
  std::string ended_by =
      {};              ///< what ended it early: lease | stop | iris | other; empty: nothing did
  Nanos ended_at = 0;  ///< monotonic: when it ended early; 0: not known, or it did not
  std::string evidence =
      {};  ///< IRIS's own line about an end by others, as it stands in messages.log
  std::string reason = {};  ///< why it did not hold; or which step of a freeze failed, and how
  std::string journal = {};
  std::string hooks = {};  ///< which post hook failed, and how
  Nanos lasted = 0;
  bool without_session = false;
  bool refused = false;  ///< IRIS was not even asked: somebody else has suspended it
};

struct Lease {
  std::string owner = {};
  std::string token = {};
  Nanos began_at = 0;
  Nanos end_at = 0;             ///< monotonic: the dead-man timer
  bool iris_deadman = true;     ///< IRIS has a timer of its own
  std::string iris_since = {};  ///< IRIS's start time as qlist tells it
  std::string witness = {};     ///< empty until the freeze is complete
  std::string journal = {};     ///< the file from which to restore
  bool hooks_begun = false;     ///< the post hooks are owed
  bool suspending = false;      ///< IRIS was asked to suspend
  bool resuming = false;        ///< the witnesses have spoken, IRIS was asked to resume
  bool over = false;            ///< nothing is suspended any more; the post hooks may be owed
  bool asked_again = false;     ///< while it was being thawed its owner has asked for another one
  FreezeOutcome outcome = {};   ///< resuming or over: what came of it, as far as it is known
};

/// A freeze that was complete and is over. Who asks once more hears the same once more.
struct EndedFreeze {
  std::string owner = {};
  std::string token = {};
  FreezeOutcome outcome = {};
  Nanos over_at = 0;         ///< monotonic
  bool asked_again = false;  ///< its owner has asked for another one: the token alone tells it now
};
/// So many of them are remembered, and so long "it held" is told again to who asks by name: by then
/// an answer that was lost has been asked for again, and a script that does not notice that its
/// next freeze was never asked for must not hear of this one.
inline constexpr std::size_t ended_freezes_kept = 16;
inline constexpr Nanos held_is_told_by_name_for = seconds(300);

/// What has happened; frozen, freeze_failed and thawed answer the requests that wait.
enum class FreezeNews : std::uint8_t {
  none,
  frozen,
  freeze_failed,
  thawed,
  late,    ///< settling: IRIS is suspended, by a session that was given up; it is thawed
  settled  ///< settling is over: nothing of ours is left
};

/// Sessions that overran their deadline and have not ended: what they may still do.
struct Stragglers {
  bool suspend = false;
  bool resume = false;
};

class Freeze {
 public:
  struct Refusal {
    std::string why;       ///< empty: accepted
    bool already = false;  ///< nothing to do: the lease is theirs, or it is thawed: see `ended`
    const EndedFreeze* ended =
        nullptr;  ///< of a thaw: the freeze that is meant; till the next call
  };

  /// `why_not`: why IRIS cannot be frozen now, empty when it can; `iris_since`: its start time.
  Refusal request_freeze(const std::string& owner, const std::string& token, Nanos lease,
                         const std::string& why_not, const std::string& iris_since, Nanos now);
  /// Exactly one of token and owner names the lease; both empty: `--force`.
  Refusal request_thaw(std::string_view owner, std::string_view token, Nanos now);
  /// Whatever becomes of its request: "thaw what `owner` has" does not mean an earlier freeze any
  /// more. Whether it could until now.
  bool asks_for_another(std::string_view owner);
  /// A suspension that is not ours.
  Refusal request_foreign_thaw(Nanos now);
  /// Thaws whatever is ours. A freeze under way is broken off. `by`: as FreezeOutcome::ended_by.
  void thaw_now(std::string why, std::string by, Nanos now);
  /// The lease of an earlier agent. One that was not complete is undone. `living`: its sessions.
  void restore(Lease lease, Stragglers living, Nanos now);
  void restore(EndedFreeze ended);
  /// IRIS is gone or was restarted: there is nothing left to thaw, whatever is under way.
  void iris_lost(const std::string& why, Nanos now);
  /// Which of the stragglers still live.
  void still_live(Stragglers living);

  /// The step to run now, once; none while one runs or there is nothing to do.
  FreezeStep next_step(Nanos now);
  /// The running step has ended.
  void step_ended(const StepResult& result, const std::string& iris_since, Nanos now);

  /// What happened since the last call.
  FreezeNews take_news();

  [[nodiscard]] FreezePhase phase() const { return phase_; }
  [[nodiscard]] const std::optional<Lease>& lease() const { return lease_; }
  [[nodiscard]] const FreezeOutcome& outcome() const { return outcome_; }
  /// Freezes that were complete, the newest last.
  [[nodiscard]] const std::vector<EndedFreeze>& ended() const { return ended_; }
  /// The last freeze that was complete; nullptr: none was.
  [[nodiscard]] const EndedFreeze* last() const {
    return ended_.empty() ? nullptr : &ended_.back();
  }
  /// The lease's end while frozen, the next look while settling, else never.
  [[nodiscard]] Nanos deadline() const;
  /// IRIS was asked to suspend, and may be: PID 1 thaws before it stops IRIS. Before that, what is
  /// suspended is somebody else's.
  [[nodiscard]] bool ours() const { return lease_ && lease_->suspending && !over_; }
  /// From the request of a freeze to the end of its thaw; what may be left then is no obstacle.
  [[nodiscard]] bool is_under_way() const {
    return phase_ != FreezePhase::thawed && phase_ != FreezePhase::settling;
  }
  /// A freeze under way that can only fail: what has not begun of it need not begin.
  [[nodiscard]] bool is_pointless(Nanos now) const;
  /// It is known already, whatever the time.
  [[nodiscard]] bool has_next_step() const { return wanted_ != FreezeStep::none; }

 private:
  // freeze.cpp
  void go(FreezeStep step) { wanted_ = step; }
  void begin(FreezePhase phase);
  [[nodiscard]] std::string who_has_it(Nanos now) const;
  [[nodiscard]] const EndedFreeze* newest_of(std::string_view owner) const;
  [[nodiscard]] const EndedFreeze* told_again(std::string_view owner, std::string_view token,
                                              Nanos now) const;
  [[nodiscard]] Refusal nothing_frozen(std::string_view owner, std::string_view token);
  void look_again(Nanos now);
  void settled();
  void settle_step_ended(FreezeStep step, const StepResult& result, const std::string& iris_since,
                         Nanos now);
  /// Suspended no more, as far as can be told; only the post hooks are left.
  void end(FreezeNews news, Nanos now);
  void finish(Nanos now);
  void close(Nanos now);

  // freeze_steps.cpp
  void go_on(FreezeStep step, Nanos now);
  [[nodiscard]] std::string pointless(Nanos now) const;
  void fail_freeze(std::string why, bool undo, Nanos now);
  void freeze_step_ended(FreezeStep step, const StepResult& result, const std::string& iris_since,
                         Nanos now);
  void suspend_ended(FreezeStep step, const StepResult& result, Nanos now);
  void undo_step_ended(FreezeStep step, const StepResult& result, Nanos now);

  // thaw_steps.cpp
  void begin_thaw(Nanos now);
  void not_held(std::string why, std::string by, Nanos at = 0);
  void nobody_knows(std::string why);
  void finish_thaw(Nanos now);
  void thaw_step_ended(FreezeStep step, const StepResult& result, const std::string& iris_since,
                       Nanos now);
  [[nodiscard]] bool another_life(const std::string& iris_since);
  void resume();

  FreezePhase phase_ = FreezePhase::thawed;
  FreezeStep wanted_ = FreezeStep::none;
  FreezeStep running_ = FreezeStep::none;
  std::optional<Lease> lease_;
  FreezeOutcome outcome_;
  std::vector<EndedFreeze> ended_;  ///< the newest last
  FreezeNews news_ = FreezeNews::none;
  FreezeNews owed_ = FreezeNews::none;  ///< to be told after the post hooks
  bool then_settled_ = false;           ///< to be told after `news_`
  std::string thaw_why_;  ///< why the thaw came by itself, or why the freeze is to be broken off
  std::string thaw_by_;
  std::string lost_why_;  ///< IRIS is gone; told when the running step has ended
  bool over_ = false;     ///< nothing is suspended, and nothing that we started can do it any more
  bool forced_ = false;   ///< of an undo: iris stat -W was tried
  bool refused_ = false;  ///< ExternalFreeze with the limit has said that it failed
  bool foreign_ = false;  ///< the thaw of somebody else's suspension
  bool unconfirmed_ = false;  ///< nobody has said yet that it is not suspended
  Stragglers stragglers_;
  Nanos settle_at_ = 0;     ///< the next look
  bool last_look_ = false;  ///< the look under way began when no straggler lived any more
  bool tried_thaw_ = false;
};

}  // namespace sup
