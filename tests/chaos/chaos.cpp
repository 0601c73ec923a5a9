// Chaos: random faults against a running container under write load, and what must hold meanwhile
// (world.h). The same seed gives the same faults in the same order with the same pauses.
//   chaos [--minutes N] [--seed N] [--logs DIRECTORY] [--only NAME]
//   chaos --self-check     breaches everything that must hold, and asks whether it is noticed
// Exit status 0: nothing was breached; 1: something was; 2: asked wrongly; 4: cannot run here.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "tests/chaos/faults.h"
#include "tests/chaos/self_check.h"
#include "tests/integration/harness/namespaces.h"

namespace {

using namespace std::chrono_literals;
using chaos::Clock;
using chaos::Fault;
using chaos::Random;
using chaos::World;

/// For a container that has missed its time, before the next fault.
constexpr auto a_way_out = 90s;

struct Options {
  double minutes = 20;
  std::uint64_t seed = 1;
  std::string logs = "build/chaos";
  std::string only;
};

struct Tally {
  int count = 0;
  Clock::duration allowed{};
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

std::vector<const Fault*> deck(World& world, const std::string& only) {
  std::vector<const Fault*> faults;
  for (const Fault& fault : chaos::all_faults()) {
    if (fault.needs != chaos::Needs::nothing && world.disk() == nullptr) continue;
    if (fault.needs == chaos::Needs::disk_that_fails && !world.disk()->can_fail()) continue;
    if (!only.empty() && only != fault.name) continue;
    faults.insert(faults.end(), static_cast<std::size_t>(fault.weight), &fault);
  }
  return faults;
}

/// Each fault as often as its weight before any comes again.
const Fault& draw(std::vector<const Fault*>& pile, const std::vector<const Fault*>& faults,
                  Random& random) {
  if (pile.empty()) {
    pile = faults;
    std::shuffle(pile.begin(), pile.end(), random);
  }
  const Fault& fault = *pile.back();
  pile.pop_back();
  return fault;
}

/// One fault, sometimes with a second one into the midst of the first.
void round(World& world, std::vector<const Fault*>& pile, const std::vector<const Fault*>& faults,
           Random& random, std::map<std::string, Tally>& tallies) {
  const Fault& first = draw(pile, faults, random);
  const bool another = !first.alone && random() % 3 == 0;
  const Fault& second = another ? draw(pile, faults, random) : first;
  const bool both = another && !second.alone;
  if (another && !both) pile.push_back(&second);  // its turn comes
  const auto gap = 10ms * std::uniform_int_distribution{0, 60}(random);
  const auto quiet = 100ms * std::uniform_int_distribution{2, 20}(random);
  // Each strikes with dice of its own: how often it throws them depends on what it meets.
  Random firsts{random()};
  Random seconds{random()};

  world.fault_begins(first.name, first.may);
  first.strike(world, firsts);
  if (both) {
    world.fault_joins(second.name, second.may);
    world.let_pass(gap);
    second.strike(world, seconds);
  }
  Tally& tally = tallies[both ? "two at once" : first.name];
  ++tally.count;
  const auto allowed = both ? first.within + second.within : first.within;
  tally.allowed = std::max(tally.allowed, allowed);
  if (const auto took = world.settle(allowed)) {
    tally.milliseconds.push_back(took->count());
    std::printf("%7.1f s  %s: ready after %.2f s\n", world.seconds(), world.fault().c_str(),
                static_cast<double>(took->count()) / 1000);
  } else {
    world.settle(a_way_out);  // the next fault shall find something to strike
  }
  world.expect_told();
  world.expect_explained();
  world.expect_in_timeline();
  world.be_quiet(quiet);
}

void print(const World& world, const std::map<std::string, Tally>& tallies,
           const Options& options) {
  std::printf("\n%-24s %6s %12s %12s %12s\n", "fault", "times", "median, s", "worst, s",
              "allowed, s");
  int all = 0;
  for (const auto& [name, tally] : tallies) {
    auto times = tally.milliseconds;
    std::sort(times.begin(), times.end());
    const auto at = [&](std::size_t i) {
      return times.empty() ? -1.0 : static_cast<double>(times[i]) / 1000;
    };
    std::printf("%-24s %6d %12.2f %12.2f %12.0f\n", name.c_str(), tally.count, at(times.size() / 2),
                at(times.empty() ? 0 : times.size() - 1),
                std::chrono::duration<double>(tally.allowed).count());
    all += tally.count;
  }
  const auto& figures = world.figures();
  std::printf("\n%d faults in %.0f s, seed %llu; %d containers, ended with", all, world.seconds(),
              static_cast<unsigned long long>(options.seed), figures.containers);
  for (const auto& [code, count] : figures.codes)
    std::printf(" %d (%d times)", code, count);
  std::printf(
      "\n%ld writes acknowledged, all of them checked %d times; looked %ld times for two "
      "databases; breaches: %zu\n",
      figures.acknowledged, figures.verified, world.looks_for_two_databases(),
      world.breaches().size());
  for (const std::string& breach : world.breaches())
    std::printf("  %s\n", breach.c_str());
  std::printf("times are from the fault's end to readyz 200 with writers that write; logs: %s\n",
              options.logs.c_str());
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  const bool checks_itself = argc > 1 && std::string{argv[argc - 1]} == "--self-check";
  if (!checks_itself && !parse(argc, argv, options)) {
    std::fputs(
        "usage: chaos [--minutes N] [--seed N] [--logs DIRECTORY] [--only FAULT]\n"
        "       chaos --self-check\n"
        "faults:\n",
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
  if (checks_itself) return chaos::self_check();
  const bool own_disk = testing_support::OwnDisk::is_possible();
  if (!own_disk)
    std::puts("left out: faults of the volume (they need root, loop devices and mkfs.ext4)");
  std::filesystem::create_directories(options.logs);
  World world{own_disk};
  if (own_disk && !world.disk()->can_fail())
    std::puts("left out: an ext4 that finds an error (this kernel cannot be asked for one)");
  world.log_directory = std::filesystem::absolute(options.logs);
  const auto faults = deck(world, options.only);
  if (faults.empty())
    return std::fprintf(stderr, "chaos: no fault '%s' here\n", options.only.c_str()), 2;
  Random random{options.seed};
  std::map<std::string, Tally> tallies;
  std::vector<const Fault*> pile;
  if (world.begin()) {
    while (world.seconds() < options.minutes * 60)
      round(world, pile, faults, random, tallies);
    world.end();
  }
  print(world, tallies, options);
  return world.breaches().empty() ? 0 : 1;
}
