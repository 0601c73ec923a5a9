// What must hold for the lifecycle whatever is true outside: every state with every set of facts,
// and long random lives.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <random>

#include "tests/unit/core/life_drive.h"

namespace sup {
namespace {

using namespace testing_support::life;  // NOLINT(google-build-using-namespace): its short words

constexpr unsigned fact_sets = 1024;

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
  facts.death_why = "x";
  return facts;
}

/// A life and what it has asked for so far.
class Witness {
 public:
  explicit Witness(Lifecycle life) : life_{std::move(life)} {}

  LifeAction decide(const LifeFacts& facts, Nanos now) {
    const LifeState before = life_.state();
    const LifeAction action = life_.decide(facts, now);
    check(facts, before, action, now);
    return action;
  }
  [[nodiscard]] LifeState state() const { return life_.state(); }

 private:
  void check(const LifeFacts& facts, LifeState before, LifeAction action, Nanos now) {
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
  }

  Lifecycle life_;
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

TEST(LifecycleProduct, RandomLives) {
  std::mt19937 random{20'260'711};  // NOLINT(cert-msc51-cpp): the same lives on every run
  const std::vector<Lifecycle> states = every_state();
  for (int life = 0; life < 2'000; ++life) {
    Witness witness{states[random() % states.size()]};
    Nanos now = seconds(20);
    unsigned bits = static_cast<unsigned>(random()) % fact_sets;
    for (int moment = 0; moment < 100; ++moment) {
      SCOPED_TRACE("life " + std::to_string(life) + ", moment " + std::to_string(moment));
      if (random() % 4 != 0) bits ^= 1U << random() % 10;
      if (random() % 16 != 0) bits &= ~2U;  // stopping is for ever
      witness.decide(facts_of(bits), now);
      now += milliseconds(static_cast<std::int64_t>(random() % 8'000));
      if (HasFailure()) return;
    }
  }
}

TEST(LifecycleProduct, EveryStateIsReachedAndHasItsOwnName) {
  std::vector<std::string_view> names;
  for (const Lifecycle& life : every_state())
    names.push_back(name_of(life.state()));
  EXPECT_EQ(names, (std::vector<std::string_view>{"preparing", "starting", "up", "down", "forcing",
                                                  "pausing", "restarting", "restart_asked", "held",
                                                  "not_wanted", "given_up", "stopping"}));
}

/// For people: `--gtest_filter='*Table'` prints where each state goes with each kind of news.
TEST(LifecycleProduct, Table) {
  struct Kind {
    const char* name;
    LifeFacts facts;
  };
  LifeFacts stop;
  stop.stopping = true;
  const std::vector<Kind> kinds{{"nothing", started()},
                                {"runs", running()},
                                {"half dead", with_irisdb(died("x"))},
                                {"all killed", killed(died("x"))},
                                {"clean down", died("x")},
                                {"by hand", by_hand(died("x"))},
                                {"their command", their_command(by_hand(died("x")))},
                                {"stop", stop}};
  const std::vector<std::vector<std::string>> expected{
      {"starting", "up", "starting", "starting", "starting", "starting", "starting", "stopping"},
      {"starting", "up", "starting", "starting", "starting", "starting", "starting", "stopping"},
      {"up", "up", "forcing!force", "forcing!force", "down", "down", "up", "stopping"},
      {"restarting!start", "up", "forcing!force", "forcing!force", "restarting!start",
       "restarting!start", "down", "stopping"},
      {"restarting!start", "forcing", "forcing", "restarting!start", "restarting!start",
       "restarting!start", "forcing", "stopping"},
      {"restarting!start", "up", "down", "restarting!start", "restarting!start", "restarting!start",
       "down", "stopping"},
      {"restarting", "up", "restarting", "restarting", "restarting", "restarting", "restarting",
       "stopping"},
      {"restarting!start", "forcing!force", "forcing!force", "restarting!start", "restarting!start",
       "restarting!start", "restart_asked", "stopping"},
      {"held", "held", "held", "held", "held", "held", "held", "stopping"},
      {"not_wanted", "up", "not_wanted", "not_wanted", "not_wanted", "not_wanted", "not_wanted",
       "stopping"},
      {"given_up", "given_up", "given_up", "given_up", "given_up", "given_up", "given_up",
       "stopping"},
      {"stopping", "stopping", "stopping", "stopping", "stopping", "stopping", "stopping",
       "stopping"}};
  const std::vector<Lifecycle> states = every_state();
  ASSERT_EQ(states.size(), expected.size());
  for (std::size_t row = 0; row < states.size(); ++row) {
    std::printf("%-12s", std::string{name_of(states[row].state())}.c_str());
    for (std::size_t column = 0; column < kinds.size(); ++column) {
      Lifecycle life = states[row];
      const LifeAction action = life.decide(kinds[column].facts, seconds(20));
      std::string cell{name_of(life.state())};
      if (action != LifeAction::none) cell += "!" + text_of(action);
      EXPECT_EQ(cell, expected[row][column])
          << name_of(states[row].state()) << " with " << kinds[column].name;
      std::printf(" | %s: %s", kinds[column].name, cell.c_str());
    }
    std::printf("\n");
  }
}

}  // namespace
}  // namespace sup
