// The stop ladder's effects, and PID 1's last breath.
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>

#include "supervisor/base/units.h"
#include "supervisor/core/exit_code.h"
#include "supervisor/init/init.h"
#include "supervisor/os/clock.h"
#include "supervisor/os/sysv.h"

namespace sup {
namespace {

/// How long the agent may take to close its sockets.
constexpr Nanos agent_farewell = seconds(1);
/// How long cpfmerge may take to end when a stop comes before IRIS was started.
constexpr Nanos prepare_farewell = seconds(10);
/// So many of those that are killed are named; a storm of them must not fill the log.
constexpr std::int64_t most_listed = 100;

}  // namespace

void Init::request_stop(int code, std::string_view why) {
  if (stop_requested_ || leave_deadline_ != never) return;
  stop_requested_ = true;
  start_retry_at_ = never;
  stop_code_ = code;
  if (!reason_.empty()) reason_.append("; ");
  reason_.append(why);
  FixedText<256> text;
  text.append("stopping within ").append(describe_duration(options_.stop_timeout).view());
  text.append(" (").append(options_.stop_timeout_set_by.view()).append("): ").append(why);
  log_.write(code == 0 ? Level::info : Level::error, "stop.begun", text.view());
  state_changed_ = true;
  if (prepare_pid_ != 0) {  // IRIS has not been started: nothing to climb down from
    ::kill(prepare_pid_, SIGTERM);
    prepare_deadline_ = monotonic_now() + std::min(options_.stop_timeout, prepare_farewell);
    return;
  }
  begin_ladder();
}

void Init::begin_ladder() {
  if (!ladder_.active() && options_.iris && !options_.stops_iris)
    log_.write(
        Level::warning, "stop.left_up",
        "IRIS is not stopped (--down false): it ends with the container, and recovers at its "
        "next start");
  state_.phase = InitPhase::stopping;
  ladder_.begin(monotonic_now());
}

void Init::hurry_stop() {
  // Before IRIS was started there is nothing to hurry: cpfmerge has 10 s anyway.
  if (hurried_ || !ladder_.active() || leave_deadline_ != never) return;
  hurried_ = true;
  ladder_.hurry(monotonic_now());
  told_step_ = LadderStep::idle;  // its end is another now
  log_.write(Level::warning, "stop.hurried",
             "asked to stop at once: no more waiting for a drain, and the rest within a minute");
}

LadderFacts Init::look_around() {
  LadderFacts facts;
  facts.main_alive = main_pid_ != 0;
  facts.agent_alive = agent_pid_ != 0 && link_.valid();
  facts.drained = agent_.drained != 0;
  facts.frozen_by_us = agent_.frozen_by_us != 0 && !thawed_by_us_;
  facts.command_running = command_pid_ != 0;
  facts.start_running = command_pid_ != 0 && state_.command.command == Command::start;
  // Whose parent ends while we look may be missed, and is PID 1's child on the next glance:
  // "nobody" is believed on the second one only.
  for (int glance = 0; glance < 2 && !(facts.irisdb_alive && facts.others_alive); ++glance) {
    if (!look_at_descendants()) {  // whether there are children the kernel still tells
      const bool nobody_of_ours = main_pid_ == 0 && agent_pid_ == 0;
      // Without /proc the main program's end has to do. Who cannot be seen for want of descriptors
      // is there until the opposite is known.
      facts.others_alive = descendants_.starved() ? !nobody_of_ours || has_children()
                                                  : nobody_of_ours && has_children();
      if (descendants_.starved()) facts.irisdb_alive |= irisdb_seen_;
      return facts;
    }
    for (const pid_t pid : descendants_.pids()) {
      if (pid == main_pid_) continue;
      facts.others_alive = true;
      ProcessInfo process;
      if (!read_process(pid, process)) continue;
      if (process.name.view() == "irisdb") facts.irisdb_alive = true;
      if (pid != command_pid_ && is_iris_control_command(process)) facts.other_stop_runs = true;
    }
  }
  irisdb_seen_ = facts.irisdb_alive;
  return facts;
}

bool Init::look_at_descendants() {
  std::array<pid_t, AgentKeeper::most_stuck + 1> not_counted{};
  std::copy(stuck_agents_.begin(), stuck_agents_.end(), not_counted.begin());
  not_counted.back() = agent_pid_;
  return descendants_.look(self_, not_counted);
}

void Init::climb(Nanos now) {
  for (;;) {
    const LadderAction action = ladder_.decide(look_around(), now);
    if (ladder_.step() != told_step_) tell_step(now);
    if (action == LadderAction::none) break;
    carry_out(action, now);
  }
  // A process that was born while we looked is met on the next round.
  if (ladder_.step() == LadderStep::kill) signal_descendants(SIGKILL, false);
}

void Init::tell_step(Nanos now) {
  told_step_ = ladder_.step();
  state_changed_ = true;
  const bool ends = ladder_.deadline() != never;
  const Nanos rest = ends ? ladder_.deadline() - now : 0;
  const FixedText<64>& set_by = told_step_ == LadderStep::announce ? options_.drain_delay_set_by
                                                                   : options_.stop_timeout_set_by;
  const std::string_view by = ladder_.hurried() ? "irisctl stop --now" : set_by.view();
  FixedText<128> text;
  text.append("stop: ").append(name_of(told_step_));
  if (rest > 0) text.append(", at most ").append(describe_duration(rest).view());
  const std::array fields{LogField::of("step", name_of(told_step_)),
                          LogField::of("deadline_ms", rest / milliseconds(1)),
                          LogField::of("set_by", by)};
  log_.write(Level::info, "stop.step", text.view(), fields);
}

void Init::carry_out(LadderAction action, Nanos now) {
  switch (action) {
    case LadderAction::none:
    case LadderAction::announce:  // the snapshot says it
      return;
    case LadderAction::thaw:
      return run_command(Command::thaw, 0);
    case LadderAction::signal_main:
      if (main_pid_ != 0) forward(options_.stop_signal);
      return;
    case LadderAction::iris_stop:
      return run_command(Command::stop, 0);
    case LadderAction::iris_force:
      if (command_pid_ != 0) {  // one at a time: what hangs gives way
        ::kill(command_pid_, SIGKILL);
        command_pid_ = 0;
      }
      command_retry_at_ = never;
      log_.write(Level::warning, "stop.forced", "IRIS has not stopped in time, forcing it down");
      return run_command(Command::force, 0);
    case LadderAction::terminate_all:
      return signal_descendants(SIGTERM, false);
    case LadderAction::kill_all:
      return signal_descendants(SIGKILL, true);
    case LadderAction::clean_ipc: {
      // Whatever `iris stop` has made of what a killed IRIS left.
      if (last_was_killed_) iris_unclean_ = true;
      const auto sweep = sweep_orphaned_shared_memory(options_.remove_leftovers);
      if (!sweep || sweep->found == 0) return;
      // A session that was killed leaves none, nor does an IRIS that went down in order.
      if (irisdb_killed_) iris_unclean_ = true;
      const std::array fields{LogField::of("found", sweep->found),
                              LogField::of("removed", sweep->removed),
                              LogField::of("bytes", sweep->bytes)};
      log_.write(Level::info, "ipc.swept", "IRIS had left shared memory", fields);
      return;
    }
    case LadderAction::leave:
      return leave(now);
  }
}

void Init::signal_descendants(int signal, bool list_them) {
  if (!look_at_descendants()) {
    // No /proc to find them in. As PID 1 all that we can see are ours, or came by an exec.
    if (self_ == 1)
      ::kill(-1, signal);
    else if (main_pid_ != 0)
      forward(signal);
    return;
  }
  std::int64_t listed = 0;
  for (const pid_t pid : descendants_.pids()) {
    // Our own `iris stop` is left to end: it tidies up behind an IRIS that is gone.
    if (pid == command_pid_ && signal == SIGTERM) continue;
    ProcessInfo process;
    if (!read_process(pid, process)) continue;
    if (list_them && ++listed <= most_listed) {
      const FixedText<16> state{std::string_view{&process.state, 1}};
      const auto channel = wait_channel(pid);
      const std::array fields{LogField::of("pid", pid), LogField::of("name", process.name.view()),
                              LogField::of("state", state.view()),
                              LogField::of("wchan", channel.view())};
      log_.write(Level::warning, "stop.killing", "still alive, killing it", fields);
    }
    signal_process(process, signal);
  }
  if (listed <= most_listed) return;
  FixedText<64> text;
  text.append("and ").append_number(listed - most_listed).append(" more");
  log_.write(Level::warning, "stop.killing", text.view());
}

void Init::leave(Nanos now) {
  if (agent_pid_ != 0 && leave_deadline_ == never) {
    leave_deadline_ = now + agent_farewell;
    ::kill(agent_pid_, SIGTERM);
    while (agent_pid_ != 0 && monotonic_now() < leave_deadline_) {
      const ReceivedSignal signal = wait_for_input();
      on_link();  // its last word, before its death closes the link
      if (signal.number == SIGCHLD || reap_wanted_) reap();
      send_state();
    }
  }
  finished_ = true;
}

void Init::write_termination_message(int code) {
  if (!options_.iris) return;
  if (iris_unclean_ && !reason_.empty())
    reason_.append("; IRIS was not stopped cleanly: it recovers at its next start");
  // What the agent knows of why the main program has ended by itself.
  if (const auto known = text_of(agent_.end_reason); agent_.end_wanted == 0 && !known.empty())
    reason_.append(reason_.empty() ? "" : "; ").append(known);
  FixedText<2304> text;
  text.append("leaving with code ").append_number(code);
  if (!reason_.empty()) text.append(": ").append(reason_.view());
  const std::array fields{LogField::of("code", code)};
  log_.write(code == 0 ? Level::info : Level::error, "init.leaving", text.view(), fields);
  if (reason_.empty()) return;
  // The kubelet shows this file in `kubectl describe pod`; elsewhere it does not exist.
  const UniqueFd file{
      ::open("/dev/termination-log", O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)};
  if (!file) return;
  [[maybe_unused]] const ssize_t ignored =
      ::write(file.get(), reason_.view().data(), reason_.size());
}

}  // namespace sup
