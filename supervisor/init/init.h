#pragma once
// Init: PID 1. One loop over signals, the link and deadlines; what is to be done comes from the
// machines in core/, how it is done from children.h and os/. After start: no allocation, no exit on
// a failed write, nothing that blocks, no parsing of anything foreign.
#include "supervisor/base/line_writer.h"
#include "supervisor/core/agent_keeper.h"
#include "supervisor/core/init_options.h"
#include "supervisor/core/stop_ladder.h"
#include "supervisor/init/children.h"
#include "supervisor/link/prepare_report.h"
#include "supervisor/link/snapshot.h"
#include "supervisor/os/process_table.h"
#include "supervisor/os/reap.h"
#include "supervisor/os/signals.h"

namespace sup {

class Init {
 public:
  Init(const InitOptions& options, LineWriter& log);

  /// Runs until the container is to end; its exit code.
  int run(const char* const* environment);

 private:
  // init.cpp: the loop and its inputs
  bool set_up(const char* const* environment);
  void listen_to_signals();
  void warn_if_nothing_can_be_reaped();
  void turn();
  ReceivedSignal wait_for_input();
  void on_signal(const ReceivedSignal& signal);
  void forward(int signal) const;
  void reap();
  void on_child(const Reaped& child);
  void on_report();
  void on_link();
  void decide();
  void send_state();
  [[nodiscard]] Nanos next_deadline() const;
  [[nodiscard]] int exit_code() const;

  // lives.cpp: beginnings and ends of our children
  void start_first();
  bool start_later(std::string_view what, int error);
  void start_prepare();
  void prepare_ended(int status);
  void watch_prepare(Nanos now);
  void start_main();
  void main_ended(int status);
  void keep_agent(Nanos now);
  bool start_agent(Nanos now);
  void give_up_agent();
  void agent_ended(int status);
  bool stuck_agent_ended(pid_t pid);
  void orphan_ended(const Reaped& child);
  void take_command(const AgentSnapshot& agent);
  void run_command(Command command, std::uint64_t number);
  void command_ended(int status);

  // stopping.cpp: the ladder's effects
  void request_stop(int code, std::string_view why);
  void begin_ladder();
  void hurry_stop();
  void climb(Nanos now);
  void carry_out(LadderAction action, Nanos now);
  LadderFacts look_around();
  void tell_step(Nanos now);
  void signal_descendants(int signal, bool list_them);
  bool look_at_descendants();
  void leave(Nanos now);
  void write_termination_message(int code);

  InitOptions options_;
  LineWriter& log_;
  SignalQueue signals_;
  UniqueFd signal_fd_;  ///< readable when a signal waits; needed beside a link or a report only
  AgentKeeper keeper_;
  StopLadder ladder_;

  UniqueFd link_;       ///< to the agent; invalid while there is none
  UniqueFd report_;     ///< from cpfmerge
  UniqueFd data_lock_;  ///< the lock on the data directory; held to the end, never read or written
  UniqueFd listener_;   ///< the socket of the probes: agents come and go, it stays. Never used here
  pid_t self_ = 0;
  pid_t agent_pid_ = 0;
  pid_t prepare_pid_ = 0;
  pid_t main_pid_ = 0;
  pid_t command_pid_ = 0;
  std::array<pid_t, AgentKeeper::most_stuck> stuck_agents_{};  ///< 0: a free place
  Nanos start_retry_at_ = never;  ///< for cpfmerge or the main program, while fork is refused
  Nanos start_give_up_at_ = never;
  Nanos command_retry_at_ = never;  ///< for the command in state_
  Nanos prepare_deadline_ = never;
  Nanos leave_deadline_ = never;
  Nanos merge_told_at_ = never;  ///< when a merge was told to give way

  InitSnapshot state_;
  AgentSnapshot agent_;  ///< the newest that we have heard
  bool state_changed_ = true;
  bool thawed_by_us_ = false;  ///< by the ladder
  bool prepare_killed_ = false;
  bool prepared_ = false;  ///< cpfmerge has done its work: it holds the data for us
  bool stop_requested_ = false;
  bool hurried_ = false;
  bool iris_unclean_ = false;     ///< it crashed or was forced, and was not started again since
  bool irisdb_killed_ = false;    ///< an irisdb was, since IRIS was last started by us
  bool last_was_killed_ = false;  ///< of all that ended so far; an IRIS that stops ends last itself
  bool irisdb_seen_ = true;       ///< at the last look that saw everybody; before one: perhaps
  bool reap_wanted_ = false;      ///< SIGCHLD came, or there were more than one turn reaps
  bool finished_ = false;
  int stop_code_ = 0;
  int main_code_ = 0;
  LadderStep told_step_ = LadderStep::idle;

  // What is large and seldom used stands last: a page that is never touched does not exist.
  FixedText<2048> reason_;  ///< why the container ends, for the termination message
  Children children_;
  Descendants descendants_;
};

}  // namespace sup
