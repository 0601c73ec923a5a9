#pragma once
// Faults: what the chaos test does to a container, what it may do thereupon, what it must tell of
// it, and how soon it has to serve again. Each room of faults has a table of its own.
#include <random>
#include <string>
#include <vector>

#include "tests/chaos/world.h"

namespace chaos {

using Random = std::mt19937_64;

/// What a fault cannot be without.
enum class Needs { nothing, own_disk, disk_that_fails };

struct Fault {
  const char* name;
  int weight;  ///< how often it comes, beside the others
  Consequences may;
  void (*strike)(World&, Random&);
  /// From its end to a service that writes: what the policy allows for it, and a machine that has
  /// other work.
  Clock::duration within = 20s;
  bool alone = false;  ///< does not mix: it needs what others may have broken
  Needs needs = Needs::nothing;
};

const std::vector<Fault>& all_faults();

// The rooms.
std::vector<Fault> process_faults();
std::vector<Fault> stop_faults();
std::vector<Fault> freeze_faults();
std::vector<Fault> iris_faults();
std::vector<Fault> storage_faults();

// What several rooms use.
int pick(Random& random, int least, int most);
/// The oldest of that name below PID 1 gets the signal. False: there is none.
bool signal_named(World& world, const std::string& name, int signal);
void kill_control(World& world, Random& random);
void kill_all_irisdb(World& world, Random& random);
void kill_agent(World& world, Random& random);
void kill_container(World& world, Random& random);
void stop_container(World& world, Random& random);
/// Until PID 1 is gone. A breach: it does not go within the stop's budget, and some time for a
/// machine that has other work.
void await_end(World& world);

// What a fault explains.
/// IRIS was killed and is started again in place.
std::set<std::string> a_crash();
/// The ladder had to force IRIS down, or iris-main could not stop it.
std::set<std::string> a_forced_stop();
std::set<std::string> operator|(std::set<std::string> one, const std::set<std::string>& other);

}  // namespace chaos
