#include "tests/chaos/self_check.h"

#include <signal.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "tests/chaos/faults.h"

namespace chaos {
namespace {

/// IRIS's own lock would refuse a second one: it goes by the file, which is gone.
void lose_iris_lock(World& world) {
  std::filesystem::remove(world.data() + "/iris/mgr/ilock");
}

void second_database_within(World& world) {
  lose_iris_lock(world);
  // In another IPC namespace it does not see the first one's shared memory.
  world.exec({"unshare", "--ipc", "iris", "start", "IRIS", "quietly"});
  world.let_pass(500ms);
}

void second_database_in_another_container(World& world) {
  lose_iris_lock(world);
  world.container().before_init = {"sh", "-c", "iris start IRIS quietly; exec sleep 60"};
  Program second = world.container().start();
  world.container().before_init = {};
  const auto there = [&] {
    return !testing_support::descendants_named(second.pid(), "irisdb").empty();
  };
  if (!world.watch(there, 20s)) world.breach("the self-check could not start a second one");
  world.let_pass(500ms);
}

void death_that_is_no_fault(World& world) {
  Random random{1};
  kill_control(world, random);
  world.be_quiet(3s);
}

void news_that_does_not_come(World& world) {
  world.fault_begins("self-check", {{}, {"iris.forcing"}, {}});
  world.expect_told();
}

void too_long(World& world) {
  Random random{1};
  world.fault_begins("self-check", {{}, {}, a_crash()});
  kill_all_irisdb(world, random);
  world.settle(0ms);
}

void lost_write(World& world) {
  std::ofstream{world.acknowledged(), std::ios::app}
      << "99999999 1 mgr/user set ^k8stest(99999999)=\"x\"\n";
  world.verify(world.data() + "/iris", world.acknowledged(), "with a line too many");
}

void pid1_dies(World& world) {
  world.fault_begins("self-check", {});
  world.init().signal(SIGKILL);
  world.watch([&] { return !world.container_runs(); }, 20s);
}

struct Sin {
  const char* name;
  void (*commit)(World&);
  std::vector<const char*> noticed;  ///< parts of the breaches, each of which has to come
};

bool is_noticed(const Sin& sin) {
  World world{false};
  world.log_directory = std::filesystem::temp_directory_path();
  if (!world.begin() || !world.breaches().empty()) return false;
  world.fault_begins("self-check", {});
  world.be_quiet(300ms);
  if (!world.breaches().empty()) return false;
  sin.commit(world);
  return std::all_of(sin.noticed.begin(), sin.noticed.end(), [&](const std::string& text) {
    return std::any_of(
        world.breaches().begin(), world.breaches().end(),
        [&](const std::string& breach) { return breach.find(text) != std::string::npos; });
  });
}

}  // namespace

int self_check() {
  const std::vector<Sin> sins{
      {"a second database in the container",
       second_database_within,
       {"two databases on one directory within a container"}},
      {"a second container with IRIS",
       second_database_in_another_container,
       {"two containers have IRIS on one directory"}},
      {"a death in quiet times", death_that_is_no_fault, {"not ready", "nobody's fault explains"}},
      {"news that does not come", news_that_does_not_come, {"no iris.forcing tells of it"}},
      {"too long", too_long, {"not ready with writers within 0 s"}},
      {"a lost write", lost_write, {"missing after recovery"}},
      {"PID 1 dies", pid1_dies, {"the container ended with 137"}},
  };
  int unnoticed = 0;
  for (const Sin& sin : sins) {
    const bool noticed = is_noticed(sin);
    std::printf("%s: %s\n", sin.name, noticed ? "noticed" : "NOT NOTICED");
    if (!noticed) ++unnoticed;
  }
  return unnoticed == 0 ? 0 : 1;
}

}  // namespace chaos
