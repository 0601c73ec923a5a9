#include "supervisor/core/restart_budget.h"

#include <algorithm>

namespace sup {

std::int64_t RestartBudget::used(Nanos now) const {
  return std::count_if(attempts_.begin(), attempts_.end(),
                       [&](Nanos at) { return now - at < settings_.window; });
}

Nanos RestartBudget::pause(Nanos now) const {
  const std::int64_t before = used(now);
  if (before == 0) return 0;
  return std::min(seconds(60), seconds(1) << std::min<std::int64_t>(before - 1, 6));
}

void RestartBudget::spend(Nanos at) {
  ++total_;
  attempts_.push_back(at);
  if (attempts_.size() > static_cast<std::size_t>(std::max<std::int64_t>(settings_.limit, 1)))
    attempts_.erase(attempts_.begin());
}

}  // namespace sup
