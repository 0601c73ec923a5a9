// Freezes that hold, and all that can come between.
#include <signal.h>

#include <filesystem>
#include <system_error>

#include "tests/chaos/faults.h"

namespace chaos {

namespace {

constexpr int not_held = 4;

bool freeze(World& world, const char* lease) {
  return world.irisctl({"freeze", "--owner", "chaos", "--lease", lease}).code == 0;
}
void await_thaw(World& world) {
  world.watch([&] { return world.told("freeze.not_held") || world.told("freeze.thawed"); }, 15s);
}
/// After whatever went wrong: nothing of it is left, and the next one holds.
void expect_next_one_to_hold(World& world) {
  const auto ready = [] { return IrisContainer::probe("readyz") == 200; };
  if (!world.container_runs() || !world.watch(ready, 20s)) return;
  const auto frozen = world.irisctl({"freeze", "--owner", "next"});
  if (frozen.code != 0) return world.breach("the next freeze is refused: " + frozen.err);
  if (world.irisctl({"thaw", "--owner", "next"}).code != 0)
    world.breach("the next freeze does not hold");
}

void copy_in_a_freeze(World& world, Random&) {
  const std::string known = world.known_now();
  const std::string copy = world.container().dir / "copy";
  std::filesystem::remove_all(copy);
  const int code =
      world.irisctl({"with-freeze", "--", "cp", "-a", world.data() + "/iris", copy}).code;
  if (code == 0) world.verify(copy, known, "in a copy made in a freeze that held");
  std::filesystem::remove_all(copy);
}
void freeze_and_forget(World& world, Random&) {
  freeze(world, "2s");
  await_thaw(world);
}
void freeze_and_kill_agent(World& world, Random& random) {
  freeze(world, "2s");
  kill_agent(world, random);
  await_thaw(world);
}
void freeze_and_kill_control(World& world, Random& random) {
  const bool frozen = freeze(world, "20s");
  kill_control(world, random);
  world.watch([&] { return world.told("iris.up"); }, 40s);
  if (frozen && world.irisctl({"thaw", "--owner", "chaos"}).code == 0)
    world.breach("a freeze is said to have held, although IRIS died in it");
}
void stop_while_frozen(World& world, Random& random) {
  world.irisctl({"freeze", "--owner", "chaos"});
  stop_container(world, random);
}
/// The next container knows nothing of it, and is not frozen; who thaws learns that it did not
/// hold.
void kill_container_while_frozen(World& world, Random& random) {
  const bool frozen = freeze(world, "60s");
  kill_container(world, random);
  await_end(world);
  world.start_container();
  if (!world.watch([&] { return world.told("iris.up"); }, 40s)) return;
  const auto thaw = world.irisctl({"thaw", "--owner", "chaos"});
  if (frozen && thaw.code != not_held)
    world.breach("the thaw of a freeze that died with its container says " +
                 std::to_string(thaw.code) + ": " + thaw.out + thaw.err);
  expect_next_one_to_hold(world);
}
/// Nobody is left who would thaw: the lease ends it.
void kill_with_freeze(World& world, Random& random) {
  if (!world.container_runs()) return;
  try {
    auto command = world.container().begin(
        world.init(), {"irisctl", "with-freeze", "--lease", "3s", "--", "sleep", "20"});
    // Before it has asked, while IRIS is being frozen, or in its command.
    if (pick(random, 0, 1) == 0) world.watch([&] { return world.told("freeze.begun"); }, 10s);
    world.let_pass(10ms * pick(random, 0, 120));
    command.signal(SIGKILL);
  } catch (const std::system_error&) {
    return;  // the container has just ended
  }
  world.let_pass(500ms);
  if (world.told("freeze.begun")) await_thaw(world);
  expect_next_one_to_hold(world);
}
void a_freeze_by_somebody_else(World& world, Random&) {
  world.exec({"iris", "session", "IRIS", "-U", "%SYS", "##class(Backup.General).ExternalFreeze()"});
  world.watch([&] { return world.told("freeze.foreign"); }, 15s);
  world.irisctl({"thaw", "--foreign"});
}

}  // namespace

std::vector<Fault> freeze_faults() {
  const Consequences lease_over{{}, {"freeze.not_held"}, {}};
  return {
      {"copy in a freeze", 4, {{}, {"freeze.frozen"}, {}}, copy_in_a_freeze, 5s, true},
      {"freeze, forgotten", 2, lease_over, freeze_and_forget, 5s, true},
      {"freeze, agent killed",
       2,
       {{}, {"freeze.not_held", "freeze.resumed"}, {"agent.died"}},
       freeze_and_kill_agent,
       10s,
       true},
      {"freeze, IRIS killed",
       2,
       {{}, {"freeze.not_held", "iris.forcing"}, a_crash()},
       freeze_and_kill_control,
       10s,
       true},
      {"freeze, stop", 2, {{0}, {"stop.begun"}, {"freeze.not_held"}}, stop_while_frozen},
      {"freeze, container killed",
       2,
       {{137}, {"freeze.frozen", "freeze.not_held", "iris.recovers", "iris.recovered"}, {}},
       kill_container_while_frozen,
       20s,
       true},
      {"with-freeze killed",
       2,
       {{}, {}, {"freeze.not_held", "freeze.failed"}},
       kill_with_freeze,
       5s,
       true},
      {"somebody else's freeze",
       2,
       {{}, {"freeze.foreign", "freeze.foreign_thawed"}, {}},
       a_freeze_by_somebody_else,
       10s,
       true},
  };
}

}  // namespace chaos
