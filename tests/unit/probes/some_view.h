#pragma once
// A view with something in every field, for the tests of what is made from it.
#include "probes/view.h"

namespace probes {

inline View some_view() {
  View view;
  view.version = "1.2.3";
  view.instance = "IRIS";
  view.now = 1'800'000'100;
  view.phase = Phase::up;
  view.since = 1'800'000'000;
  view.started = 1'799'999'000;
  view.reason = "running";
  view.verdict.row = 13;
  view.verdict.startup = {true, {{"start", true, ""}}, "started"};
  view.verdict.live = {true, {{"supervisor", true, ""}, {"health", true, ""}}, "well"};
  view.verdict.ready = {
      false, {{"supervisor", true, ""}, {"health", false, "health alert"}}, "health alert"};
  view.qlist_known = true;
  view.qlist.name = "IRIS";
  view.qlist.state = State::running;
  view.qlist.status_text = "running, since Mon Jan  5 10:00:00 2026";
  view.qlist.health = Health::alert;
  view.qlist.version = "2025.3.0";
  view.qlist.superserver_port = 1972;
  view.qlist_at = 1'800'000'095;
  view.data = {"/external/iris",
               std::nullopt,
               0,
               DiskReport{3'221'225'472, 10'737'418'240, TriedWrite::done},
               1'800'000'080,
               "/external",
               "ext4"};
  view.freeze.held_total = 2;
  view.freeze.not_held_total = 4;
  view.freeze.unknown_total = 1;
  view.freeze.failed_total = 3;
  view.freeze.unknown_lasted.observe(9);
  view.freeze.held_lasted.observe(7);
  view.freeze.held_lasted.observe(70);
  view.restarts = {1, 3, 600, 4, "restart"};
  view.pid1 = {17, 5, ""};
  view.events = {{1'799'999'001, "iris.started", "up after 12s"},
                 {1'800'000'050, "health.changed", "alert"}};
  view.counters.qlist_polls = 30;
  view.counters.qlist_failures = 2;
  view.counters.qlist_last_seconds = 0.083;
  view.counters.qlist_took.observe(0.0625);
  view.counters.qlist_took.observe(5.25);
  view.counters.qlist_took.observe(60);
  view.process = {1.25, 1'799'999'001, 4'194'304, 8'388'608, 21, 1024};
  view.counters.log_lines_dropped = 6;
  view.counters.answers = {{"livez", 200, 11}, {"readyz", 503, 3}};
  return view;
}

}  // namespace probes
