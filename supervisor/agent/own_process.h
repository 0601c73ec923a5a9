#pragma once
// OwnProcess: what the agent itself uses, for its metrics.
#include <cstdint>

namespace sup {

struct OwnProcess {
  double cpu_seconds = 0;
  std::uint64_t resident_bytes = 0;
  std::uint64_t virtual_bytes = 0;
  std::uint64_t open_descriptors = 0;
  std::uint64_t most_descriptors = 0;
};

/// What /proc and the kernel tell now; 0 where they don't.
OwnProcess own_process();

}  // namespace sup
