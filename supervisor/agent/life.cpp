// Facts for the lifecycle, and what follows from its decisions.
#include <algorithm>
#include <utility>

#include "supervisor/agent/agent.h"
#include "supervisor/base/text.h"
#include "supervisor/base/units.h"
#include "supervisor/core/exit_code.h"
#include "supervisor/os/clock.h"

namespace sup {
namespace {

bool is_running(const std::optional<probes::QlistFacts>& facts) {
  return facts && facts->state == probes::State::running;
}

/// A daemon that did not survive the start explains a hang soon after it, not one days later.
constexpr Nanos lost_counts_for = minutes(5);
/// And it has to last: a minute, with the poll's default.
constexpr int polls_of_a_hang = 6;
/// A walk over /proc, so not at every turn.
constexpr Nanos look_at_start_every = seconds(2);

void set_text(std::array<char, 512>& field, std::string_view text) {
  text = cut(text, field.size() - 1);
  std::copy_n(text.data(), text.size(), field.data());
  field.at(text.size()) = '\0';
}

}  // namespace

LifeFacts Agent::life_facts() {
  LifeFacts facts;
  facts.main_started = init_->phase == InitPhase::running;
  facts.stopping = init_->phase == InitPhase::stopping;
  // A merge changes no life, and gives way to what does.
  const CommandReport& command = init_->command;
  facts.command_running =
      (command.state == CommandState::running && command.command != Command::merge) ||
      (command_pending() && told_.wanted != Command::merge) ||
      (start_under_way(life_.state()) && start_words_.reading());  // why it has failed
  facts.start_waits = start_words_.looking();
  facts.start_running =
      init_->command.state == CommandState::running && init_->command.command == Command::start;
  facts.command_status = command_status_;
  const bool hangs = hangs_for_want_of_a_daemon();
  facts.daemon_died = watch_.somebody_died() || hangs;
  if (start_failure_.of_the_command) facts.start_failed = start_failure_.said;
  facts.incurable = start_failure_.incurable;
  facts.storage_lost = storage_lost();
  facts.died_under_command = watch_.died_under_command();
  facts.death_why = hangs ? watch_.lost() + ", and IRIS hangs" : watch_.death();
  facts.died_by_signal = init_->irisdb_killed > killed_when_up_;
  // Up and nobody died: there is nothing that /proc could add.
  const auto& qlist = observed_.last_good();
  facts.said_down = qlist && qlist->state == probes::State::down &&
                    observed_.last_good_at() > std::max(disturbed_at_, life_.since());
  if (life_.state() == LifeState::up && !facts.daemon_died && !facts.said_down) return facts;
  const bool ours_runs = init_->command.state == CommandState::running;
  const IrisProcesses processes = watch_.look(ours_runs ? init_->command.pid : 0);
  facts.irisdb_alive = processes.any_alive;
  facts.iris_command_runs = processes.command_runs;
  if (processes.command_runs) disturbed_at_ = monotonic_now();
  // Any irisdb will do here: should the control process not be where we look for it, IRIS still
  // runs. Half dead it does not, whatever qlist says.
  facts.runs = is_running(qlist) &&
               observed_.last_good_at() > std::max(disturbed_at_, watch_.died_at()) &&
               processes.any_alive && !watch_.half_dead();
  // Nobody has forced what a dead IRIS has left there, of which qlist may say running.
  const bool untouched = life_.state() == LifeState::held || life_.state() == LifeState::blocked;
  if (untouched && watch_.somebody_died())
    facts.runs = facts.runs && (watch_.died_under_command() || watch_.was_replaced());
  facts.start_stalled = !facts.runs && start_under_way(life_.state()) && start_is_stalled();
  return facts;
}

bool Agent::lost_counts() const {
  return !watch_.lost().empty() && life_.state() == LifeState::up &&
         monotonic_now() < life_.since() + lost_counts_for;
}

bool Agent::hangs_for_want_of_a_daemon() const {
  if (!lost_counts()) return false;
  const auto& qlist = observed_.last_good();
  const Nanos told_at = observed_.last_good_at();
  // A suspension hangs, too, and is nobody's death: a session has to say that there is none, and
  // IRIS has to hang afterwards all the same. A slow disk makes it hang for a while.
  const auto& hung_since = observed_.hung_since();
  const Nanos long_enough = polls_of_a_hang * settings_.duration(setting::health_poll);
  return qlist && hung_since && told_at - *hung_since >= long_enough &&
         not_suspended_at_ > std::max(*hung_since, life_.since()) && told_at > not_suspended_at_ &&
         !freezer_.machine().ours();
}

std::string Agent::storage_lost() const {
  using probes::DataTrouble;
  const auto& trouble = data_.trouble();
  // A file system that is full can be given room where it is.
  if (!trouble || *trouble == DataTrouble::full) return {};
  return data_.why() + (*trouble == DataTrouble::read_only
                            ? ": it cannot be healed here, delete the pod"
                            : ": no restart is spent on that");
}

bool Agent::start_is_stalled() {
  const Nanos now = monotonic_now();
  if (now - start_looked_at_ < look_at_start_every && now < start_progress_.stalls_at())
    return false;
  start_looked_at_ = now;
  StartActivity activity = watch_.activity();
  if (observed_.last_good()) activity.status = observed_.last_good()->status_text;
  start_progress_.see(activity, now);
  if (!start_progress_.stalled(now)) return false;
  if (!std::exchange(stall_reported_, true))
    timeline_.add(Level::error, "iris.start_stalled",
                  "IRIS has been starting for {}; for {} none of its {} processes has used the "
                  "processor, read or written",
                  describe_duration(now - life_.since()).view(),
                  describe_duration(now - start_progress_.progress_at()).view(),
                  activity.processes);
  return true;
}

void Agent::live() {
  for (;;) {
    const LifeFacts facts = life_facts();
    start_stalled_ = facts.start_stalled;
    const LifeAction action = life_.decide(facts, monotonic_now());
    for (const Transition& step : life_.take_transitions())
      on_transition(step);
    // Restarted by hand meanwhile: what died is no news any more.
    if (life_.state() == LifeState::held && facts.daemon_died && facts.runs) watch_from_now_on();
    if (action == LifeAction::none) break;
    carry_out(action);
  }
  set_poll_period();
}

void Agent::on_transition(const Transition& step) {
  const LifeState state = step.to;
  if (start_under_way(state)) {
    start_progress_.begin(monotonic_now());
    stall_reported_ = false;
  }
  if (state == LifeState::up) forget_failed_start();
  // Each of them comes before a start of ours, and lasts a moment; where it is over already, that
  // start is under way.
  const bool before_a_start = state == LifeState::down || state == LifeState::forcing ||
                              state == LifeState::pausing || state == LifeState::restart_asked;
  if (before_a_start && state == life_.state())
    start_words_.begin(data_directory(), [this] { turn(); });
  // First what the next agent must know, then the word to the world: between the two we may die.
  // What an earlier agent watched is watched on only where it is the first that we see.
  const bool restored = std::exchange(restored_watch_, false);
  if (state == LifeState::up && restored) {
    merge_.look();
  } else if (state == LifeState::up) {
    watch_from_now_on();
    merge_.came_up();
    tell_what_was_recovered();
  }
  tell(step);
  if (state == LifeState::up && step.from == LifeState::up)
    freezer_.machine().iris_lost("IRIS was restarted while it was frozen", monotonic_now());
  if (state == LifeState::up) return;
  const bool died = state != LifeState::held || watch_.somebody_died();
  if (step.from == LifeState::up && state != LifeState::stopping && died)
    freezer_.machine().iris_lost("IRIS died while it was frozen", monotonic_now());
  if (state == LifeState::stopping)
    freezer_.machine().thaw_now("the container was stopped", "stop", monotonic_now());
  poller_.poll_soon();
}

void Agent::tell(const Transition& step) {
  const LifeState state = step.to;
  const bool bad = state == LifeState::broken || state == LifeState::forcing ||
                   state == LifeState::blocked || state == LifeState::given_up;
  const bool odd =
      bad || state == LifeState::held || state == LifeState::down || state == LifeState::restarting;
  const bool hopeless = state == LifeState::given_up || state == LifeState::blocked;
  const Level level = hopeless ? Level::error : odd ? Level::warning : Level::info;
  const std::string after =
      step.lasted == 0 ? std::string{}
                       : fmt::format(" (after {} {})", describe_duration(step.lasted).view(),
                                     name_of(step.from));
  timeline_.add(level, fmt::format("iris.{}", name_of(state)), "{}{}", step.why, after);
}

void Agent::tell_what_was_recovered() {
  start_words_.read([this](const StartWords::Said& said) {
    if (!said.recovered.empty())
      timeline_.add(Level::info, "iris.recovered", "IRIS has recovered, says its messages.log: {}",
                    said.recovered);
  });
}

void Agent::watch_from_now_on() {
  killed_when_up_ = init_->irisdb_killed;
  StateRecord record = watch_.adopt();
  if (!watch_.lost().empty()) poller_.poll_soon();  // does IRIS work without it?
  if (record.processes.empty())
    timeline_.add(Level::warning, "iris.unwatched",
                  "no control process is found below PID 1: only qlist will tell of IRIS's death");
  record.irisdb_killed = killed_when_up_;
  record.at = monotonic_now();
  state_.append(std::move(record));
}

void Agent::carry_out(LifeAction action) {
  switch (action) {
    case LifeAction::none:
      return;
    case LifeAction::stop:
      return ask_init(Command::stop);
    case LifeAction::force:
      return ask_init(Command::force);
    case LifeAction::start: {
      StateRecord record;
      record.kind = StateRecord::Kind::restart;
      record.at = monotonic_now();
      state_.append(std::move(record));
      forget_failed_start();
      return ask_init(Command::start);
    }
    case LifeAction::give_up:
      return ask_for_end(ExitCode::give_up, life_.why(), false);
  }
}

void Agent::ask_for_end(int code, std::string_view why, bool at_once) {
  if (told_.end_wanted == 0) {  // the first reason counts
    told_.end_wanted = 1;
    told_.end_code = code;
    set_text(told_.end_reason, why);
  }
  if (at_once) told_.end_now = 1;
  link_->tell(told_);
}

void Agent::tell_why_it_may_end() {
  if (told_.end_wanted != 0) return;
  const auto& [said, of_the_command, incurable] = start_failure_;
  const bool both = !said.empty() && !incurable.empty();
  const std::string why = incurable + (both ? "; " : "") + said;
  if (why == text_of(told_.end_reason)) return;
  set_text(told_.end_reason, why);
  link_->tell(told_);
}

bool Agent::command_pending() const {
  return told_.wanted != Command::none && told_.wanted_number > init_->command.number;
}

IrisSeen Agent::iris_seen() const {
  switch (life_.seen()) {
    case LifeSeen::running:
      return IrisSeen::running;
    case LifeSeen::crashed:
      return IrisSeen::crashed;
    case LifeSeen::unknown:
      break;
  }
  return IrisSeen::unknown;
}

void Agent::ask_init(Command command) {
  told_.iris_seen = iris_seen();  // before the command changes it
  told_.wanted = command;
  ++told_.wanted_number;
  link_->tell(told_);
}

void Agent::on_command_ended(const CommandReport& report) {
  if (report.command == Command::merge) return merge_.merge_ended(exit_code_of(report.status));
  disturbed_at_ = monotonic_now();
  poller_.poll_soon();
  if (report.command == Command::start || report.command == Command::stop)
    command_status_ = report.status;
  if (report.command == Command::start && report.status != 0) {
    start_words_.read([this](const StartWords::Said& said) {
      if (!said.incurable.empty()) is_incurable(said.incurable);
      turn();
    });
  }
  if (report.command != Command::thaw || thaw_asked_at_ == never) return;
  thaw_asked_at_ = never;
  StepResult result;
  result.status = exit_code_of(report.status);
  freezer_.forced_thaw_ended(result);
}

MergeFacts Agent::merge_facts() const {
  MergeFacts facts;
  facts.up = life_.state() == LifeState::up && !watch_.somebody_died();
  facts.busy = init_->command.state == CommandState::running || command_pending() ||
               freezer_.machine().phase() != FreezePhase::thawed ||
               observed_.suspended_by_other_since();
  return facts;
}

void Agent::set_poll_period() {
  const LifeState state = life_.state();
  const bool settled = (state == LifeState::up && !watch_.somebody_died() &&
                        observed_.last_good_at() > disturbed_at_) ||
                       state == LifeState::preparing || state == LifeState::not_wanted ||
                       state == LifeState::blocked;
  poller_.set_period(
      settings_.duration(settled ? setting::health_poll : setting::health_poll_starting));
}

}  // namespace sup
