#pragma once
// Faults: what the chaos test does to a container, what it may do thereupon, and what it must tell.
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/chaos/world.h"

namespace chaos {

using Random = std::mt19937_64;

struct Fault {
  const char* name;
  int weight;           ///< how often it comes, beside the others
  std::set<int> codes;  ///< with which the container may end because of it
  /// Told by an event of one of these names; empty: it is no news.
  std::vector<std::string> told_by;
  void (*strike)(World&, Random&);
  bool file_system = false;  ///< only where the data has one of its own
  bool alone = false;        ///< does not mix: it needs what others may have broken
};

const std::vector<Fault>& all_faults();

}  // namespace chaos
