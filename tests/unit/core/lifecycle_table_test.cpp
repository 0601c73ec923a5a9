// The lifecycle's whole table: where each state goes with each kind of news. It is printed, and
// must be what supervisor/core/lifecycle_table.md says.
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <functional>
#include <iterator>
#include <tuple>

#include "tests/unit/core/life_drive.h"

namespace sup {
namespace {

using namespace testing_support::life;  // NOLINT(google-build-using-namespace): its short words

struct News {
  const char* name;
  /// Tells it to a life that has stood where it stands for 20 s: every pause and delay is over.
  std::function<LifeAction(Lifecycle&)> tell;
  LifeSettings settings = {};
};

News fact(const char* name, const LifeFacts& facts, LifeSettings settings = {}) {
  return {name, [facts](Lifecycle& life) { return life.decide(facts, seconds(20)); }, settings};
}

/// A hold that begins now, and its end.
News hold_running_out(const char* name, const LifeFacts& facts) {
  return {name, [facts](Lifecycle& life) {
            life.hold({"y", seconds(25)});
            const LifeAction action = life.decide(facts, seconds(20));
            return action != LifeAction::none ? action : life.decide(facts, seconds(25));
          }};
}

/// Is told, and a second time when the delay that it may have begun is over.
News fact_and_delay(const char* name, const LifeFacts& facts) {
  return {name, [facts](Lifecycle& life) {
            const LifeAction action = life.decide(facts, seconds(20));
            return action != LifeAction::none ? action : life.decide(facts, seconds(30));
          }};
}

/// The same, when PID 1 has had its moment to say how they ended.
News fact_and_a_moment(const char* name, const LifeFacts& facts) {
  return {name, [facts](Lifecycle& life) {
            const LifeState before = life.state();
            const LifeAction action = life.decide(facts, seconds(20));
            if (action != LifeAction::none || life.state() != before) return action;
            return life.decide(facts, seconds(20) + milliseconds(500));
          }};
}

std::vector<News> all_news() {
  LifeFacts stop;
  stop.stopping = true;
  LifeFacts said_down = started();
  said_down.said_down = true;
  LifeFacts failed = died("x");
  failed.command_status = 1 << 8;
  LifeFacts failed_for_ever = failed;
  failed_for_ever.incurable = "the licence is refused";
  LifeFacts main_failed = started();
  main_failed.start_failed = "iris-main says so";
  LifeFacts incurable = main_failed;
  incurable.incurable = "the licence is refused";
  LifeFacts stalled = started();
  stalled.start_stalled = true;
  LifeSettings exits;
  exits.exit_on_stall = true;
  return {
      fact("nothing is there, nothing happens", started()),
      fact("IRIS runs", running()),
      fact("half dead: a daemon died, others live, whatever qlist says", with_irisdb(died("x"))),
      fact("half dead under somebody's iris command, which has ended",
           by_hand(with_irisdb(died("x")))),
      fact("who was watched has died, and IRIS runs since", running(died("x"))),
      fact("the same under somebody's iris command", running(by_hand(died("x")))),
      fact("all were killed", killed(died("x"))),
      fact_and_a_moment("all are gone, nobody was killed, and half a second has passed", died("x")),
      fact("qlist says down, nobody was seen dying", said_down),
      fact("all are gone under somebody's iris command, which has ended", by_hand(died("x"))),
      fact("somebody's iris command runs", their_command(by_hand(died("x")))),
      fact("our command runs", our_command(died("x"))),
      fact("our command has failed, nobody lives", failed),
      fact("the same, and no restart can heal it", failed_for_ever),
      fact("all were killed, and the data's file system is lost", storage_lost(killed(died("x")))),
      fact("half dead, and the data's file system is lost", storage_lost(with_irisdb(died("x")))),
      fact_and_delay("iris-main's start has failed, it stays, 10 s pass", main_failed),
      fact_and_delay("the same once more, and no restart can heal it", incurable),
      fact("a start has stalled", stalled),
      fact("the same, where the setting says exit", stalled, exits),
      {"irisctl hold, while IRIS runs",
       [](Lifecycle& life) {
         life.hold({"y", hours(1)});
         return life.decide(running(), seconds(20));
       }},
      hold_running_out("a hold begins and runs out, while IRIS runs", running()),
      hold_running_out("a hold begins and runs out, nobody lives", died("x")),
      {"irisctl release, while IRIS runs",
       [](Lifecycle& life) {
         life.release();
         return life.decide(running(), seconds(20));
       }},
      {"irisctl restart, while IRIS runs",
       [](Lifecycle& life) {
         std::ignore = life.ask_restart();
         return life.decide(running(), seconds(20));
       }},
      {"irisctl restart, while IRIS is down",
       [](Lifecycle& life) {
         std::ignore = life.ask_restart();
         return life.decide(by_hand(died("x")), seconds(20));
       }},
      fact("PID 1 stops", stop),
  };
}

std::string table() {
  std::string out = "| news \\ state |";
  std::string rule = "|---|";
  for (const Lifecycle& life : every_state()) {
    out.append(" ").append(name_of(life.state())).append(" |");
    rule += "---|";
  }
  out += "\n" + rule + "\n";
  for (const News& news : all_news()) {
    out += std::string{"| "} + news.name + " |";
    for (Lifecycle life : every_state(news.settings)) {
      const LifeState before = life.state();
      const LifeAction action = news.tell(life);
      std::string cell = life.state() == before ? "" : std::string{name_of(life.state())};
      if (action != LifeAction::none)
        cell += (cell.empty() ? "" : " ") + ("**" + text_of(action) + "**");
      out += " " + (cell.empty() ? "·" : cell) + " |";
    }
    out += "\n";
  }
  return out;
}

TEST(LifecycleTable, IsWhatTheMapSays) {
  const std::string is = table();
  std::fputs(is.c_str(), stdout);
  std::ifstream file{LIFECYCLE_TABLE};
  const std::string written{std::istreambuf_iterator<char>{file}, {}};
  EXPECT_NE(written.find("\n" + is), std::string::npos)
      << "put the table that is printed above into " << LIFECYCLE_TABLE;
}

}  // namespace
}  // namespace sup
