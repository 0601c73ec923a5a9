// More than one machine for the one data directory, and machines that die.
#include <signal.h>

#include <filesystem>
#include <utility>

#include "tests/chaos/world.h"

namespace chaos {

using testing_support::within;

void World::power_cut() {
  if (!disk_->cut_off()) return breach("this kernel cannot cut off an ext4");
  init_->signal(SIGKILL);
  end_writers();
  if (!watch([this] { return init_->wait_exit(within(1ms)).has_value(); }, 20s))
    return breach("a killed container does not end");
  container_ended();
  mount_elsewhere();
}

void World::mount_elsewhere() {
  if (!disk_->mount_again()) return breach("the file system of a container that has ended stays");
  verify(data() + "/iris", acknowledged(), "on another machine");
}

std::optional<Program> World::start_second() {
  const std::string run = container_.dir / ("run" + std::to_string(figures_.containers));
  container_.set("IRIS_INIT_PATHS_RUN_DIR", run);
  std::filesystem::create_directories(run);
  Program second = container_.start();
  const auto waits = [&] {
    second.pump();
    return !second.events("prepare.waiting").empty();
  };
  if (watch(waits, 20s)) return second;
  breach("the second container does not say that it waits for the data");
  return std::nullopt;
}

void World::take_over() {
  std::optional<Program> second = start_second();
  if (!second) return;
  init_->signal(SIGKILL);
  end_writers();
  if (!watch([this] { return init_->wait_exit(within(1ms)).has_value(); }, 20s))
    return breach("a killed container does not end");
  container_ended();  // not verified: the second one is at work on it
  run_directory_ = container_.dir / ("run" + std::to_string(figures_.containers));
  ++figures_.containers;
  log_at_fault_ = 0;
  init_.emplace(std::move(*second));
}

void World::wait_in_vain() {
  std::optional<Program> second = start_second();
  if (!second) return;
  second->signal(SIGTERM);
  if (!watch([&] { return second->wait_exit(within(1ms)).has_value(); }, 10s))
    return breach("a container that waits for the data does not end when it is told to");
  const int code = second->wait_code(within(1ms));
  ++figures_.containers;
  ++figures_.codes[code];
  if (code != 0)
    breach("stopped while it waited for the data, a container ended with " + std::to_string(code));
  container_.set("IRIS_INIT_PATHS_RUN_DIR", run_directory_);  // where irisctl finds the first one
}

}  // namespace chaos
