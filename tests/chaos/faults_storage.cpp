// The data's file system misbehaves: IRIS is not ready then, and yet nothing may be killed for it.
#include <fcntl.h>
#include <unistd.h>

#include <filesystem>

#include "supervisor/base/unique_fd.h"
#include "tests/chaos/faults.h"

namespace chaos {

using testing_support::within;

namespace {

/// Told; live all the same; and who asks why it is not ready hears these words.
void expect_trouble(World& world, const std::vector<std::string>& words) {
  world.watch([&] { return world.told("data.trouble"); }, 15s);
  const auto live = testing_support::http_get(IrisContainer::port, "/livez", within(5s));
  if (live.status != 200) world.breach("not live on a volume that " + words.front());
  const auto ready = testing_support::http_get(IrisContainer::port, "/readyz?verbose", within(5s));
  for (const std::string& word : words)
    if (ready.status != 503 || ready.body.find(word) == std::string::npos)
      world.breach("not said that the volume " + word + ": " + ready.body);
}

void volume_stuck(World& world, Random& random) {
  if (!world.disk()->set_stuck(true)) return world.breach("FIFREEZE does not work");
  expect_trouble(world, {"is stuck"});
  world.let_pass(100ms * pick(random, 1, 20));
  if (!world.disk()->set_stuck(false)) world.breach("FITHAW does not work");
}
void the_machine_dies(World& world, Random&) {
  if (world.container_runs()) world.power_cut();
}

std::string fill(World& world) {
  std::string filler = world.data() + "/filler";
  const sup::UniqueFd file{::open(filler.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)};
  for (off_t step = 1 << 20; step >= 4096; step /= 16) {  // to the last block
    off_t end = ::lseek(file.get(), 0, SEEK_END);
    for (; file && ::fallocate(file.get(), 0, end, step) == 0; end += step) {
    }
  }
  return filler;
}
void volume_full(World& world, Random&) {
  const std::string filler = fill(world);
  expect_trouble(world, {"is full"});
  std::filesystem::remove(filler);
}
/// IRIS can write nothing that it would have to: it goes down as well as it can.
void stop_on_a_full_volume(World& world, Random& random) {
  const std::string filler = fill(world);
  world.let_pass(100ms * pick(random, 0, 10));
  stop_container(world, random);
  await_end(world);
  std::filesystem::remove(filler);
}
/// It holds, or it is said that it does not.
void freeze_on_a_full_volume(World& world, Random& random) {
  const std::string known = world.known_now();
  const std::string copy = world.container().dir / "copy";
  const std::string filler = fill(world);
  world.let_pass(100ms * pick(random, 0, 10));
  const int code = world
                       .irisctl({"with-freeze", "--lease", "10s", "--", "cp", "-a",
                                 world.data() + "/iris", copy})
                       .code;
  if (code == 0) world.verify(copy, known, "in a copy made in a freeze on a full volume");
  std::filesystem::remove_all(copy);
  std::filesystem::remove(filler);
}
/// What an error makes read-only stays so: the pod is deleted, and another one mounts it.
void volume_fails(World& world, Random& random) {
  if (!world.disk()->fail()) return world.breach("the file system cannot be made to fail");
  expect_trouble(world, {"is read-only"});
  world.let_pass(100ms * pick(random, 0, 20));
  stop_container(world, random);
  await_end(world);
  world.mount_elsewhere();
}
/// Nobody has a file of it open when IRIS is dead. No restart is spent on it; it comes up by itself
/// once it can.
void volume_read_only_for_a_while(World& world, Random& random) {
  if (world.irisctl({"hold", "chaos"}).code != 0) return;
  world.end_writers();
  kill_all_irisdb(world, random);
  if (!world.watch([&] { return world.disk()->set_read_only(true); }, 10s)) {
    world.breach("somebody has a file open, although IRIS is dead and held");
    world.irisctl({"release"});
    return;
  }
  world.watch([&] { return world.told("data.trouble"); }, 15s);
  world.irisctl({"release"});
  world.watch([&] { return world.told("iris.blocked"); }, 15s);
  expect_trouble(world, {"is read-only", "delete the pod"});
  world.let_pass(100ms * pick(random, 1, 20));
  if (world.told("iris.restarting")) world.breach("a restart on a read-only volume");
  if (!world.disk()->set_read_only(false)) world.breach("it cannot be made writable again");
}

}  // namespace

std::vector<Fault> storage_faults() {
  const std::vector<std::string> trouble_for_a_while{"data.trouble", "data.well"};
  return {
      {"volume stuck",
       2,
       {{}, trouble_for_a_while, {"qlist.failed"}},
       volume_stuck,
       10s,
       true,
       Needs::own_disk},
      {"volume full", 2, {{}, trouble_for_a_while, {}}, volume_full, 10s, true, Needs::own_disk},
      {"volume full, stop",
       1,
       {{0, 124}, {"stop.begun"}, a_forced_stop() | std::set<std::string>{"data.trouble"}},
       stop_on_a_full_volume,
       20s,
       true,
       Needs::own_disk},
      {"volume full, freeze",
       1,
       {{}, {}, {"data.trouble", "freeze.failed", "freeze.not_held"}},
       freeze_on_a_full_volume,
       20s,
       true,
       Needs::own_disk},
      {"volume read-only",
       2,
       {{},
        {"data.trouble", "iris.held", "iris.blocked", "data.well", "iris.up"},
        a_crash() | std::set<std::string>{"iris.down"}},
       volume_read_only_for_a_while,
       20s,
       true,
       Needs::own_disk},
      {"volume fails",
       2,
       {{0, 124}, {"data.trouble", "stop.begun"}, a_forced_stop()},
       volume_fails,
       20s,
       true,
       Needs::disk_that_fails},
      {"the machine dies",
       3,
       {{137}, {"iris.recovers", "iris.recovered"}, {"data.trouble"}},
       the_machine_dies,
       20s,
       true,
       Needs::own_disk},
  };
}

}  // namespace chaos
