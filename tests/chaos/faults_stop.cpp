// Faults that are stops, and stops that meet something: the container ends, and the next one
// starts.
#include <signal.h>

#include "tests/chaos/faults.h"

namespace chaos {

namespace {

/// IRIS takes its time to start, or to recover; the next container is in the midst of it when this
/// returns: anywhere from its first instruction to the end of IRIS's start.
void start_slowly(World& world, Random& random) {
  world.container().fault("start_ms", "2500");
  world.container().fault("recovery_ms", "1500");
  if (pick(random, 0, 1) == 0)
    kill_container(world, random);
  else
    stop_container(world, random);
  await_end(world);
  world.start_container();
}
void start_fast(World& world) {
  world.container().fault("start_ms", "");
  world.container().fault("recovery_ms", "");
}

void stop_twice(World& world, Random& random) {
  stop_container(world, random);
  world.let_pass(10ms * pick(random, 1, 30));
  stop_container(world, random);
}
void stop_without_agent(World& world, Random& random) {
  stop_container(world, random);
  world.let_pass(10ms * pick(random, 0, 60));
  signal_named(world, "iris-agent", SIGKILL);
}
void stop_that_hangs(World& world, Random& random) {
  world.container().fault("stop_fault", "hang");
  stop_container(world, random);
  await_end(world);
  world.container().fault("stop_fault", "");
}
void irisctl_stop(World& world, Random& random) {
  if (pick(random, 0, 1) == 0)
    world.irisctl({"stop"});
  else
    world.irisctl({"stop", "--now"});
}
/// Deaf to the stop: PID 1 has to stop IRIS itself.
void stop_with_hung_main(World& world, Random& random) {
  signal_named(world, "iris-main", SIGSTOP);
  stop_container(world, random);
  await_end(world);
}
/// IRIS waits for it until it is forced.
void stop_with_hung_daemon(World& world, Random& random) {
  const auto all = world.irisdb();
  if (all.size() > 2) ::kill(all[static_cast<std::size_t>(pick(random, 1, 2))], SIGSTOP);
  stop_container(world, random);
  await_end(world);
}
void stop_while_preparing(World& world, Random& random) {
  start_slowly(world, random);
  world.let_pass(1ms * pick(random, 0, 60));
  stop_container(world, random);
  await_end(world);
  start_fast(world);
}
void stop_while_starting(World& world, Random& random) {
  start_slowly(world, random);
  world.watch([&] { return world.told("iris.starting"); }, 10s);
  world.let_pass(10ms * pick(random, 0, 350));
  stop_container(world, random);
  await_end(world);
  start_fast(world);
}
void stop_while_restarting(World& world, Random& random) {
  world.container().fault("start_ms", "2500");
  kill_control(world, random);
  world.watch([&] { return world.told("iris.restarting"); }, 20s);
  world.let_pass(10ms * pick(random, 0, 300));
  stop_container(world, random);
  await_end(world);
  start_fast(world);
}

/// IRIS refuses iris-main's stop while it starts; PID 1 stops it later.
std::set<std::string> a_stop_refused() {
  return {"main.command_failed", "main.fatal", "main.ended"};
}

}  // namespace

std::vector<Fault> stop_faults() {
  const Consequences in_order{{0}, {"stop.begun"}, {}};
  return {
      {"stop", 3, in_order, stop_container},
      {"stop twice", 2, in_order, stop_twice},
      {"stop, agent killed", 2, {{0}, {"stop.begun"}, {"agent.died"}}, stop_without_agent},
      {"irisctl stop", 2, {{0}, {"stop.asked"}, {"stop.hurried"}}, irisctl_stop},
      {"stop that hangs", 1, {{124}, {"stop.begun"}, a_forced_stop()}, stop_that_hangs, 20s, true},
      {"stop, iris-main hangs",
       1,
       {{124}, {"stop.begun"}, a_forced_stop()},
       stop_with_hung_main,
       20s,
       true},
      {"stop, a daemon hangs",
       1,
       {{124}, {"stop.begun"}, a_forced_stop()},
       stop_with_hung_daemon,
       20s,
       true},
      {"stop while preparing",
       2,
       {{0, 137}, {}, {"iris.recovers"}},
       stop_while_preparing,
       20s,
       true},
      {"stop while starting",
       2,
       {{0, 137}, {"stop.begun"}, {"iris.recovers"}},
       stop_while_starting,
       20s,
       true},
      {"stop while restarting",
       2,
       {{0}, {"iris.restarting", "stop.begun"}, a_crash() | a_stop_refused()},
       stop_while_restarting,
       20s,
       true},
  };
}

}  // namespace chaos
