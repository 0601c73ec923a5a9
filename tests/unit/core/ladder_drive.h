#pragma once
// Drives a StopLadder as PID 1 does: every 100 ms with what is true then, noting what it asks for.
#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "supervisor/core/stop_ladder.h"

namespace sup::testing_support {

constexpr Nanos tick = milliseconds(100);

/// An ordinary container: iris-main, IRIS and the agent are alive.
inline constexpr LadderFacts serving{.main_alive = true,
                                     .irisdb_alive = true,
                                     .others_alive = true,
                                     .agent_alive = true,
                                     .drained = false,
                                     .frozen_by_us = false,
                                     .command_running = false,
                                     .other_stop_runs = false};

inline LadderFacts gone(LadderFacts facts) {
  facts.main_alive = facts.irisdb_alive = facts.others_alive = false;
  return facts;
}

struct GivenAction {
  Nanos after = 0;  ///< since the stop began
  LadderAction action = LadderAction::none;
  LadderStep step = LadderStep::idle;
};

struct Climb {
  std::vector<GivenAction> given;
  bool left = false;
  Nanos left_after = never;
  bool stepped_back = false;
  bool forced = false;

  /// When `action` was given first; `never` if it was not.
  [[nodiscard]] Nanos first(LadderAction action) const {
    const auto found = std::find_if(given.begin(), given.end(),
                                    [action](const GivenAction& g) { return g.action == action; });
    return found == given.end() ? never : found->after;
  }
  [[nodiscard]] int count(LadderAction action) const {
    return static_cast<int>(std::count_if(
        given.begin(), given.end(), [action](const GivenAction& g) { return g.action == action; }));
  }
};

inline std::string name_of(LadderAction action) {
  switch (action) {
    case LadderAction::none:
      return "none";
    case LadderAction::announce:
      return "announce";
    case LadderAction::thaw:
      return "thaw";
    case LadderAction::signal_main:
      return "signal_main";
    case LadderAction::iris_stop:
      return "iris_stop";
    case LadderAction::iris_force:
      return "iris_force";
    case LadderAction::terminate_all:
      return "terminate_all";
    case LadderAction::kill_all:
      return "kill_all";
    case LadderAction::clean_ipc:
      return "clean_ipc";
    case LadderAction::leave:
      return "leave";
  }
  return "?";
}

/// "announce@0 signal_main@5000 …", milliseconds.
inline std::string text_of(const Climb& climb) {
  std::string out;
  for (const GivenAction& g : climb.given) {
    if (!out.empty()) out += ' ';
    out += name_of(g.action) + '@' + std::to_string(g.after / milliseconds(1));
  }
  return out;
}

/// What is true `after` the stop began; called once per tick.
using World = std::function<LadderFacts(Nanos after)>;

/// Climbs from where `ladder` is (at `now`, the stop having begun at began_at()) to `leave`, or
/// until `limit` after the beginning.
inline Climb climb_on(StopLadder& ladder, Nanos now, Nanos limit, const World& world) {
  Climb climb;
  LadderStep last = ladder.step();
  for (; now - ladder.began_at() <= limit; now += tick) {
    const Nanos after = now - ladder.began_at();
    const LadderFacts facts = world(after);
    for (;;) {
      const LadderAction action = ladder.decide(facts, now);
      if (ladder.step() < last) climb.stepped_back = true;
      last = ladder.step();
      if (action == LadderAction::none) break;
      climb.given.push_back({after, action, ladder.step()});
      if (action == LadderAction::leave) {
        climb.left = true;
        climb.left_after = after;
      }
    }
    if (climb.left) break;
  }
  climb.forced = ladder.forced();
  return climb;
}

/// A whole stop that begins at `began` on the clock.
inline Climb climb_all(const LadderSettings& settings, const World& world,
                       Nanos began = seconds(1000)) {
  StopLadder ladder{settings};
  ladder.begin(began);
  return climb_on(ladder, began, settings.timeout + seconds(60), world);
}

}  // namespace sup::testing_support
