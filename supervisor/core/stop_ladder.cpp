#include "supervisor/core/stop_ladder.h"

#include <algorithm>

namespace sup {
namespace {

// Counted back from the end of the budget.
constexpr Nanos ask_reserve = seconds(45);
constexpr Nanos stop_reserve = seconds(30);
constexpr Nanos force_reserve = seconds(12);
constexpr Nanos signal_time = seconds(5);
constexpr Nanos thaw_time = seconds(10);
constexpr Nanos announce_slack = seconds(5);
/// From this budget on every reserve has its full length.
constexpr Nanos full_budget = seconds(90);
/// What hurry() leaves of a stop. IRIS gets half of it to end by itself, and a sixth for `iris
/// stop`: the stops of idle instances that are published took 2 to 9 s.
constexpr Nanos hurried_budget = seconds(60);

}  // namespace

std::string_view name_of(LadderStep step) {
  switch (step) {
    case LadderStep::idle:
      return "idle";
    case LadderStep::announce:
      return "announce";
    case LadderStep::thaw:
      return "thaw";
    case LadderStep::ask:
      return "ask";
    case LadderStep::stop:
      return "stop";
    case LadderStep::force:
      return "force";
    case LadderStep::term:
      return "term";
    case LadderStep::kill:
      return "kill";
    case LadderStep::clean:
      return "clean";
    case LadderStep::leave:
      return "leave";
  }
  return "unknown";
}

Nanos StopLadder::share(Nanos budget, Nanos full) {
  if (budget >= full_budget) return full;
  // In milliseconds: nanoseconds times nanoseconds would overflow.
  return milliseconds(full / milliseconds(1) * (budget / milliseconds(1)) /
                      (full_budget / milliseconds(1)));
}

Nanos StopLadder::latest_end_of(LadderStep step) const {
  switch (step) {
    case LadderStep::announce:
    case LadderStep::ask:
      return end_at_ - reserve(settings_.iris ? ask_reserve : force_reserve);
    case LadderStep::stop:
      return end_at_ - reserve(stop_reserve);
    case LadderStep::force:
      return end_at_ - reserve(force_reserve);
    case LadderStep::term:
      return end_at_ - reserve(signal_time);
    default:
      return never;
  }
}

void StopLadder::enter(LadderStep step, Nanos deadline) {
  step_ = step;
  deadline_ = deadline;
  acted_ = false;
}

void StopLadder::begin(Nanos now) {
  if (active()) return;
  began_at_ = now;
  entered_at_ = now;
  budget_ = settings_.timeout;
  end_at_ = now + budget_;
  const Nanos slack = settings_.iris ? reserve(announce_slack) : 0;
  enter(LadderStep::announce,
        std::min(now + settings_.drain_delay + slack, latest_end_of(LadderStep::announce)));
}

void StopLadder::hurry(Nanos now) {
  if (!active()) return;
  if (step_ == LadderStep::announce) deadline_ = std::min(deadline_, now);
  if (end_at_ - now <= hurried_budget) return;
  budget_ = std::min(budget_, hurried_budget);
  end_at_ = now + hurried_budget;
  deadline_ = std::min(deadline_, latest_end_of(step_));
}

bool StopLadder::step_is_over(const LadderFacts& facts, Nanos now) const {
  const bool late = now >= deadline_;
  switch (step_) {
    case LadderStep::idle:
      return false;
    case LadderStep::announce:
      if (late || !facts.main_alive) return true;
      return settings_.iris && (facts.drained || !facts.agent_alive);
    case LadderStep::thaw:
      return late || !facts.frozen_by_us || !facts.irisdb_alive;
    case LadderStep::ask:
      // Main gone and IRIS still there: nobody else will stop it, so its own step begins at once.
      // However late it is (a long drain, a paused machine): main gets its signal before worse
      // comes.
      return (late && acted_) || !facts.main_alive;
    case LadderStep::stop:
      // A start that were ended now would leave data to be recovered; one that is over can be
      // stopped.
      return late || (!facts.irisdb_alive && !facts.start_running) || !settings_.stops_iris;
    case LadderStep::force:
      return late || !facts.irisdb_alive || !settings_.stops_iris;
    case LadderStep::term:
    case LadderStep::kill:
      return late || (!facts.others_alive && !facts.main_alive);
    case LadderStep::clean:
      return acted_ || !settings_.iris;
    case LadderStep::leave:
      return false;
  }
  return false;
}

void StopLadder::advance(const LadderFacts& facts, Nanos now) {
  entered_at_ = now;
  switch (step_) {
    case LadderStep::announce:
      return enter(LadderStep::thaw,
                   settings_.iris ? now + share(settings_.timeout, thaw_time) : now);
    case LadderStep::thaw:
      return enter(LadderStep::ask, latest_end_of(LadderStep::ask));
    case LadderStep::ask:
      return enter(LadderStep::stop, settings_.iris ? latest_end_of(LadderStep::stop) : now);
    case LadderStep::stop:
      return enter(LadderStep::force, settings_.iris ? latest_end_of(LadderStep::force) : now);
    case LadderStep::force: {
      // A signal takes it down, but that is no clean end for it (only with `--down false`).
      if (settings_.iris && facts.irisdb_alive) forced_ = true;
      const Nanos shortest = now + reserve(signal_time);
      const Nanos longest = settings_.iris ? now + signal_time : never;
      return enter(LadderStep::term,
                   std::max(shortest, std::min(longest, latest_end_of(LadderStep::term))));
    }
    case LadderStep::term:
      if (facts.others_alive || facts.main_alive) forced_ = true;
      return enter(LadderStep::kill, now + reserve(signal_time));
    case LadderStep::kill:
      return enter(LadderStep::clean, now);
    case LadderStep::clean:
      return enter(LadderStep::leave, never);
    case LadderStep::idle:
    case LadderStep::leave:
      return;
  }
}

LadderAction StopLadder::act(const LadderFacts& facts, Nanos now) {
  const auto once = [this](LadderAction action) {
    acted_ = true;
    return action;
  };
  switch (step_) {
    case LadderStep::idle:
      return LadderAction::none;
    case LadderStep::announce:
      return once(LadderAction::announce);
    case LadderStep::thaw: {
      // The agent thaws by itself; PID 1 steps in when it is dead, or has not by half-time.
      const bool half_over = now >= entered_at_ + (deadline_ - entered_at_) / 2;
      if ((facts.agent_alive && !half_over) || facts.command_running) return LadderAction::none;
      return once(LadderAction::thaw);
    }
    case LadderStep::ask:
      return once(LadderAction::signal_main);
    case LadderStep::stop:
      if (facts.other_stop_runs || facts.command_running) return LadderAction::none;
      return once(LadderAction::iris_stop);
    case LadderStep::force:
      forced_ = true;
      return once(LadderAction::iris_force);
    case LadderStep::term:
      return once(LadderAction::terminate_all);
    case LadderStep::kill:
      return once(LadderAction::kill_all);
    case LadderStep::clean:
      return once(LadderAction::clean_ipc);
    case LadderStep::leave:
      return once(LadderAction::leave);
  }
  return LadderAction::none;
}

LadderAction StopLadder::decide(const LadderFacts& facts, Nanos now) {
  while (step_is_over(facts, now))
    advance(facts, now);
  if (acted_) return LadderAction::none;
  return act(facts, now);
}

}  // namespace sup
