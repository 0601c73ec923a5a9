#pragma once
// StartProgress: does a start of IRIS get anywhere? A recovery may take an hour and say nothing in
// messages.log; while its processes work, it is left alone. Pure.
#include <cstdint>
#include <string>

#include "supervisor/base/nanos.h"

namespace sup {

/// All processes of the instance taken together.
struct StartActivity {
  std::int64_t processes = 0;  ///< how many there are
  std::int64_t cpu_ticks = 0;  ///< user and system time, of those that live
  std::int64_t io_bytes = 0;   ///< read and written, messages.log included; 0 where it is not told
  std::string status = {};     ///< as qlist says it
};

class StartProgress {
 public:
  /// `longest`: so long without any progress is a stall.
  explicit StartProgress(Nanos longest) : longest_{longest} {}

  /// A start begins.
  void begin(Nanos now);
  void see(const StartActivity& activity, Nanos now);
  [[nodiscard]] bool stalled(Nanos now) const { return now - progress_at_ >= longest_; }
  /// When it stalls if nothing happens any more.
  [[nodiscard]] Nanos stalls_at() const { return progress_at_ + longest_; }
  [[nodiscard]] Nanos progress_at() const { return progress_at_; }
  [[nodiscard]] const StartActivity& seen() const { return seen_; }

 private:
  Nanos longest_;
  Nanos progress_at_ = 0;
  StartActivity seen_;
};

}  // namespace sup
