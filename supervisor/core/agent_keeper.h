#pragma once
// AgentKeeper: decides when PID 1 starts, judges and ends the agent. Pure, no heap.
//
//   absent --pause over--> running --no beat for a period--> suspected --one more--> ending
//   ending --no end in kill_after--> killed          any --died--> absent
//   killed --no end in give_up_after--> absent: it hangs in the kernel, and another one is started
//
// Pauses between starts: 0, 0.2, 0.5, 1, then 2 s for ever. Five deaths in a minute: safe mode. One
// that is given up counts as dead; no more than `most_stuck` are given up at a time.
#include <array>
#include <cstdint>

#include "supervisor/base/nanos.h"

namespace sup {

enum class KeeperAction : std::uint8_t { none, start, terminate, kill, give_up };

class AgentKeeper {
 public:
  static constexpr Nanos silence_period = seconds(10);
  static constexpr Nanos kill_after = seconds(2);
  static constexpr Nanos give_up_after = seconds(5);
  static constexpr std::uint32_t most_stuck = 4;
  static constexpr Nanos calm_after = minutes(1);  ///< so long alive, and the pauses begin anew

  /// What to do now. Call it at deadline() and after every event, until it says none.
  KeeperAction decide(Nanos now);
  void started(Nanos now);
  void heard(Nanos now);
  void died(Nanos now);
  /// One that was given up has ended after all.
  void stuck_one_ended();

  /// When decide() has something to say at the latest; `never` if only an event can change it.
  [[nodiscard]] Nanos deadline() const { return deadline_; }
  [[nodiscard]] bool safe_mode() const { return safe_mode_; }
  [[nodiscard]] std::uint32_t deaths() const { return deaths_; }

 private:
  enum class Phase : std::uint8_t { absent, running, suspected, ending, killed };

  Phase phase_ = Phase::absent;
  Nanos deadline_ = 0;
  Nanos started_at_ = 0;
  std::uint32_t deaths_ = 0;
  std::uint32_t stuck_ = 0;             ///< given up and not ended
  std::uint32_t quick_deaths_ = 0;      ///< since the last calm time; picks the pause
  std::array<Nanos, 5> last_deaths_{};  ///< a ring, by deaths_
  bool safe_mode_ = false;
};

}  // namespace sup
