#include "tests/chaos/faults.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <filesystem>

#include "supervisor/base/unique_fd.h"

namespace chaos {
namespace {

using testing_support::descendants_named;

int pick(Random& random, int least, int most) {
  return std::uniform_int_distribution{least, most}(random);
}

void kill_one(const std::vector<pid_t>& pids, std::size_t which, int signal = SIGKILL) {
  if (which < pids.size()) ::kill(pids[which], signal);
}

void kill_named(World& world, const std::string& name, int signal = SIGKILL) {
  if (world.container_runs()) kill_one(descendants_named(world.init().pid(), name), 0, signal);
}

/// A fault of the stand-in for a while.
void switch_for(World& world, const char* name, const char* value, Clock::duration length) {
  world.container().fault(name, value);
  world.watch([] { return false; }, length);
  world.container().fault(name, "");
}

// --- processes
// ------------------------------------------------------------------------------------

void kill_control(World& world, Random&) {
  kill_one(world.irisdb(), 0);
}
void kill_a_daemon(World& world, Random& random) {
  kill_one(world.irisdb(), static_cast<std::size_t>(pick(random, 1, 2)));
}
void kill_a_user_process(World& world, Random&) {
  const auto all = world.irisdb();
  if (all.size() > 3) kill_one(all, all.size() - 1);
}
void kill_all_irisdb(World& world, Random&) {
  for (const pid_t pid : world.irisdb())
    ::kill(pid, SIGKILL);
}
void kill_agent(World& world, Random& random) {
  for (int i = pick(random, 1, 3); i > 0; --i) {
    kill_named(world, "iris-agent");
    world.watch([] { return false; }, 50ms * pick(random, 1, 10));
  }
}
void kill_main(World& world, Random&) {
  kill_named(world, "iris-main");
}
void kill_container(World& world, Random&) {
  if (world.container_runs()) world.init().signal(SIGKILL);
}
void stop_container(World& world, Random&) {
  if (world.container_runs()) world.init().signal(SIGTERM);
}
void stop_container_twice(World& world, Random& random) {
  stop_container(world, random);
  world.watch([] { return false; }, 10ms * pick(random, 1, 30));
  stop_container(world, random);
}
void stop_without_agent(World& world, Random& random) {
  stop_container(world, random);
  kill_named(world, "iris-agent");
}
void stop_that_hangs(World& world, Random& random) {
  world.container().fault("stop_fault", "hang");
  stop_container(world, random);
  world.watch([&] { return !world.container_runs(); }, 40s);
  world.container().fault("stop_fault", "");
}
void irisctl_stop(World& world, Random& random) {
  if (pick(random, 0, 1) == 0)
    world.irisctl({"stop"});
  else
    world.irisctl({"stop", "--now"});
}
void a_second_container(World& world, Random&) {
  if (world.container_runs()) world.take_over();
}

// --- by hand
// --------------------------------------------------------------------------------------

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
  world.watch([] { return false; }, 2s);
  if (world.container_runs() && !world.irisdb().empty())
    world.breach("held, and yet started again");
  world.irisctl({"release"});
}

// --- freezes
// --------------------------------------------------------------------------------------

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
  world.irisctl({"freeze", "--owner", "chaos", "--lease", "2s"});
  world.watch([&] { return world.told("freeze.not_held") || world.told("freeze.thawed"); }, 15s);
}
void freeze_and_kill_agent(World& world, Random& random) {
  world.irisctl({"freeze", "--owner", "chaos", "--lease", "2s"});
  kill_agent(world, random);
  world.watch([&] { return world.told("freeze.not_held") || world.told("freeze.thawed"); }, 15s);
}
void freeze_and_kill_control(World& world, Random& random) {
  const bool frozen = world.irisctl({"freeze", "--owner", "chaos", "--lease", "20s"}).code == 0;
  kill_control(world, random);
  world.watch([&] { return world.told("iris.up"); }, 40s);
  if (frozen && world.irisctl({"thaw", "--owner", "chaos"}).code == 0)
    world.breach("a freeze is said to have held, although IRIS died in it");
}
void stop_while_frozen(World& world, Random& random) {
  world.irisctl({"freeze", "--owner", "chaos"});
  stop_container(world, random);
}
void a_freeze_by_somebody_else(World& world, Random&) {
  world.exec({"iris", "session", "IRIS", "-U", "%SYS", "##class(Backup.General).ExternalFreeze()"});
  world.watch([&] { return world.told("freeze.foreign"); }, 15s);
  world.irisctl({"thaw", "--foreign"});
}

// --- IRIS's own troubles
// --------------------------------------------------------------------------

void qlist_hangs(World& world, Random& random) {
  switch_for(world, "qlist_fault", "hang", 1s * pick(random, 1, 8));
}
void qlist_says_garbage(World& world, Random& random) {
  switch_for(world, "qlist_fault", pick(random, 0, 1) == 0 ? "garbage" : "empty", 3s);
}
void start_fails(World& world, Random& random) {
  world.container().fault("start_fault", "fail");
  kill_all_irisdb(world, random);
  world.watch([&] { return world.told("iris.restarting"); }, 10s);
  world.watch([] { return false; }, 100ms * pick(random, 1, 30));
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

// --- storage
// --------------------------------------------------------------------------------------

void volume_stuck(World& world, Random& random) {
  const sup::UniqueFd root{::open(world.data().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!root || ::ioctl(root.get(), FIFREEZE, 0) != 0) return world.breach("FIFREEZE does not work");
  world.watch([&] { return world.told("data.trouble"); }, 15s);
  world.watch([] { return false; }, 100ms * pick(random, 1, 20));
  if (IrisContainer::probe("livez") != 200) world.breach("not live on a stuck volume");
  ::ioctl(root.get(), FITHAW, 0);
}
void the_machine_dies(World& world, Random&) {
  if (world.container_runs()) world.power_cut();
}
void volume_full(World& world, Random&) {
  const std::string filler = world.data() + "/filler";
  {
    const sup::UniqueFd file{::open(filler.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)};
    for (off_t end = 0; file && ::fallocate(file.get(), 0, end, 1 << 20) == 0; end += 1 << 20) {
    }
  }
  world.watch([&] { return world.told("data.trouble"); }, 15s);
  if (IrisContainer::probe("livez") != 200) world.breach("not live on a full volume");
  std::filesystem::remove(filler);
}

}  // namespace

const std::vector<Fault>& all_faults() {
  static const std::vector<Fault> faults{
      {"kill control process", 4, {}, {"iris.forcing"}, kill_control},
      {"kill a daemon", 4, {}, {"iris.forcing"}, kill_a_daemon},
      {"kill a user's process", 2, {}, {}, kill_a_user_process},
      {"kill every irisdb", 4, {}, {"iris.forcing"}, kill_all_irisdb},
      {"kill the agent", 4, {}, {"agent.died"}, kill_agent},
      {"kill iris-main", 2, {137}, {"main.ended"}, kill_main},
      {"kill the container", 4, {137}, {}, kill_container},
      {"stop", 3, {0}, {"stop.begun"}, stop_container},
      {"stop twice", 2, {0}, {"stop.begun"}, stop_container_twice},
      {"stop, agent killed", 2, {0}, {"stop.begun"}, stop_without_agent},
      {"irisctl stop", 2, {0}, {"stop.asked"}, irisctl_stop},
      {"stop that hangs", 1, {124}, {"stop.begun"}, stop_that_hangs, false, true},
      {"a second container", 2, {137}, {}, a_second_container, false, true},
      {"iris stop by hand", 2, {}, {"iris.down"}, stop_by_hand},
      {"iris restart by hand", 2, {}, {}, restart_by_hand},
      {"irisctl restart", 2, {}, {"iris.restart_asked"}, irisctl_restart, false, true},
      {"hold, stop, release", 2, {}, {"iris.held"}, hold_and_work, false, true},
      {"copy in a freeze", 4, {}, {"freeze.frozen"}, copy_in_a_freeze, false, true},
      {"freeze, forgotten", 2, {}, {"freeze.not_held"}, freeze_and_forget, false, true},
      {"freeze, agent killed", 2, {}, {"freeze.resumed"}, freeze_and_kill_agent, false, true},
      {"freeze, IRIS killed", 2, {}, {"freeze.not_held"}, freeze_and_kill_control, false, true},
      {"freeze, stop", 2, {0}, {"stop.begun"}, stop_while_frozen},
      {"somebody else's freeze", 2, {}, {"freeze.foreign"}, a_freeze_by_somebody_else, false, true},
      {"qlist hangs", 2, {}, {}, qlist_hangs},
      {"qlist says garbage", 2, {}, {"qlist.failed"}, qlist_says_garbage},
      {"a start fails", 2, {}, {"iris.forcing"}, start_fails, false, true},
      {"a start is slow", 2, {}, {"iris.restarting"}, start_is_slow, false, true},
      {"death in a pass", 3, {}, {"iris.forcing"}, death_in_a_pass, false, true},
      {"a bad merge edit", 1, {}, {"merge.refused"}, a_bad_edit, false, true},
      {"volume stuck", 2, {}, {"data.trouble"}, volume_stuck, true, true},
      {"the machine dies", 3, {137}, {}, the_machine_dies, true, true},
      {"volume full", 2, {}, {"data.trouble"}, volume_full, true, true},
  };
  return faults;
}

}  // namespace chaos
