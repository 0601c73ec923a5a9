#pragma once
// StopLadder: how a stop spends its time budget T. Pure, no heap: facts and time in, one action
// out.
//
//   step      does                                          until
//   announce  tells the agent: readyz 503                   drained, or drain delay + 5 s; agent
//                                                           dead: 0 s
//   thaw      iris stat INSTANCE -W, if a lease runs and    not frozen, or 10 s
//             the agent has not thawed after half of it
//   ask       stop signal to the main program               main gone and no irisdb, or T - 45 s
//   stop      iris stop INSTANCE quietly, if irisdb lives,  no irisdb and no start under way, or
//             main is gone or deaf, no other stop runs, and   T - 30 s
//             a restart in place that is under way has ended
//   force     iris force INSTANCE, if irisdb lives          no irisdb, or T - 12 s
//   term      SIGTERM to all descendants                    nobody left, or 5 s
//   kill      SIGKILL to all descendants                    nobody left, or 5 s
//   clean     orphaned shared memory of our uid             at once
//   leave     done
//
// "Down" means no irisdb among the descendants, never a text. In plain mode thaw, stop, force and
// clean do not exist: announce waits for the drain delay, ask lasts until T - 12 s, and term, which
// gives what main left behind its grace, until T - 5 s. A budget below 90 s shortens the times that
// are counted back from its end in proportion; term has its 5 s wherever the budget holds them.
//
// hurry() (`irisctl stop --now`) ends the announcement and the drain delay at once and leaves the
// rest of the stop a minute, cut up as a budget of 60 s is: IRIS has 30 s to end by itself and 10 s
// for `iris stop`, if that is needed; force has 12 s, term and kill what is left. A thaw keeps its
// 10 s, since IRIS cannot stop while it is suspended, and they count. It skips no step, never makes
// a stop longer, and hastens one that has begun, too. What it costs: an IRIS that would have needed
// longer for a clean stop is forced, and recovers at its next start.
//
// With `--down false` (iris-main's own option) stop and force do not exist: IRIS is left alone
// until term and kill end what is left, as the end of the container would.
#include <cstdint>
#include <string_view>

#include "supervisor/base/nanos.h"

namespace sup {

enum class LadderStep : std::uint8_t {
  idle,
  announce,
  thaw,
  ask,
  stop,
  force,
  term,
  kill,
  clean,
  leave
};
std::string_view name_of(LadderStep step);

enum class LadderAction : std::uint8_t {
  none,
  announce,
  thaw,
  signal_main,
  iris_stop,
  iris_force,
  terminate_all,
  kill_all,
  clean_ipc,
  leave,
};

struct LadderFacts {
  bool main_alive = false;
  bool irisdb_alive = false;
  bool others_alive = false;  ///< any descendant but the agent
  bool agent_alive = false;
  bool drained = false;
  bool frozen_by_us = false;
  bool command_running = false;  ///< PID 1's own `iris …` child has not ended
  bool start_running = false;    ///< … and it is `iris start`: IRIS may be there in a moment
  bool other_stop_runs = false;  ///< somebody else's `iris stop` is under way
};

struct LadderSettings {
  Nanos timeout = seconds(360);
  Nanos drain_delay = 0;
  bool iris = true;
  bool stops_iris = true;  ///< false with `--down false`
};

class StopLadder {
 public:
  explicit StopLadder(LadderSettings settings = {}) : settings_{settings} {}

  /// Begins with `announce`, or, when the main program has ended by itself, with what is left.
  void begin(Nanos now);
  /// The rest within a minute, and no more waiting for a drain. Before begin() it does nothing.
  void hurry(Nanos now);
  /// What to do now. Call it at deadline() and whenever a fact changed, until it says none.
  LadderAction decide(const LadderFacts& facts, Nanos now);

  [[nodiscard]] LadderStep step() const { return step_; }
  [[nodiscard]] bool active() const { return step_ != LadderStep::idle; }
  /// When the present step ends at the latest.
  [[nodiscard]] Nanos deadline() const { return deadline_; }
  [[nodiscard]] Nanos began_at() const { return began_at_; }
  /// True once it had to force IRIS or kill anybody, or left IRIS to a signal: exit code 124.
  [[nodiscard]] bool forced() const { return forced_; }
  /// hurry() has cut the budget.
  [[nodiscard]] bool hurried() const { return active() && budget_ < settings_.timeout; }

 private:
  [[nodiscard]] Nanos reserve(Nanos full) const { return share(budget_, full); }
  [[nodiscard]] Nanos latest_end_of(LadderStep step) const;
  static Nanos share(Nanos budget, Nanos full);
  void enter(LadderStep step, Nanos deadline);
  [[nodiscard]] bool step_is_over(const LadderFacts& facts, Nanos now) const;
  void advance(const LadderFacts& facts, Nanos now);
  LadderAction act(const LadderFacts& facts, Nanos now);

  LadderSettings settings_;
  LadderStep step_ = LadderStep::idle;
  Nanos began_at_ = 0;
  Nanos budget_ = 0;  ///< T, or what hurry() has made of it
  Nanos end_at_ = 0;  ///< when that is spent
  Nanos entered_at_ = 0;
  Nanos deadline_ = never;
  bool acted_ = false;  ///< the present step's action has been given out
  bool forced_ = false;
};

}  // namespace sup
