// What must hold for the lifecycle whatever is true outside: every state with every set of the
// facts of an IRIS that dies, and long random lives with all facts, settings and requests.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <utility>

#include "tests/unit/core/life_drive.h"

namespace sup {
namespace {

using namespace testing_support::life;  // NOLINT(google-build-using-namespace): its short words

constexpr unsigned fact_sets = 4096;  ///< in which nothing is said of a start
constexpr unsigned fact_bits = 17;
constexpr unsigned setting_sets = 8;

LifeFacts facts_of(unsigned bits) {
  const auto bit = [bits](unsigned n) { return (bits >> n & 1U) != 0; };
  LifeFacts facts;
  facts.main_started = bit(0);
  facts.stopping = bit(1);
  facts.runs = bit(2);
  facts.irisdb_alive = bit(3);
  facts.daemon_died = bit(4);
  facts.died_by_signal = bit(5);
  facts.died_under_command = bit(6);
  facts.iris_command_runs = bit(7);
  facts.command_running = bit(8);
  facts.command_status = bit(9) ? 1 << 8 : 0;
  if (bit(10)) facts.storage_lost = "the disk is read-only";
  if (bit(11)) facts.start_failed = "iris-main says so";
  facts.said_down = bit(12);
  if (bit(13)) facts.incurable = "the licence is refused";
  facts.start_waits = bit(14);
  facts.start_running = facts.command_running && bit(15);
  facts.start_stalled = bit(16);
  facts.death_why = "x";
  return facts;
}

LifeSettings settings_of(unsigned bits) {
  LifeSettings settings;
  settings.up_wanted = (bits & 1U) == 0;
  settings.restart_in_place = (bits & 2U) == 0;
  settings.exit_on_stall = (bits & 4U) != 0;
  return settings;
}

/// A life and what it has asked for so far.
class Witness {
 public:
  explicit Witness(Lifecycle life, LifeSettings settings = {})
      : life_{std::move(life)}, settings_{settings} {
    static_cast<void>(life_.take_transitions());
  }

  void hold(Nanos until) {
    life_.hold({"y", until});
    asked_ = false;  // whoever works on it by hand has the word
  }
  void release() { life_.release(); }
  void ask_restart() {
    if (!life_.ask_restart().empty()) return;
    EXPECT_FALSE(life_.held());
    EXPECT_TRUE(settings_.restart_in_place);
    asked_ = true;
  }

  LifeAction decide(const LifeFacts& facts, Nanos now) {
    const LifeState before = life_.state();
    const LifeAction action = life_.decide(facts, now);
    check(facts, before, action, now);
    return action;
  }
  [[nodiscard]] LifeState state() const { return life_.state(); }

 private:
  void check(const LifeFacts& facts, LifeState before, LifeAction action, Nanos now) {
    LifeState reached = before;
    for (const Transition& step : life_.take_transitions()) {
      EXPECT_EQ(step.from, reached) << "what lies between is not told";
      EXPECT_FALSE(step.why.empty());
      EXPECT_GE(step.lasted, 0);
      if (step.to == LifeState::starting) {
        EXPECT_TRUE(settings_.up_wanted);
      }
      if (step.to == LifeState::not_wanted) {
        EXPECT_FALSE(settings_.up_wanted);
      }
      reached = step.to;
    }
    EXPECT_EQ(reached, life_.state());
    if (action != LifeAction::none) {
      EXPECT_FALSE(facts.stopping);
      EXPECT_NE(before, LifeState::stopping);
      EXPECT_NE(before, LifeState::given_up);
    }
    if (before == LifeState::stopping) {
      EXPECT_EQ(life_.state(), before);
    }
    if (before == LifeState::given_up && !facts.stopping) {
      EXPECT_EQ(life_.state(), before);
    }
    EXPECT_NE(life_.state(), LifeState::broken);  // left in the moment in which it is entered
    if (action == LifeAction::start) {
      EXPECT_FALSE(facts.command_running);
      EXPECT_FALSE(facts.iris_command_runs);
      EXPECT_FALSE(facts.irisdb_alive);
      EXPECT_FALSE(facts.start_waits);
      EXPECT_TRUE(settings_.restart_in_place);
      EXPECT_TRUE(facts.storage_lost.empty());
      EXPECT_EQ(life_.state(), LifeState::restarting);
      // Who asked for a restart may do so at any time.
      if (before != LifeState::restart_asked) starts_.push_back(now);
      EXPECT_LE(std::count_if(starts_.begin(), starts_.end(),
                              [now](Nanos at) { return now - at < minutes(10); }),
                3);
    }
    if (action == LifeAction::stop) {
      EXPECT_FALSE(facts.command_running);
      EXPECT_FALSE(facts.iris_command_runs);
      EXPECT_EQ(life_.state(), LifeState::restart_asked);
      EXPECT_TRUE(std::exchange(asked_, false)) << "one for each request";
    }
    if (life_.held()) {
      EXPECT_EQ(action, LifeAction::none);
    }
    if (action == LifeAction::force) {
      EXPECT_FALSE(facts.command_running);
      EXPECT_FALSE(facts.iris_command_runs);
      EXPECT_EQ(life_.state(), LifeState::forcing);
      EXPECT_FALSE(before == LifeState::up && facts.died_under_command && facts.irisdb_alive);
    }
    if (action == LifeAction::give_up) {
      ++gave_up_;
    }
    EXPECT_LE(gave_up_, 1);
    check_start(facts, before, action);
  }

  /// What no restart can heal, and what gets nowhere.
  void check_start(const LifeFacts& facts, LifeState before, LifeAction action) const {
    if (facts.stopping || life_.held()) return;
    const bool can_stall = start_under_way(before) || before == LifeState::not_wanted;
    if (can_stall && settings_.exit_on_stall && facts.start_stalled && !facts.runs) {
      EXPECT_EQ(action, LifeAction::give_up);
    }
    if (action == LifeAction::give_up && life_.why().find("stalled") != std::string::npos) {
      EXPECT_TRUE(settings_.exit_on_stall && facts.start_stalled);
    }
    if (!facts.incurable.empty() && start_under_way(before)) {
      EXPECT_NE(action, LifeAction::start);
    }
  }

  Lifecycle life_;
  LifeSettings settings_;
  bool asked_ = false;  ///< a restart, which was not refused
  std::vector<Nanos> starts_;
  int gave_up_ = 0;
};

TEST(LifecycleProduct, EveryStateWithEveryConstantWorld) {
  for (const Lifecycle& standing : every_state()) {
    for (unsigned bits = 0; bits < fact_sets; ++bits) {
      SCOPED_TRACE(std::string{name_of(standing.state())} + ", facts " + std::to_string(bits));
      Witness witness{standing};
      const LifeFacts facts = facts_of(bits);
      for (Nanos now = seconds(20); now < minutes(2); now += seconds(1)) {
        // As the agent does: until it says none. It always comes to that.
        int decisions = 0;
        while (witness.decide(facts, now) != LifeAction::none)
          ASSERT_LT(++decisions, 10);
      }
      if (HasFailure()) return;
    }
  }
}

/// Now and then somebody asks for something.
void ask(Witness& witness, std::mt19937& random, Nanos now) {
  switch (random() % 32) {
    case 0:
      return witness.hold(now + seconds(1 + static_cast<std::int64_t>(random() % 60)));
    case 1:
      return witness.release();
    case 2:
    case 3:
      return witness.ask_restart();
    default:
      return;
  }
}

TEST(LifecycleProduct, RandomLives) {
  std::mt19937 random{20'260'711};  // NOLINT(cert-msc51-cpp): the same lives on every run
  std::set<LifeState> stood;
  for (int life = 0; life < 8'000; ++life) {
    LifeSettings settings = settings_of(static_cast<unsigned>(random()) % setting_sets);
    const std::vector<Lifecycle> states = every_state(settings);
    const Lifecycle& standing = states[random() % states.size()];
    // Two come to where they stand by a setting of their own.
    if (standing.state() == LifeState::not_wanted) settings.up_wanted = false;
    if (standing.state() == LifeState::given_up) settings.restart_in_place = false;
    Witness witness{standing, settings};
    Nanos now = seconds(20);
    unsigned bits = static_cast<unsigned>(random()) % (1U << fact_bits);
    for (int moment = 0; moment < 100; ++moment) {
      SCOPED_TRACE("life " + std::to_string(life) + ", moment " + std::to_string(moment));
      if (random() % 4 != 0) bits ^= 1U << random() % fact_bits;
      if (random() % 16 != 0) bits &= ~2U;  // stopping is for ever
      ask(witness, random, now);
      witness.decide(facts_of(bits), now);
      stood.insert(witness.state());
      now += milliseconds(static_cast<std::int64_t>(random() % 8'000));
      if (HasFailure()) return;
    }
  }
  EXPECT_EQ(stood.size(), 13U) << "all but 'broken', where nobody stands";
}

TEST(LifecycleProduct, EveryStateIsReachedAndHasItsOwnName) {
  std::vector<std::string_view> names;
  for (const Lifecycle& life : every_state())
    names.push_back(name_of(life.state()));
  EXPECT_EQ(names, (std::vector<std::string_view>{
                       "preparing", "starting", "up", "down", "forcing", "pausing", "restarting",
                       "restart_asked", "blocked", "held", "not_wanted", "given_up", "stopping"}));
}

}  // namespace
}  // namespace sup
