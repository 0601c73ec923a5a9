#pragma once
// COMMAND of `irisctl with-freeze`: a child that gets our signals, and whose end we wait for.
#include <signal.h>
#include <sys/types.h>

#include <string>
#include <vector>

#include "supervisor/base/unique_fd.h"

namespace sup {

/// From construction on no signal ends us any more: they wait in a descriptor. SIGPIPE, too, so
/// that a closed standard error cannot keep us from thawing.
class HeldSignals {
 public:
  HeldSignals();
  /// Readable when a signal waits.
  [[nodiscard]] int fd() const { return fd_.get(); }
  /// The first that came and asks us to end; 0: none did.
  int ending_signal();

 private:
  friend int run_command(const std::vector<std::string>& command, HeldSignals& signals,
                         std::string& problem);
  UniqueFd fd_;
  sigset_t previous_{};
};

/// Its exit code, 128 + the signal that ended it, or 125 and `problem` when it could not be
/// started.
int run_command(const std::vector<std::string>& command, HeldSignals& signals,
                std::string& problem);

}  // namespace sup
