#include "probes/histogram.h"

#include <algorithm>
#include <numeric>

namespace probes {

void Histogram::observe(double seconds) {
  const auto bound = std::lower_bound(bounds_.begin(), bounds_.end(), seconds);
  if (bound != bounds_.end()) ++in_bucket_.at(static_cast<std::size_t>(bound - bounds_.begin()));
  ++count_;
  sum_ += seconds;
}

std::uint64_t Histogram::up_to(std::size_t i) const {
  return std::accumulate(in_bucket_.begin(),
                         in_bucket_.begin() + static_cast<std::ptrdiff_t>(i) + 1, std::uint64_t{0});
}

}  // namespace probes
