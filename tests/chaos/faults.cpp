// Faults of processes, and what the other rooms share with them.
#include "tests/chaos/faults.h"

#include <signal.h>

#include <iterator>

namespace chaos {

using testing_support::descendants_named;

int pick(Random& random, int least, int most) {
  return std::uniform_int_distribution{least, most}(random);
}

std::set<std::string> operator|(std::set<std::string> one, const std::set<std::string>& other) {
  one.insert(other.begin(), other.end());
  return one;
}

std::set<std::string> a_crash() {
  return {"irisdb.ended",    "iris.broken",   "iris.forcing",
          "iris.restarting", "iris.recovers", "command.ended"};
}

std::set<std::string> a_forced_stop() {
  return {"stop.forced",  "stop.killing",        "init.leaving",  "main.ended",   "main.fatal",
          "irisdb.ended", "main.command_failed", "command.ended", "iris.recovers"};
}

bool signal_named(World& world, const std::string& name, int signal) {
  if (!world.container_runs()) return false;
  const auto named = descendants_named(world.init().pid(), name);
  return !named.empty() && ::kill(named.front(), signal) == 0;
}

namespace {

void kill_one(const std::vector<pid_t>& pids, std::size_t which) {
  if (which < pids.size()) ::kill(pids[which], SIGKILL);
}

}  // namespace

void kill_control(World& world, Random&) {
  kill_one(world.irisdb(), 0);
}
void kill_all_irisdb(World& world, Random&) {
  for (const pid_t pid : world.irisdb())
    ::kill(pid, SIGKILL);
}
void kill_agent(World& world, Random& random) {
  for (int i = pick(random, 1, 3); i > 0; --i) {
    signal_named(world, "iris-agent", SIGKILL);
    world.let_pass(50ms * pick(random, 1, 10));
  }
}
void kill_container(World& world, Random&) {
  if (world.container_runs()) world.init().signal(SIGKILL);
}
void stop_container(World& world, Random&) {
  if (world.container_runs()) world.init().signal(SIGTERM);
}
void await_end(World& world) {
  constexpr auto slack = 6s;
  if (!world.watch([&] { return !world.container_runs(); }, World::stop_timeout + slack))
    world.breach("the container does not end");
}

namespace {

void kill_a_daemon(World& world, Random& random) {
  kill_one(world.irisdb(), static_cast<std::size_t>(pick(random, 1, 2)));
}
/// Of no importance to the others: nothing is said of it, nothing is done.
void kill_a_user_process(World& world, Random&) {
  const auto all = world.irisdb();
  if (all.size() > 3) kill_one(all, all.size() - 1);
}
void kill_main(World& world, Random&) {
  signal_named(world, "iris-main", SIGKILL);
}
/// It does nothing that anybody waits for while IRIS runs.
void main_hangs(World& world, Random& random) {
  signal_named(world, "iris-main", SIGSTOP);
  world.let_pass(1s * pick(random, 1, 5));
  if (world.container_runs() && IrisContainer::probe("livez") != 200)
    world.breach("not live because iris-main hangs");
  signal_named(world, "iris-main", SIGCONT);
}
void a_second_container(World& world, Random&) {
  if (world.container_runs()) world.take_over();
}
void a_second_container_in_vain(World& world, Random&) {
  if (world.container_runs()) world.wait_in_vain();
}

}  // namespace

std::vector<Fault> process_faults() {
  return {
      {"kill control process", 4, {{}, {"iris.forcing"}, a_crash()}, kill_control},
      {"kill a daemon", 4, {{}, {"iris.forcing"}, a_crash()}, kill_a_daemon},
      {"kill a user's process", 2, {{}, {}, {"irisdb.ended"}}, kill_a_user_process, 5s},
      {"kill every irisdb", 4, {{}, {"iris.forcing"}, a_crash()}, kill_all_irisdb},
      {"kill the agent", 4, {{}, {"agent.died"}, {}}, kill_agent, 10s},
      {"kill iris-main",
       2,
       {{137}, {"main.ended"}, {"init.leaving", "irisdb.ended", "iris.recovers"}},
       kill_main},
      {"iris-main hangs", 2, {}, main_hangs, 5s, true},
      {"kill the container", 4, {{137}, {"iris.recovers", "iris.recovered"}, {}}, kill_container},
      {"a second container",
       2,
       {{137}, {"prepare.waiting", "iris.recovers", "iris.recovered"}, {"http.failed"}},
       a_second_container,
       20s,
       true},
      {"a second one, stopped", 1, {}, a_second_container_in_vain, 5s, true},
  };
}

const std::vector<Fault>& all_faults() {
  static const std::vector<Fault> faults = [] {
    std::vector<Fault> all;
    for (const auto& room :
         {process_faults(), stop_faults(), freeze_faults(), iris_faults(), storage_faults()})
      all.insert(all.end(), room.begin(), room.end());
    return all;
  }();
  return faults;
}

}  // namespace chaos
