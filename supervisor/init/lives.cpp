// Beginnings and ends of PID 1's children: cpfmerge, the main program, the agent, iris commands.
#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "supervisor/core/exit_code.h"
#include "supervisor/init/init.h"
#include "supervisor/os/clock.h"

namespace sup {
namespace {

/// cpfmerge's work is small; without a word for so long it hangs on a stuck volume.
constexpr Nanos prepare_silence = minutes(5);
/// How long a SIGKILL may take to show.
constexpr Nanos prepare_farewell = seconds(2);
/// How long a merge that has to give way may take to end; the agent's beat brings us back.
constexpr Nanos merge_farewell = seconds(5);
/// Where no process or no memory is to be had: how often, and for how long, it is tried again.
constexpr Nanos fork_pause = milliseconds(200);
constexpr Nanos fork_patience = seconds(30);

bool may_pass(int error) {
  return error == EAGAIN || error == ENOMEM;
}

FixedText<256> cannot_start(std::string_view what, int error) {
  FixedText<256> text;
  return text.append("cannot start ").append(what).append(": ").append(std::strerror(error));
}

}  // namespace

void Init::start_first() {
  start_retry_at_ = never;
  if (options_.iris && !prepared_)
    start_prepare();
  else
    start_main();
}

bool Init::start_later(std::string_view what, int error) {
  const Nanos now = monotonic_now();
  if (!may_pass(error) || now >= start_give_up_at_) return false;
  if (start_give_up_at_ == never) {
    start_give_up_at_ = now + fork_patience;
    log_.write(Level::warning, "start.delayed",
               cannot_start(what, error).append("; trying again for 30 s").view());
  }
  start_retry_at_ = now + fork_pause;
  return true;
}

void Init::start_prepare() {
  auto child = children_.start_cpfmerge();
  if (!child) {
    if (start_later("cpfmerge", child.error())) return;
    log_.write(Level::error, "prepare.failed", cannot_start("cpfmerge", child.error()).view());
    main_code_ = ExitCode::refused;
    return leave(monotonic_now());
  }
  prepare_pid_ = child->pid;
  report_ = std::move(child->socket);
  prepare_deadline_ = monotonic_now() + prepare_silence;
}

void Init::watch_prepare(Nanos now) {
  if (now < prepare_deadline_) return;
  if (prepare_killed_) {  // on a stuck volume nothing ends it, and nobody waits for it
    main_code_ = ExitCode::refused;
    if (!reason_.empty()) reason_.append("; ");
    reason_.append("cpfmerge cannot be ended: the data volume is stuck");
    return leave(now);
  }
  log_.write(Level::error, "prepare.silent",
             stop_requested_ ? "cpfmerge does not end, killing it (is the data volume stuck?)"
                             : "cpfmerge has said nothing for 5 minutes; ending it (is the data "
                               "volume stuck?)");
  prepare_killed_ = true;
  ::kill(prepare_pid_, SIGKILL);
  prepare_deadline_ = now + prepare_farewell;
}

void Init::prepare_ended(int status) {
  on_report();  // what it said last
  prepare_pid_ = 0;
  prepare_deadline_ = never;
  report_.reset();
  if (stop_requested_) return leave(monotonic_now());
  if (status == 0) {
    prepared_ = true;
    start_give_up_at_ = never;
    return start_main();
  }
  const int code = exit_code_of(status);
  main_code_ = code == ExitCode::give_up ? code : ExitCode::refused;
  reason_.append("IRIS was not started: cpfmerge ").append(describe_end(status).view());
  const std::array fields{LogField::of("code", main_code_)};
  log_.write(Level::error, "prepare.refused", reason_.view(), fields);
  if (main_code_ == code) reason_.clear();  // cpfmerge has written the termination message itself
  leave(monotonic_now());
}

void Init::start_main() {
  const auto pid = children_.start_main();
  if (!pid) {
    if (start_later(options_.program[0], pid.error())) return;
    log_.write(Level::error, "main.failed", cannot_start(options_.program[0], pid.error()).view());
    main_code_ = ExitCode::cannot_execute;
    return leave(monotonic_now());
  }
  main_pid_ = *pid;
  if (options_.iris) {
    state_.phase = InitPhase::running;
    state_.main_started_at = monotonic_now();
    state_changed_ = true;
  }
  FixedText<256> text;
  text.append("started ").append(options_.program[0]);
  if (options_.iris) text.append(" for instance ").append(options_.instance);
  const std::array fields{LogField::of("pid", main_pid_)};
  log_.write(Level::info, "main.started", text.view(), fields);
}

void Init::main_ended(int status) {
  main_pid_ = 0;
  const int code = exit_code_of(status);
  main_code_ = options_.remapped.apply(code);
  FixedText<256> text;
  text.append(options_.program[0]).append(" ").append(describe_end(status).view());
  if (!stop_requested_) reason_.append(text.view());
  const bool fine = stop_requested_ || main_code_ == 0 || !options_.iris;
  const std::array fields{LogField::of("code", code)};
  log_.write(fine ? Level::info : Level::error, "main.ended", text.view(), fields);
  if (!options_.ladder) {  // as tini: what is left ends with us
    finished_ = true;
    return;
  }
  begin_ladder();
}

void Init::keep_agent(Nanos now) {
  for (;;) {
    switch (keeper_.decide(now)) {
      case KeeperAction::none:
        return;
      case KeeperAction::start:
        if (!start_agent(now)) return;
        break;
      case KeeperAction::terminate:
        log_.write(Level::warning, "agent.silent",
                   "iris-agent has been silent for 20 s, ending it");
        if (agent_pid_ > 0) ::kill(agent_pid_, SIGTERM);
        break;
      case KeeperAction::kill:
        if (agent_pid_ > 0) ::kill(agent_pid_, SIGKILL);
        break;
      case KeeperAction::give_up:
        give_up_agent();
        break;
    }
  }
}

bool Init::start_agent(Nanos now) {
  auto child = children_.start_agent(keeper_.safe_mode(), listener_.get());
  if (!child) {
    log_.write(Level::error, "agent.failed",
               cannot_start("iris-agent", child.error()).append(", trying again").view());
    return false;
  }
  agent_pid_ = child->pid;
  link_ = std::move(child->socket);
  agent_.drained = 0;
  state_changed_ = true;
  keeper_.started(now);
  return true;
}

void Init::give_up_agent() {
  ProcessInfo process;
  read_process(agent_pid_, process);
  const FixedText<16> state{std::string_view{&process.state, 1}};
  const auto channel = wait_channel(agent_pid_);
  const std::array fields{
      LogField::of("pid", agent_pid_), LogField::of("name", process.name.view()),
      LogField::of("state", state.view()), LogField::of("wchan", channel.view())};
  log_.write(Level::error, "agent.stuck",
             "iris-agent does not end on SIGKILL, it hangs in the kernel (on a stuck volume?); "
             "starting another beside it",
             fields);
  if (auto* place = std::find(stuck_agents_.begin(), stuck_agents_.end(), 0);
      place != stuck_agents_.end())
    *place = agent_pid_;
  agent_pid_ = 0;
  link_.reset();
  state_.agent_deaths = keeper_.deaths();
}

void Init::agent_ended(int status) {
  const std::array fields{LogField::of("pid", agent_pid_), LogField::of("status", status)};
  on_link();  // what it said last
  agent_pid_ = 0;
  link_.reset();
  keeper_.died(monotonic_now());
  state_.agent_deaths = keeper_.deaths();
  if (leave_deadline_ != never) return;
  FixedText<128> text;
  text.append("iris-agent ").append(describe_end(status).view()).append(", starting another");
  log_.write(Level::warning, "agent.died", text.view(), fields);
}

bool Init::stuck_agent_ended(pid_t pid) {
  auto* place = std::find(stuck_agents_.begin(), stuck_agents_.end(), pid);
  if (place == stuck_agents_.end()) return false;
  *place = 0;
  keeper_.stuck_one_ended();
  const std::array fields{LogField::of("pid", pid)};
  log_.write(Level::info, "agent.unstuck", "the iris-agent that hung has ended", fields);
  return true;
}

void Init::orphan_ended(const Reaped& child) {
  ++state_.orphans_reaped;
  if (options_.warn_of_zombies) {
    FixedText<64> text;
    log_.write(Level::warning, "zombie.reaped",
               text.append("Reaped zombie process with pid=").append_number(child.pid).view());
  }
  if (child.name.view() != "irisdb") return;
  last_was_killed_ = killed_by_signal(child.status);
  if (last_was_killed_) {
    irisdb_killed_ = true;
    ++state_.irisdb_killed;
  }
  FixedText<128> text;
  text.append("an orphaned irisdb ").append(describe_end(child.status).view());
  const std::array fields{LogField::of("pid", child.pid), LogField::of("name", child.name.view()),
                          LogField::of("status", child.status)};
  // Those that IRIS ends itself, at a stop, go with 0.
  log_.write(child.status == 0 ? Level::debug : Level::warning, "irisdb.ended", text.view(),
             fields);
}

void Init::take_command(const AgentSnapshot& agent) {
  const bool is_new = agent.wanted != Command::none && agent.wanted_number > state_.command.number;
  // A merge of an IRIS that hangs may never end; what else is wanted cannot wait for that.
  if (is_new && command_pid_ != 0 && state_.command.command == Command::merge) {
    if (merge_told_at_ == never) merge_told_at_ = monotonic_now();
    const bool heard_nothing = monotonic_now() - merge_told_at_ >= merge_farewell;
    ::kill(-command_pid_, heard_nothing ? SIGKILL : SIGTERM);
  }
  const bool busy = command_pid_ != 0 || command_retry_at_ != never || ladder_.active();
  if (!is_new || busy || main_pid_ == 0) return;
  run_command(agent.wanted, agent.wanted_number);
}

void Init::run_command(Command command, std::uint64_t number) {
  const bool again = command_retry_at_ != never && state_.command.command == command;
  command_retry_at_ = never;
  const auto pid = children_.start_command(command);
  state_changed_ = true;
  if (number != 0) state_.command.number = number;
  state_.command.command = command;
  state_.command.state = CommandState::running;
  state_.command.pid = 0;
  if (!pid && may_pass(pid.error())) {
    command_retry_at_ = monotonic_now() + fork_pause;
    if (!again)
      log_.write(Level::warning, "command.delayed",
                 cannot_start(name_of(command), pid.error()).append("; trying again").view());
    return;
  }
  if (!pid) {
    state_.command.state = CommandState::ended;
    state_.command.status = ExitCode::cannot_execute << 8;
    log_.write(Level::error, "command.failed", cannot_start(name_of(command), pid.error()).view());
    return;
  }
  command_pid_ = *pid;
  if (command == Command::force) iris_unclean_ = true;
  merge_told_at_ = never;
  state_.command.pid = command_pid_;
  const std::array fields{LogField::of("pid", command_pid_)};
  log_.write(Level::info, "command.started", name_of(command), fields);
}

void Init::command_ended(int status) {
  command_pid_ = 0;
  state_.command.state = CommandState::ended;
  state_.command.status = status;
  // The agent's own thaws are followed by other leases; the ladder's are the last word.
  if (ladder_.active() && state_.command.command == Command::thaw && status == 0)
    thawed_by_us_ = true;
  if (state_.command.command == Command::start && status == 0) {
    iris_unclean_ = false;
    irisdb_killed_ = last_was_killed_ = false;
  }
  FixedText<128> text;
  text.append(name_of(state_.command.command)).append(" ").append(describe_end(status).view());
  const std::array fields{LogField::of("status", status)};
  log_.write(status == 0 ? Level::info : Level::warning, "command.ended", text.view(), fields);
  take_command(agent_);  // what a merge has given way to
}

}  // namespace sup
