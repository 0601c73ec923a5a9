// Chaos: random faults against a running container under write load, and what must hold meanwhile
// (world.h). The same seed gives the same faults in the same order with the same pauses.
//   chaos [--minutes N] [--seed N] [--logs DIRECTORY] [--only NAME]
// Exit status 0: nothing was breached; 1: something was; 2: asked wrongly; 4: cannot run here.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "tests/chaos/faults.h"
#include "tests/integration/harness/namespaces.h"

namespace {

using namespace std::chrono_literals;
using chaos::Fault;
using chaos::Random;
using chaos::World;

/// IRIS's own start in the stand-in takes 0.3 s; with the budget's pauses, a forced end and a
/// machine that has other work, this is what "never down longer than the policy allows" comes to.
constexpr auto longest_down = 90s;

struct Options {
  double minutes = 20;
  std::uint64_t seed = 1;
  std::string logs = "build/chaos";
  std::string only;
};

struct Tally {
  int count = 0;
  std::vector<long> milliseconds;  ///< from its end to ready with writers that write
};

bool parse(int argc, char** argv, Options& options) {
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    if (name == "--minutes")
      options.minutes = std::atof(argv[i + 1]);
    else if (name == "--seed")
      options.seed = std::strtoull(argv[i + 1], nullptr, 10);
    else if (name == "--logs")
      options.logs = argv[i + 1];
    else if (name == "--only")
      options.only = argv[i + 1];
    else
      return false;
  }
  return argc % 2 == 1 && options.minutes > 0;
}

std::vector<const Fault*> deck(const World& world, const std::string& only) {
  std::vector<const Fault*> faults;
  for (const Fault& fault : chaos::all_faults()) {
    if (fault.file_system && !world.own_file_system()) continue;
    if (!only.empty() && only != fault.name) continue;
    faults.insert(faults.end(), static_cast<std::size_t>(fault.weight), &fault);
  }
  return faults;
}

const Fault& draw(const std::vector<const Fault*>& faults, Random& random) {
  return *faults[std::uniform_int_distribution<std::size_t>{0, faults.size() - 1}(random)];
}

/// One fault, sometimes with a second one into the midst of the first.
void round(World& world, const std::vector<const Fault*>& faults, Random& random,
           std::map<std::string, Tally>& tallies) {
  const Fault& first = draw(faults, random);
  const Fault& second = draw(faults, random);
  const bool both = !first.alone && !second.alone && random() % 4 == 0;
  const auto gap = 10ms * std::uniform_int_distribution{0, 60}(random);
  const auto quiet = 100ms * std::uniform_int_distribution{2, 20}(random);

  world.fault_begins(first.name, first.codes);
  first.strike(world, random);
  if (both) {
    world.fault_joins(second.name, second.codes);
    world.watch([] { return false; }, gap);
    second.strike(world, random);
  } else {
    world.expect_event(first.told_by);  // of two, one can hide what the other would tell
  }
  Tally& tally = tallies[both ? "two at once" : first.name];
  ++tally.count;
  if (const auto took = world.settle(longest_down)) {
    tally.milliseconds.push_back(took->count());
    std::printf("%7.1f s  %s: ready after %.2f s\n", world.seconds(), world.fault().c_str(),
                static_cast<double>(took->count()) / 1000);
  }
  world.be_quiet(quiet);
}

void print(const World& world, const std::map<std::string, Tally>& tallies,
           const Options& options) {
  std::printf("\n%-24s %6s %12s %12s\n", "fault", "times", "median, s", "worst, s");
  int all = 0;
  for (const auto& [name, tally] : tallies) {
    auto times = tally.milliseconds;
    std::sort(times.begin(), times.end());
    const auto at = [&](std::size_t i) {
      return times.empty() ? -1.0 : static_cast<double>(times[i]) / 1000;
    };
    std::printf("%-24s %6d %12.2f %12.2f\n", name.c_str(), tally.count, at(times.size() / 2),
                at(times.empty() ? 0 : times.size() - 1));
    all += tally.count;
  }
  const auto& figures = world.figures();
  std::printf("\n%d faults in %.0f s, seed %llu; %d containers, ended with", all, world.seconds(),
              static_cast<unsigned long long>(options.seed), figures.containers);
  for (const auto& [code, count] : figures.codes)
    std::printf(" %d (%d times)", code, count);
  std::printf("\n%ld writes acknowledged, all of them checked %d times; breaches: %zu\n",
              figures.acknowledged, figures.verified, world.breaches().size());
  for (const std::string& breach : world.breaches())
    std::printf("  %s\n", breach.c_str());
  std::printf("times are from the fault's end to readyz 200 with writers that write; logs: %s\n",
              options.logs.c_str());
}

bool has_loop_devices() {
  return ::geteuid() == 0 && ::access("/dev/loop-control", R_OK | W_OK) == 0 &&
         ::access("/usr/sbin/mkfs.ext4", X_OK) == 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!parse(argc, argv, options)) {
    std::fputs("usage: chaos [--minutes N] [--seed N] [--logs DIRECTORY] [--only FAULT]; faults:\n",
               stderr);
    for (const Fault& fault : chaos::all_faults())
      std::fprintf(stderr, "  %s\n", fault.name);
    return 2;
  }
  if (const std::string& why = testing_support::why_no_namespaces(); !why.empty()) {
    std::printf("SKIPPED: %s\n", why.c_str());
    return 4;
  }
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const bool own_file_system = has_loop_devices();
  if (!own_file_system)
    std::puts("left out: a stuck and a full volume (they need root, loop devices and mkfs.ext4)");
  std::filesystem::create_directories(options.logs);
  World world{own_file_system};
  world.log_directory = std::filesystem::absolute(options.logs);
  const auto faults = deck(world, options.only);
  if (faults.empty())
    return std::fprintf(stderr, "chaos: no fault '%s' here\n", options.only.c_str()), 2;
  Random random{options.seed};
  std::map<std::string, Tally> tallies;
  if (world.begin()) {
    while (world.seconds() < options.minutes * 60)
      round(world, faults, random, tallies);
    world.end();
  }
  print(world, tallies, options);
  return world.breaches().empty() ? 0 : 1;
}
