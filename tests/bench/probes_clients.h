#pragma once
// Clients of the probes that measure, or attack.
#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace bench {

/// Sorted milliseconds; `lost` had no answer or another than wanted.
struct Latencies {
  std::vector<double> milliseconds;
  std::uint64_t lost = 0;
  [[nodiscard]] double at(double quantile) const;
};

/// A new connection each, as the kubelet does, `per_second` of them (0: one after the other). A
/// request counts from when it was due: one that waits for its predecessor is late.
Latencies ask(int port, const std::string& target, int status, int count, int per_second);

/// A process that holds `count` connections open, each with a request that never ends, and opens
/// one anew a second after it was closed. Kill it to end it.
pid_t start_slow_clients(int port, int count);

/// `count` requests over one connection, 32 at a time. False when the server ended it.
bool ask_pipelined(int port, const std::string& target, std::uint64_t count);

}  // namespace bench
