#pragma once
// Agent: where things meet. Inputs (PID 1's snapshots, qlist, deaths, requests, time) become facts;
// the machines of core/ decide; what they decide is carried out here or asked of PID 1.
//
//   agent.cpp     building, inputs, the turn of the loop
//   witnesses.cpp what qlist, iris-main.log and the helpers say
//   life.cpp      facts for the lifecycle and what follows from its decisions
//   view.cpp      facts for the probes, and the view that observers get
//   requests.cpp  what irisctl asks
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <optional>
#include <string>

#include "probes/net/http_server.h"
#include "probes/observed.h"
#include "probes/routes.h"
#include "probes/view.h"
#include "supervisor/agent/control_server.h"
#include "supervisor/agent/data_watch.h"
#include "supervisor/agent/freezer.h"
#include "supervisor/agent/iris_watch.h"
#include "supervisor/agent/jobs.h"
#include "supervisor/agent/link.h"
#include "supervisor/agent/main_log.h"
#include "supervisor/agent/merge_edits.h"
#include "supervisor/agent/options.h"
#include "supervisor/agent/qlist_poller.h"
#include "supervisor/agent/start_words.h"
#include "supervisor/agent/state_file.h"
#include "supervisor/agent/timeline.h"
#include "supervisor/core/lifecycle.h"
#include "supervisor/core/service_notice.h"
#include "supervisor/core/settings.h"
#include "supervisor/os/clock.h"
#include "supervisor/os/notify.h"
#include "supervisor/os/signals.h"

namespace sup {

class Agent {
 public:
  Agent(boost::asio::io_context& io, AgentOptions options, Settings settings, SignalInput signals);

  /// Runs until PID 1 says so or is gone.
  int run();

 private:
  // agent.cpp
  void listen_http();
  void listen_control();
  void on_signal();
  void on_init(const InitSnapshot& snapshot);
  void tell_swept(std::uint64_t segments);
  /// How iris-main's own start ended is known already.
  bool remember(const InitSnapshot& snapshot);
  void turn();
  void tell_init();
  void arm_timer();

  // witnesses.cpp
  void on_qlist(const probes::QlistPoll& poll, Nanos began_at, Nanos took);
  void ask_who_suspended();
  [[nodiscard]] bool suspension_check_is_due() const;
  void on_main_log(const probes::MainLogNews& news);
  void is_incurable(const std::string& why);
  void record_failed_start();
  void note_news_of_init(const std::optional<InitSnapshot>& before);
  void restore_wrong();
  void record_wrong();
  void forget_failed_start();
  void tell_why_it_may_end();
  void on_data_news(const std::string& before);
  void count_freezes(const Freezer::Totals& before);

  // life.cpp
  [[nodiscard]] LifeFacts life_facts();
  void live();
  void on_transition(const Transition& step);
  void tell(const Transition& step);
  void begin_start_words(bool not_the_first);
  void tell_what_was_recovered();
  void watch_from_now_on();
  void carry_out(LifeAction action);
  void ask_for_end(int code, std::string_view why, bool at_once);
  void ask_init(Command command);
  [[nodiscard]] IrisSeen iris_seen() const;
  /// A request that PID 1 has not taken yet.
  [[nodiscard]] bool command_pending() const;
  void on_command_ended(const CommandReport& report);
  void set_poll_period();
  [[nodiscard]] bool lost_counts() const;
  [[nodiscard]] bool hangs_for_want_of_a_daemon() const;
  [[nodiscard]] std::string storage_lost() const;
  [[nodiscard]] bool start_is_stalled();
  [[nodiscard]] MergeFacts merge_facts() const;

  // view.cpp
  [[nodiscard]] probes::Facts health_facts() const;
  /// What qlist says of its health then is our doing.
  [[nodiscard]] bool frozen_by_us() const;
  [[nodiscard]] probes::View view(probes::Detail detail) const;
  void show_state(probes::View& view, const probes::Facts& facts) const;
  void show_freeze(probes::View& view) const;
  void show_counters(probes::View& view, Nanos now) const;
  [[nodiscard]] std::string what_happens() const;
  void notify();
  [[nodiscard]] std::string data_directory() const;
  [[nodiscard]] std::int64_t wall_of(Nanos point) const;

  // requests.cpp
  void on_request(const control::Request& request, ControlServer::Respond respond);
  [[nodiscard]] control::Reply hold(const control::Request& request);
  [[nodiscard]] control::Reply release();
  [[nodiscard]] control::Reply restart();
  [[nodiscard]] control::Reply stop(bool at_once);
  [[nodiscard]] control::Reply probe_reply(const std::string& which) const;
  [[nodiscard]] IrisNow iris_now() const;

  boost::asio::io_context& io_;
  AgentOptions options_;
  Settings settings_;
  SignalInput signals_;
  boost::asio::posix::stream_descriptor signal_input_;
  boost::asio::steady_timer timer_;
  boost::asio::steady_timer http_timer_;
  boost::asio::steady_timer control_timer_;
  probes::HealthSettings health_settings_;
  probes::RouteSettings route_settings_;

  Nanos began_at_ = monotonic_now();
  Jobs jobs_;
  StateFile state_;
  Timeline timeline_;
  IrisWatch watch_;
  QlistPoller poller_;
  DataWatch data_;
  MainLog main_log_;
  StartWords start_words_;
  Lifecycle life_;
  Freezer freezer_;
  MergeEdits merge_;
  StartProgress start_progress_;
  Nanos start_looked_at_ = 0;  ///< when its processes were looked at last
  /// What was said of a start that failed; the next agent must know of it, too.
  struct StartFailure {
    std::string said;             ///< by iris-main
    bool of_the_command = false;  ///< of `iris start`, not of a hook's making
    std::string incurable;        ///< what no restart can heal
    bool operator==(const StartFailure&) const = default;
  };
  StartFailure start_failure_;
  std::unique_ptr<AgentLink> link_;
  std::optional<probes::net::HttpServer> http_;
  std::unique_ptr<ControlServer> control_;
  const NotifySocket supervisor_ = NotifySocket::take_from_environment();
  ServiceNotice notice_;

  std::optional<InitSnapshot> init_;  ///< the newest word of PID 1
  AgentSnapshot told_;                ///< what we last told it
  probes::Observed observed_;
  std::uint64_t suspicion_ = 0;       ///< the job that asks whether somebody has suspended IRIS
  Wrong wrong_;                       ///< as the state file has it
  Nanos suspicion_at_ = 0;            ///< when it was asked last; 0: never
  Nanos not_suspended_at_ = 0;        ///< when what was last answered "no" had been asked; 0: never
  Nanos disturbed_at_ = 0;            ///< the last death or command: older polls count no more
  std::uint64_t killed_when_up_ = 0;  ///< PID 1's count of killed irisdb when IRIS came up
  bool restored_watch_ = false;       ///< of an earlier agent's record; until the first state
  bool stall_reported_ = false;
  bool start_stalled_ = false;  ///< at the last turn
  bool recovers_ = false;       ///< iris-main has said that IRIS recovers
  bool notify_complained_ = false;
  bool http_complained_ = false;
  bool control_complained_ = false;
  int command_status_ = 0;       ///< wait status of our last `iris start` or `iris stop`
  bool thaw_wanted_ = false;     ///< to be asked of PID 1 once it has taken what came before
  bool merge_wanted_ = false;    ///< the same for `iris merge`
  Nanos thaw_asked_at_ = never;  ///< when PID 1 was asked for `iris stat -W`
  Nanos main_news_since_ = 0;
  int main_news_ = 0;  ///< since then
  probes::CountersView counters_;
  probes::Histogram freezes_held_{probes::freeze_bounds};
  probes::Histogram freezes_not_held_{probes::freeze_bounds};
  probes::Histogram freezes_unknown_{probes::freeze_bounds};
};

}  // namespace sup
