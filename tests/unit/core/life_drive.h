#pragma once
// Facts for a Lifecycle in few words, and one that stands in each of its states.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "supervisor/core/lifecycle.h"

namespace sup::testing_support::life {

inline std::string text_of(LifeAction action) {
  switch (action) {
    case LifeAction::none:
      return "none";
    case LifeAction::stop:
      return "stop";
    case LifeAction::force:
      return "force";
    case LifeAction::start:
      return "start";
    case LifeAction::give_up:
      return "give_up";
  }
  return "?";
}

inline LifeFacts started(LifeFacts facts = {}) {
  facts.main_started = true;
  return facts;
}
inline LifeFacts running(LifeFacts facts = {}) {
  facts.main_started = facts.runs = facts.irisdb_alive = true;
  return facts;
}
/// A watched process has died; no irisdb lives.
inline LifeFacts died(std::string why) {
  LifeFacts facts;
  facts.main_started = facts.daemon_died = true;
  facts.death_why = std::move(why);
  return facts;
}
inline LifeFacts with_irisdb(LifeFacts facts) {
  facts.irisdb_alive = true;
  return facts;
}
inline LifeFacts killed(LifeFacts facts) {
  facts.died_by_signal = true;
  return facts;
}
inline LifeFacts storage_lost(LifeFacts facts) {
  facts.storage_lost = "the data's file system is read-only";
  return facts;
}
inline LifeFacts by_hand(LifeFacts facts) {
  facts.died_under_command = true;
  return facts;
}
inline LifeFacts their_command(LifeFacts facts) {
  facts.iris_command_runs = true;
  return facts;
}
inline LifeFacts our_command(LifeFacts facts) {
  facts.command_running = true;
  return facts;
}
inline LifeFacts our_start(LifeFacts facts) {
  facts.command_running = facts.start_running = true;
  return facts;
}

inline Lifecycle life_in_up(LifeSettings settings = {}) {
  Lifecycle life{settings};
  life.decide(running(), 0);
  return life;
}

/// One that has asked for `iris start` at 0.
inline Lifecycle life_in_restarting(LifeSettings settings = {}) {
  Lifecycle life = life_in_up(settings);
  life.decide(killed(died("x")), 0);
  life.decide(killed(died("x")), 0);
  return life;
}

/// All are gone, and PID 1 has had the time to say that nobody was killed.
inline Lifecycle life_in_down(LifeSettings settings = {}) {
  Lifecycle life = life_in_up(settings);
  life.decide(died("x"), 0);
  life.decide(died("x"), milliseconds(500));
  return life;
}

/// The shortest road to each state, in the order of the enumeration. `broken` is left in the same
/// moment in which it is entered: nobody stands there.
inline std::vector<Lifecycle> every_state(LifeSettings settings = {}) {
  std::vector<Lifecycle> all;
  all.emplace_back(settings);  // preparing
  all.emplace_back(settings).decide(started(), 0);
  all.push_back(life_in_up(settings));
  all.push_back(life_in_down(settings));
  all.emplace_back(life_in_up(settings)).decide(with_irisdb(died("x")), 0);  // forcing
  Lifecycle pausing = life_in_up(settings);
  pausing.remember_restart(0);
  pausing.decide(killed(died("x")), 0);
  pausing.decide(killed(died("x")), 0);
  all.push_back(pausing);
  all.push_back(life_in_restarting(settings));
  Lifecycle asked = life_in_up(settings);
  std::ignore = asked.ask_restart();
  asked.decide(running(), 0);
  all.push_back(asked);
  Lifecycle blocked = life_in_up(settings);
  blocked.decide(storage_lost(killed(died("x"))), 0);
  all.push_back(blocked);
  Lifecycle held = life_in_up(settings);
  held.hold({"x", minutes(1)});
  held.decide(running(), 0);
  all.push_back(held);
  LifeSettings not_wanted = settings;
  not_wanted.up_wanted = false;
  all.emplace_back(not_wanted).decide(started(), 0);
  LifeSettings exits = settings;
  exits.restart_in_place = false;
  Lifecycle given_up = life_in_up(exits);
  given_up.decide(killed(died("x")), 0);
  given_up.decide(killed(died("x")), 0);
  all.push_back(given_up);
  LifeFacts stopping;
  stopping.stopping = true;
  all.emplace_back(settings).decide(stopping, 0);
  return all;
}

/// At `at_ms`, with these facts, exactly this comes out.
struct Moment {
  std::int64_t at_ms;
  LifeFacts facts;
  LifeAction action;
  LifeState state;
};

inline void tell(Lifecycle& life, const std::vector<Moment>& story) {
  for (const Moment& moment : story) {
    SCOPED_TRACE("at " + std::to_string(moment.at_ms) + " ms");
    const LifeAction action = life.decide(moment.facts, milliseconds(moment.at_ms));
    ASSERT_EQ(text_of(action), text_of(moment.action)) << life.why();
    ASSERT_EQ(name_of(life.state()), name_of(moment.state)) << life.why();
  }
}

}  // namespace sup::testing_support::life
