#include "supervisor/init/init.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "supervisor/core/exit_code.h"
#include "supervisor/os/clock.h"

namespace sup {
namespace {

/// While the ladder is climbed, irisdb processes may end that are not our children yet.
constexpr Nanos glance_period = milliseconds(100);
constexpr int reaped_per_turn = 512;

std::uint64_t new_incarnation() {
  std::uint64_t random = 0;
  if (::getrandom(&random, sizeof random, GRND_NONBLOCK) != sizeof random)
    random = static_cast<std::uint64_t>(wall_now());
  return random;
}

/// With one of 0–2 closed, a socket of ours or a file of IRIS's would get its number, and whoever
/// writes to standard error would write into it.
void keep_the_three_taken() {
  for (int fd = 0; fd < 3; ++fd) {
    if (::fcntl(fd, F_GETFD) < 0) ::open("/dev/null", O_RDWR | O_NOCTTY);
  }
}

}  // namespace

Init::Init(const InitOptions& options, LineWriter& log)
    : options_{options},
      log_{log},
      ladder_{{options.stop_timeout, options.drain_delay, options.iris, options.stops_iris}} {}

bool Init::set_up(const char* const* environment) {
  self_ = ::getpid();
  if (!children_.prepare(options_, environment, signals_.block_all())) {
    log_.write(Level::error, "init.failed", "cannot map memory for the environment");
    return false;
  }
  if (options_.parent_death_signal != 0) ::prctl(PR_SET_PDEATHSIG, options_.parent_death_signal);
  // Where we are not PID 1, IRIS's daemons shall still come to us.
  if (options_.subreaper || (options_.iris && self_ != 1)) ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  if (!options_.iris) {
    warn_if_nothing_can_be_reaped();
    return true;
  }
  keep_the_three_taken();
  listen_to_signals();
  // Present pages stay in memory: PID 1 must answer when memory is short. Refused: no harm.
  ::mlockall(MCL_CURRENT | MCL_ONFAULT);
  state_.incarnation = new_incarnation();
  state_.began_at = monotonic_now();
  state_.drain_delay = options_.drain_delay;
  return true;
}

void Init::listen_to_signals() {
  if (auto fd = open_signal_fd())
    signal_fd_ = std::move(*fd);
  else
    log_.write(Level::warning, "init.degraded",
               "no descriptor for signals to be had; looking for them ten times a second");
}

void Init::warn_if_nothing_can_be_reaped() {
  int is_subreaper = 0;
  if (self_ == 1 || (::prctl(PR_GET_CHILD_SUBREAPER, &is_subreaper) == 0 && is_subreaper != 0))
    return;
  log_.write(Level::warning, "init.no_reaper",
             "iris-init is not running as PID 1 and isn't registered as a child subreaper: "
             "orphans will not come to it, so zombie reaping won't work. Use -s or the "
             "environment variable TINI_SUBREAPER, or run it as PID 1");
}

int Init::run(const char* const* environment) {
  if (!set_up(environment)) return ExitCode::usage;
  if (options_.iris) keep_agent(monotonic_now());  // probes answer "preparing" before all else
  start_first();
  while (!finished_)
    turn();
  const int code = exit_code();
  write_termination_message(code);
  return code;
}

void Init::turn() {
  const ReceivedSignal signal = wait_for_input();
  if (signal.number != 0) on_signal(signal);
  if (reap_wanted_) reap();
  on_report();
  on_link();
  decide();
  send_state();
}

void Init::decide() {
  if (!options_.ladder && start_retry_at_ == never) return;
  const Nanos now = monotonic_now();
  if (now >= start_retry_at_) start_first();
  if (now >= command_retry_at_) run_command(state_.command.command, state_.command.number);
  if (prepare_pid_ != 0) watch_prepare(now);
  if (options_.iris && leave_deadline_ == never) keep_agent(now);
  if (ladder_.active()) climb(now);
}

Nanos Init::next_deadline() const {
  Nanos next = std::min({start_retry_at_, command_retry_at_, prepare_deadline_, leave_deadline_});
  if (options_.iris && leave_deadline_ == never) next = std::min(next, keeper_.deadline());
  if (ladder_.active()) next = std::min(next, ladder_.deadline());
  return next;
}

ReceivedSignal Init::wait_for_input() {
  Nanos wait = reap_wanted_ ? 0 : next_deadline();
  if (wait != never && wait != 0) wait = std::max<Nanos>(0, wait - monotonic_now());
  if (ladder_.active() || (options_.iris && !signal_fd_)) wait = std::min(wait, glance_period);
  if (!link_ && !report_) return signals_.take(wait);
  const short link_events = state_changed_ ? POLLIN | POLLOUT : POLLIN;
  std::array<pollfd, 3> inputs{
      {{signal_fd_.get(), POLLIN, 0}, {link_.get(), link_events, 0}, {report_.get(), POLLIN, 0}}};
  const timespec timeout{wait / seconds(1), wait % seconds(1)};
  ::ppoll(inputs.data(), inputs.size(), wait == never ? nullptr : &timeout, nullptr);
  return signals_.take(0);
}

void Init::on_signal(const ReceivedSignal& signal) {
  if (signal.number == SIGCHLD) {
    reap_wanted_ = true;
    return;
  }
  // A write to a closed pipe sends us SIGPIPE; a background write to the terminal SIGTTOU.
  if (signal.sender == self_ || signal.number == SIGTTIN || signal.number == SIGTTOU) return;
  const bool stops = signal.number == SIGTERM || signal.number == SIGINT ||
                     (options_.ladder && signal.number == options_.stop_signal);
  if (stops && start_retry_at_ != never) main_code_ = 128 + signal.number;
  if (options_.ladder && stops) {
    FixedText<64> why;
    why.append("signal ").append_number(signal.number);
    request_stop(ExitCode::clean, why.view());
  } else if (main_pid_ != 0) {
    forward(signal.number);
  } else if (prepare_pid_ != 0 && stops) {
    ::kill(prepare_pid_, SIGTERM);
  } else if (stops) {
    finished_ = true;  // nothing could be started yet
  }
}

void Init::forward(int signal) const {
  ::kill(options_.signal_group ? -main_pid_ : main_pid_, signal);
}

void Init::reap() {
  // SIGCHLD coalesces: what counts is who can be reaped, not how often we were told. A storm of
  // orphans is taken in pieces, so that a SIGTERM is heard in the middle of it.
  reap_wanted_ = true;
  for (int piece = 0; piece < reaped_per_turn && !finished_; ++piece) {
    const Reaped child = reap_one(options_.iris);
    if (child.pid == 0) {
      reap_wanted_ = false;
      return;
    }
    on_child(child);
  }
}

void Init::on_child(const Reaped& child) {
  state_changed_ = true;
  if (child.pid == main_pid_) return main_ended(child.status);
  if (child.pid == prepare_pid_) return prepare_ended(child.status);
  if (child.pid == command_pid_) return command_ended(child.status);
  if (child.pid == agent_pid_) return agent_ended(child.status);
  if (!stuck_agent_ended(child.pid)) orphan_ended(child);
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
        state_.swept = received->report.swept;
        if (received->report.merge_file != 0) children_.use_effective_merge_file();
        break;
    }
    state_changed_ = true;
  }
}

void Init::on_link() {
  if (!link_) return;
  switch (receive_newest(link_.get(), agent_, listener_)) {
    case Received::nothing:
      return;
    case Received::closed:
      return link_.reset();  // its death will be reaped, or its silence judged
    case Received::snapshot:
      break;
  }
  keeper_.heard(monotonic_now());
  if (agent_.iris_seen != IrisSeen::unknown) iris_unclean_ = agent_.iris_seen == IrisSeen::crashed;
  take_command(agent_);
  if (agent_.end_wanted != 0) request_stop(agent_.end_code, text_of(agent_.end_reason));
  if (agent_.end_now != 0) hurry_stop();
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
  if (ladder_.forced() || iris_unclean_) return ExitCode::forced;
  return options_.iris ? ExitCode::clean : main_code_;
}

}  // namespace sup
