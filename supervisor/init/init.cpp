#include "supervisor/init/init.h"

#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "supervisor/core/exit_code.h"
#include "supervisor/os/clock.h"

namespace sup {
namespace {

/// While the ladder is climbed, irisdb processes may end that are not our children yet.
constexpr Nanos look_around_period = milliseconds(100);

std::uint64_t new_incarnation() {
  std::uint64_t random = 0;
  if (::getrandom(&random, sizeof random, GRND_NONBLOCK) != sizeof random)
    random = static_cast<std::uint64_t>(wall_now());
  return random;
}

}  // namespace

Init::Init(const InitOptions& options, LineWriter& log)
    : options_{options},
      log_{log},
      ladder_{{options.stop_timeout, options.drain_delay, options.iris}} {}

bool Init::set_up(const char* const* environment) {
  self_ = ::getpid();
  auto signals = block_and_read_signals();
  if (!signals) {
    log_.write(Level::error, "init.failed", "cannot read signals");
    return false;
  }
  signals_ = std::move(*signals);
  if (!children_.prepare(options_, environment, signals_.previous)) {
    log_.write(Level::error, "init.failed", "cannot map memory for the environment");
    return false;
  }
  if (options_.iris) {
    // Where we are not PID 1, IRIS's daemons shall still come to us.
    if (self_ != 1) ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    // Present pages stay in memory: PID 1 must answer when memory is short. Refused: no harm.
    ::mlockall(MCL_CURRENT | MCL_ONFAULT);
  }
  state_.incarnation = new_incarnation();
  state_.began_at = monotonic_now();
  state_.drain_delay = options_.drain_delay;
  return true;
}

int Init::run(const char* const* environment) {
  if (!set_up(environment)) return ExitCode::usage;
  if (options_.iris) {
    keep_agent(monotonic_now());  // probes answer "preparing" before anything else happens
    start_prepare();
  } else {
    start_main();
  }
  while (!finished_) {
    wait_for_input(monotonic_now());
    on_signals();
    on_report();
    on_link();
    decide();
    send_state();
  }
  const int code = exit_code();
  write_termination_message(code);
  return code;
}

void Init::decide() {
  const Nanos now = monotonic_now();
  if (prepare_pid_ != 0) watch_prepare(now);
  if (options_.iris && leave_deadline_ == never) keep_agent(now);
  if (ladder_.active()) climb(now);
}

Nanos Init::next_deadline() const {
  Nanos next = std::min(prepare_deadline_, leave_deadline_);
  if (options_.iris && leave_deadline_ == never) next = std::min(next, keeper_.deadline());
  if (ladder_.active()) next = std::min(next, ladder_.deadline());
  return next;
}

void Init::wait_for_input(Nanos now) {
  Nanos wait = next_deadline();
  if (wait != never) wait = std::max<Nanos>(0, wait - now);
  if (ladder_.active()) wait = std::min(wait, look_around_period);
  const short link_events = state_changed_ ? POLLIN | POLLOUT : POLLIN;
  std::array<pollfd, 3> inputs{
      {{signals_.fd.get(), POLLIN, 0}, {link_.get(), link_events, 0}, {report_.get(), POLLIN, 0}}};
  const timespec timeout{wait / seconds(1), wait % seconds(1)};
  ::ppoll(inputs.data(), inputs.size(), wait == never ? nullptr : &timeout, nullptr);
}

void Init::on_signals() {
  for (;;) {
    const ReceivedSignal signal = next_signal(signals_.fd.get());
    if (signal.number == 0) break;
    if (signal.number != SIGCHLD) on_signal(signal);
  }
  // SIGCHLD coalesces: what counts is who can be reaped, not how often we were told.
  for (;;) {
    const Reaped child = reap_one(options_.iris);
    if (child.pid == 0) break;
    on_child(child);
  }
}

void Init::on_signal(const ReceivedSignal& signal) {
  // A write to a closed pipe sends us SIGPIPE; a background write to the terminal SIGTTOU.
  if (signal.sender == self_ || signal.number == SIGTTIN || signal.number == SIGTTOU) return;
  const bool stops = signal.number == SIGTERM || signal.number == SIGINT;
  if (options_.ladder && stops) {
    FixedText<64> why;
    why.append("signal ").append_number(signal.number);
    request_stop(ExitCode::clean, why.view());
  } else if (main_pid_ != 0) {
    ::kill(main_pid_, signal.number);
  } else if (prepare_pid_ != 0 && stops) {
    ::kill(prepare_pid_, SIGTERM);
  }
}

void Init::on_child(const Reaped& child) {
  state_changed_ = true;
  if (child.pid == main_pid_) return main_ended(child.status);
  if (child.pid == prepare_pid_) return prepare_ended(child.status);
  if (child.pid == command_pid_) return command_ended(child.status);
  if (child.pid == agent_pid_) {
    agent_pid_ = 0;
    link_.reset();
    keeper_.died(monotonic_now());
    state_.agent_deaths = keeper_.deaths();
    if (leave_deadline_ != never) return;
    const std::array fields{LogField::of("pid", child.pid), LogField::of("status", child.status)};
    FixedText<128> text;
    text.append("iris-agent ")
        .append(describe_end(child.status).view())
        .append(", starting another");
    log_.write(Level::warning, "agent.died", text.view(), fields);
    return;
  }
  orphan_ended(child);
}

void Init::on_report() {
  while (report_) {
    auto received = receive_report(report_.get());
    if (!received && received.error() == EAGAIN) return;
    if (!received || !received->open) return report_.reset();
    if (received->passed) data_lock_ = std::move(received->passed);
    if (received->report.stage == PrepareStage::locked && !data_lock_) {
      log_.write(Level::error, "prepare.failed",
                 "the lock on the data did not arrive; not starting");
      ::kill(prepare_pid_, SIGKILL);
      return;
    }
    if (!stop_requested_) prepare_deadline_ = never;
    switch (received->report.stage) {
      case PrepareStage::waiting_for_data:  // cpfmerge keeps that time itself (MERGE DATA_WAIT)
        state_.phase = InitPhase::waiting_for_data;
        break;
      case PrepareStage::started:
      case PrepareStage::locked:
      case PrepareStage::done:
        state_.phase = InitPhase::preparing;
        if (!stop_requested_) prepare_deadline_ = monotonic_now() + minutes(5);
        if (received->report.merge_file != 0) children_.use_effective_merge_file();
        break;
    }
    state_changed_ = true;
  }
}

void Init::on_link() {
  if (!link_) return;
  switch (receive_newest(link_.get(), agent_)) {
    case Received::nothing:
      return;
    case Received::closed:
      return link_.reset();  // its death will be reaped, or its silence judged
    case Received::snapshot:
      break;
  }
  keeper_.heard(monotonic_now());
  take_command(agent_);
  if (agent_.end_wanted != 0) request_stop(agent_.end_code, text_of(agent_.end_reason));
}

void Init::send_state() {
  if (!state_changed_ || !link_) return;
  state_.main_pid = main_pid_;
  state_.stop_step = static_cast<std::uint32_t>(ladder_.step());
  state_.stop_began_at = ladder_.active() ? ladder_.began_at() : 0;
  state_.safe_mode = keeper_.safe_mode() ? 1 : 0;
  state_.lines_dropped = log_.dropped();
  if (send_snapshot(link_.get(), state_)) state_changed_ = false;
}

int Init::exit_code() const {
  if (!stop_requested_) return main_code_;
  if (stop_code_ != ExitCode::clean) return stop_code_;
  if (ladder_.forced()) return ExitCode::forced;
  return options_.iris ? ExitCode::clean : main_code_;
}

}  // namespace sup
