// What observers get: facts for the health verdict, and the view of everything.
#include <fmt/core.h>
#include <unistd.h>

#include <cstring>
#include <utility>

#include "supervisor/agent/agent.h"
#include "supervisor/agent/own_process.h"
#include "supervisor/base/log.h"
#include "supervisor/core/stop_ladder.h"
#include "supervisor/os/clock.h"

namespace sup {
namespace {

probes::Phase phase_of(LifeState state) {
  switch (state) {
    case LifeState::preparing:
      return probes::Phase::preparing;
    case LifeState::starting:
      return probes::Phase::starting;
    case LifeState::up:
      return probes::Phase::up;
    case LifeState::broken:
    case LifeState::down:
    case LifeState::blocked:
    case LifeState::given_up:
      return probes::Phase::down;
    case LifeState::held:
      return probes::Phase::held;
    case LifeState::restart_asked:
    case LifeState::forcing:
    case LifeState::pausing:
    case LifeState::restarting:
      return probes::Phase::restarting;
    case LifeState::not_wanted:
      return probes::Phase::up_false;
    case LifeState::stopping:
      return probes::Phase::stopping;
  }
  return probes::Phase::preparing;
}

probes::FreezeState freeze_state_of(const Freeze& machine, bool last_failed) {
  switch (machine.phase()) {
    case FreezePhase::thawed:
      return last_failed ? probes::FreezeState::failed : probes::FreezeState::thawed;
    case FreezePhase::freezing:
      return probes::FreezeState::freezing;
    case FreezePhase::frozen:
      return probes::FreezeState::frozen;
    case FreezePhase::thawing:
      return probes::FreezeState::thawing;
    case FreezePhase::settling:
      return probes::FreezeState::settling;
  }
  return probes::FreezeState::thawed;
}

}  // namespace

std::int64_t Agent::wall_of(Nanos point) const {
  return point == 0 || point == never ? 0 : (wall_now() - monotonic_now() + point) / seconds(1);
}

bool Agent::frozen_by_us() const {
  const Freeze& freeze = freezer_.machine();
  return freeze.ours() &&
         (freeze.phase() != FreezePhase::settling || monotonic_now() < freeze.lease()->end_at);
}

probes::Facts Agent::health_facts() const {
  probes::Facts facts;
  const LifeState state = life_.state();
  facts.phase = phase_of(state);
  if (state == LifeState::stopping && init_ &&
      static_cast<LadderStep>(init_->stop_step) == LadderStep::announce)
    facts.phase = probes::Phase::draining;
  facts.ever_up = life_.ever_up();
  facts.broken = state == LifeState::broken || state == LifeState::down ||
                 state == LifeState::blocked || state == LifeState::given_up ||
                 ((state == LifeState::up || state == LifeState::held) && watch_.somebody_died());
  facts.broken_why =
      watch_.somebody_died() && state != LifeState::blocked ? watch_.death() : life_.why();
  facts.may_restart = state != LifeState::given_up;
  facts.no_restart_why = life_.why();
  observed_.fill(facts);
  if (freezer_.machine().ours()) facts.suspended_by_other_since.reset();
  const Freeze& freeze = freezer_.machine();
  if (freeze.lease() && freeze.phase() != FreezePhase::thawed && !freeze.lease()->token.empty())
    facts.frozen_by_us = {freeze.lease()->began_at, freeze.lease()->end_at};
  return facts;
}

std::string Agent::data_directory() const {
  // What qlist names there with a durable directory is inferred only; the variable is documented.
  const auto durable = environment_value(environ, "ISC_DATA_DIRECTORY");
  if (durable && !durable->empty()) return std::string{*durable};
  const auto& qlist = observed_.last_good();
  if (!qlist) return {};
  return qlist->data_dir.empty() ? qlist->install_dir : qlist->data_dir;
}

probes::View Agent::view(probes::Detail detail) const {
  const Nanos now = monotonic_now();
  const probes::Facts facts = health_facts();
  probes::View view;
  if (detail == probes::Detail::decision) {
    const probes::Decision decision = probes::decide(facts, health_settings_, now);
    view.verdict.row = decision.row;
    view.verdict.startup.ok = decision.startup;
    view.verdict.live.ok = decision.live;
    view.verdict.ready.ok = decision.ready;
    return view;
  }
  view.verdict = probes::judge(facts, health_settings_, now);
  if (detail == probes::Detail::verdict) return view;
  show_state(view, facts);
  show_freeze(view);
  show_counters(view, now);
  if (detail == probes::Detail::all)
    view.events.assign(timeline_.events().begin(), timeline_.events().end());
  return view;
}

std::string Agent::what_happens() const {
  if (init_ && init_->phase == InitPhase::waiting_for_data)
    return "waiting for the data directory: another container holds it";
  if (init_ && init_->stop_began_at != 0)
    return fmt::format("stop: {}{}", name_of(static_cast<LadderStep>(init_->stop_step)),
                       told_.end_now != 0 ? ", at once" : "");
  return life_.why();
}

void Agent::notify() {
  if (!supervisor_.is_heard()) return;
  const bool stopping = init_->phase == InitPhase::stopping;
  std::string status = fmt::format("{}: {}", name_of(life_.state()), what_happens());
  // Nothing that changes by itself: each change is a message.
  if (life_.state() == LifeState::up && observed_.last_good())
    status += fmt::format("; health {}", name_of(observed_.last_good()->health));
  if (freezer_.machine().ours()) status += "; frozen";
  const bool started = probes::decide(health_facts(), health_settings_, monotonic_now()).startup;
  const std::string news = notice_.news(started, stopping, status);
  if (news.empty()) return;
  const int error = supervisor_.tell(news);
  if (error == 0) return notice_.told();
  if (!std::exchange(notify_complained_, true))
    log::warning("notify.failed",
                 "cannot tell '{}' (NOTIFY_SOCKET): {}; trying again with each news",
                 supervisor_.address(), std::strerror(error));
}

void Agent::show_state(probes::View& view, const probes::Facts& facts) const {
  view.version = IRIS_INIT_VERSION;
  view.instance = options_.instance;
  view.now = wall_now() / seconds(1);
  view.phase = facts.phase;
  view.since = wall_of(life_.since());
  view.started = init_ ? wall_of(init_->began_at) : 0;
  view.reason = what_happens();
  view.safe_mode = options_.safe;
  view.qlist_known = facts.last_good.has_value();
  if (facts.last_good) view.qlist = *facts.last_good;
  view.qlist_at = wall_of(facts.last_good_at);
  if (facts.failing) view.qlist_failure = facts.failing->why;
  view.data = data_.view([this](Nanos at) { return wall_of(at); });
}

namespace {

const char* outcome_name(const FreezeOutcome& outcome) {
  return outcome.held ? "held" : outcome.known ? "did_not_hold" : "unknown";
}

}  // namespace

void Agent::show_freeze(probes::View& view) const {
  const Freeze& freeze = freezer_.machine();
  const Freezer::Totals& totals = freezer_.totals();
  view.freeze.state = freeze_state_of(freeze, !totals.last_failure.empty());
  const auto& foreign = observed_.suspended_by_other_since();
  if (foreign && freeze.phase() == FreezePhase::thawed) {
    view.freeze.state = probes::FreezeState::foreign;
    view.freeze.since = wall_of(*foreign);
  }
  if (freeze.lease()) {
    view.freeze.owner = freeze.lease()->owner;
    view.freeze.since = wall_of(freeze.lease()->began_at);
    view.freeze.lease_end = wall_of(freeze.lease()->end_at);
  }
  if (!totals.last_failure.empty()) {
    view.freeze.last_outcome = "failed";
    view.freeze.last_reason = totals.last_failure;
  } else if (freeze.last()) {
    const FreezeOutcome& last = freeze.last()->outcome;
    view.freeze.last_outcome = outcome_name(last);
    view.freeze.last_reason = last.reason;
    if (!last.evidence.empty()) view.freeze.last_reason += "; IRIS says: " + last.evidence;
    view.freeze.last_journal = last.journal;
  }
  for (const EndedFreeze& ended : freeze.ended())
    view.freeze.windows.push_back(
        {.owner = ended.owner,
         .outcome = outcome_name(ended.outcome),
         .reason = ended.outcome.reason,
         .journal = ended.outcome.journal,
         .ended = wall_of(ended.over_at),
         .frozen_seconds = static_cast<double>(ended.outcome.lasted) / 1e9});
  view.freeze.last_ended = totals.last_ended_wall / seconds(1);
  view.freeze.held_total = totals.held;
  view.freeze.not_held_total = totals.not_held;
  view.freeze.unknown_total = totals.unknown;
  view.freeze.failed_total = totals.failed;
  view.freeze.held_lasted = freezes_held_;
  view.freeze.not_held_lasted = freezes_not_held_;
  view.freeze.unknown_lasted = freezes_unknown_;
}

void Agent::show_counters(probes::View& view, Nanos now) const {
  view.restarts.in_window = static_cast<int>(life_.budget().used(now));
  view.restarts.limit = static_cast<int>(settings_.number(setting::restart_limit));
  view.restarts.window_seconds = settings_.duration(setting::restart_window) / seconds(1);
  view.restarts.total = life_.budget().total();
  view.restarts.policy = settings_.text(setting::restart_policy);
  view.start_stalled = start_stalled_;
  view.merge_json = merge_.text();
  view.merge = merge_.view();
  if (init_) {
    view.pid1.reaped_total = init_->orphans_reaped;
    view.pid1.agent_restarts_total = init_->agent_deaths;
    if (init_->stop_began_at != 0)
      view.pid1.stop_step = name_of(static_cast<LadderStep>(init_->stop_step));
  }
  view.counters = counters_;
  view.counters.log_lines_dropped = log::dropped() + (init_ ? init_->lines_dropped : 0);
  view.counters.connections_shed = http_ ? http_->shed() : 0;
  const OwnProcess own = own_process();
  view.process = {own.cpu_seconds,   wall_of(began_at_),   own.resident_bytes,
                  own.virtual_bytes, own.open_descriptors, own.most_descriptors};
}

}  // namespace sup
