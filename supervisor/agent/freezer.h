#pragma once
// Freezer: the effects of the freeze machine (core/freeze.h). Runs its steps as jobs, keeps its
// lease in the state file, answers those who asked.
#include <functional>
#include <string>
#include <vector>

#include "supervisor/agent/control_server.h"
#include "supervisor/agent/hooks.h"
#include "supervisor/agent/jobs.h"
#include "supervisor/agent/state_file.h"
#include "supervisor/agent/timeline.h"
#include "supervisor/core/freeze.h"

namespace sup {

struct FreezerSettings {
  std::string instance;
  std::string helper = "cpfmerge";  ///< the program whose helpers may touch the data volume
  Nanos lease = seconds(120);
  Nanos longest_lease = seconds(540);  ///< below IRIS's own freeze timeout of 600 s
  Nanos step_timeout = seconds(30);
  std::string hooks = {};  ///< directory with pre/ and post/; empty: there are none
  Nanos hook_timeout = seconds(30);
};

/// What the freezer needs to know of IRIS, asked at the moment it needs it.
struct IrisNow {
  std::string why_not;   ///< why it cannot be frozen now; empty: it can
  bool heard = false;    ///< qlist has told something since this agent began, or will not any more
  std::string since;     ///< IRIS's start time, as qlist tells it
  std::string data_dir;  ///< what is flushed and witnessed; empty: nothing is known of it
};

class Freezer {
 public:
  /// `changed` is called whenever somebody else should look again; `thaw_without_session` asks PID
  /// 1 for `iris stat INSTANCE -W`, and its end comes back as forced_thaw_ended().
  Freezer(FreezerSettings settings, Jobs& jobs, Timeline& timeline, StateFile& state,
          std::function<IrisNow()> iris, std::function<void()> thaw_without_session,
          std::function<void()> changed);

  void freeze(const control::Request& request, ControlServer::Respond respond);
  void thaw(const control::Request& request, ControlServer::Respond respond);
  void forced_thaw_ended(const StepResult& result);
  /// The lease that an earlier agent has left, with the sessions that it had running.
  void restore(StateRecord record);
  /// A freeze that an earlier agent has brought to its end.
  void remember(const StateRecord& thawed);
  /// This owner has asked for another one, whatever becomes of that; on record for the next agent.
  void keep_asked(const std::string& owner);
  /// This owner has asked an earlier agent for another one.
  void remember_asked(const std::string& owner) { machine_.asks_for_another(owner); }
  /// After any input and at deadline(): runs the next step, answers, records.
  void turn();
  [[nodiscard]] Nanos deadline() const;

  Freeze& machine() { return machine_; }
  [[nodiscard]] const Freeze& machine() const { return machine_; }
  struct Totals {
    std::uint64_t held = 0;
    std::uint64_t not_held = 0;
    std::uint64_t unknown = 0;  ///< whether they held nobody could say
    std::uint64_t failed = 0;
    std::int64_t last_ended_wall = 0;
    std::string last_failure;  ///< why the last one failed; empty: it did not
  };
  [[nodiscard]] const Totals& totals() const { return totals_; }
  /// Who has IRIS suspended is to be asked anew: a freeze met somebody else's, or thawed it.
  bool take_foreign_news() { return std::exchange(foreign_news_, false); }

 private:
  struct Waiter {
    ControlServer::Respond respond;
    Nanos until = never;
    bool already = false;  ///< it came while the freeze was under way for another one
  };
  /// A session that may change whether IRIS is suspended.
  struct Session {
    WatchedProcess process;
    bool suspends = false;
  };

  void run(FreezeStep step);
  void run_session(FreezeStep step, const Argv& argv);
  void run_helper(const char* what);
  void run_hooks(HookPhase phase);
  void step_ended(const StepResult& step);
  void job_ended(const JobResult& result);
  void give_up_waiting(Nanos now);
  [[nodiscard]] Stragglers living();
  [[nodiscard]] bool may_go_on() const;
  void tell_news();
  void tell_frozen();
  void tell_failed();
  void tell_thawed();
  void count(const FreezeOutcome& outcome);
  void keep_lease();
  void keep_end(StateRecord record);
  static void answer(std::vector<Waiter>& waiting, const control::Reply& reply);

  FreezerSettings settings_;
  Jobs& jobs_;
  Timeline& timeline_;
  StateFile& state_;
  std::function<IrisNow()> iris_;
  std::function<void()> thaw_without_session_;
  std::function<void()> changed_;
  Hooks hooks_;
  Freeze machine_;
  std::vector<Waiter> freeze_waiters_;
  std::vector<Waiter> thaw_waiters_;
  Session running_;                  ///< pid 0: none
  std::uint64_t look_ = 0;           ///< the last session that was asked whether IRIS is suspended
  std::vector<Session> stragglers_;  ///< given up, but not ended when last looked at
  Nanos unseen_until_ = 0;   ///< an earlier agent may have started a session that it did not record
  StateRecord ended_;        ///< to be kept once nothing of the freeze is left
  Nanos unheard_until_ = 0;  ///< so long a freeze of an earlier agent waits for the first qlist
  bool thaws_foreign_ = false;
  bool ended_is_owed_ = false;  ///< the record of it, once nothing is left of the freeze
  bool foreign_news_ = false;
  bool turning_ = false;
  Totals totals_;
};

}  // namespace sup
