#pragma once
// Freezer: the effects of the freeze machine (core/freeze.h). Runs its steps as jobs, keeps its
// lease in the state file, answers those who asked.
#include <functional>
#include <string>
#include <vector>

#include "supervisor/agent/control_server.h"
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
};

/// What the freezer needs to know of IRIS, asked at the moment it needs it.
struct IrisNow {
  bool runs = false;
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
  /// A freeze that has ended; also what an earlier agent has recorded.
  void remember(bool held, std::int64_t ended_wall);
  /// After any input and at deadline(): runs the next step, answers, records.
  void turn();

  Freeze& machine() { return machine_; }
  [[nodiscard]] const Freeze& machine() const { return machine_; }
  struct Totals {
    std::uint64_t held = 0;
    std::uint64_t not_held = 0;
    std::uint64_t failed = 0;
    std::int64_t last_ended_wall = 0;
  };
  [[nodiscard]] const Totals& totals() const { return totals_; }
  /// Of the last one that was thawed.
  [[nodiscard]] bool last_held() const { return last_held_; }

 private:
  void run(FreezeStep step);
  void step_ended(const JobResult& result);
  void tell_news();
  void keep_lease();
  [[nodiscard]] control::Reply frozen_reply(bool already) const;
  [[nodiscard]] control::Reply thawed_reply() const;
  static void answer(std::vector<ControlServer::Respond>& waiting, const control::Reply& reply);

  FreezerSettings settings_;
  Jobs& jobs_;
  Timeline& timeline_;
  StateFile& state_;
  std::function<IrisNow()> iris_;
  std::function<void()> thaw_without_session_;
  std::function<void()> changed_;
  Freeze machine_;
  std::vector<ControlServer::Respond> freeze_waiters_;
  std::vector<ControlServer::Respond> thaw_waiters_;
  Totals totals_;
  bool last_held_ = false;
};

}  // namespace sup
