#pragma once
// RestartBudget: how often IRIS may be restarted in place, and how soon. Pure.
#include <cstdint>
#include <vector>

#include "supervisor/base/nanos.h"

namespace sup {

struct RestartBudgetSettings {
  std::int64_t limit = 3;      ///< so many attempts …
  Nanos window = minutes(10);  ///< … within this time
};

class RestartBudget {
 public:
  explicit RestartBudget(RestartBudgetSettings settings) : settings_{settings} {}

  /// Attempts within the window that ends now.
  [[nodiscard]] std::int64_t used(Nanos now) const;
  [[nodiscard]] bool exhausted(Nanos now) const { return used(now) >= settings_.limit; }
  /// How long to wait before the next attempt: 0, 1, 2, 4 … up to 60 s, by the attempts used.
  [[nodiscard]] Nanos pause(Nanos now) const;
  /// An attempt begins; also what an earlier agent has recorded.
  void spend(Nanos at);
  [[nodiscard]] std::uint64_t total() const { return total_; }

 private:
  RestartBudgetSettings settings_;
  std::vector<Nanos> attempts_;  ///< the newest `limit` of them, oldest first
  std::uint64_t total_ = 0;
};

}  // namespace sup
