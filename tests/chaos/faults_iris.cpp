// IRIS's own troubles, and those of people who work on it by hand.
#include <filesystem>

#include "tests/chaos/faults.h"

namespace chaos {

namespace {

/// A fault of the stand-in for a while.
void switch_for(World& world, const char* name, const char* value, Clock::duration length) {
  world.container().fault(name, value);
  world.let_pass(length);
  world.container().fault(name, "");
}

void stop_by_hand(World& world, Random&) {
  world.exec({"iris", "stop", "IRIS", "quietly"});
}
void restart_by_hand(World& world, Random&) {
  world.exec({"iris", "restart", "IRIS"});
}
void irisctl_restart(World& world, Random&) {
  world.irisctl({"restart"});
}
void hold_and_work(World& world, Random& random) {
  if (world.irisctl({"hold", "chaos"}).code != 0) return;
  stop_by_hand(world, random);
  world.let_pass(2s);
  if (world.container_runs() && !world.irisdb().empty())
    world.breach("held, and yet started again");
  world.irisctl({"release"});
}

/// For longer than a question may take.
void qlist_hangs(World& world, Random& random) {
  switch_for(world, "qlist_fault", "hang", 1s * pick(random, 4, 8));
}
void qlist_says_garbage(World& world, Random& random) {
  switch_for(world, "qlist_fault", pick(random, 0, 1) == 0 ? "garbage" : "empty", 3s);
}
void start_fails(World& world, Random& random) {
  world.container().fault("start_fault", "fail");
  kill_all_irisdb(world, random);
  world.watch([&] { return world.told("iris.restarting"); }, 10s);
  world.let_pass(100ms * pick(random, 1, 30));
  world.container().fault("start_fault", "");
}
void start_is_slow(World& world, Random& random) {
  world.container().fault("start_ms", "4000");
  kill_control(world, random);
  world.watch([&] { return world.told("iris.restarting"); }, 10s);
  world.container().fault("start_ms", "");
}
void death_in_a_pass(World& world, Random&) {
  world.container().fault("die_at", "pass");
  world.watch([&] { return world.told("iris.forcing"); }, 10s);
  world.container().fault("die_at", "");
}
void a_bad_edit(World& world, Random&) {
  const std::string file =
      world.container().dir.write("merge.d/90-chaos.cpf", "[config\nglobals=x\n");
  world.watch([&] { return world.told("merge.refused"); }, 10s);
  std::filesystem::remove(file);
}

}  // namespace

std::vector<Fault> iris_faults() {
  return {
      {"iris stop by hand", 2, {{}, {"iris.down", "iris.restarting"}, {}}, stop_by_hand},
      {"iris restart by hand", 2, {{}, {"iris.up"}, {"iris.down"}}, restart_by_hand, 10s},
      {"irisctl restart",
       2,
       {{}, {"iris.restart_asked", "iris.up"}, {"iris.restarting"}},
       irisctl_restart,
       20s,
       true},
      {"hold, stop, release",
       2,
       {{}, {"iris.held", "iris.down", "iris.up"}, {"iris.restarting"}},
       hold_and_work,
       20s,
       true},
      {"qlist hangs", 2, {{}, {"qlist.failed"}, {}}, qlist_hangs, 10s},
      {"qlist says garbage", 2, {{}, {"qlist.failed"}, {}}, qlist_says_garbage, 10s},
      {"a start fails", 2, {{}, {"iris.forcing"}, a_crash()}, start_fails, 30s, true},
      {"a start is slow", 2, {{}, {"iris.restarting"}, a_crash()}, start_is_slow, 20s, true},
      {"death in a pass", 3, {{}, {"iris.forcing"}, a_crash()}, death_in_a_pass, 20s, true},
      {"a bad merge edit", 1, {{}, {"merge.refused"}, {}}, a_bad_edit, 5s, true},
  };
}

}  // namespace chaos
