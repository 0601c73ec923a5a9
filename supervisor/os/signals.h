#pragma once
// Signals as a file descriptor: everything is blocked and read from a signalfd, so that no signal
// interrupts anything and a flood of one kind never hides another. No heap.
#include <signal.h>

#include "supervisor/base/errno_or.h"
#include "supervisor/base/unique_fd.h"

namespace sup {

struct SignalInput {
  UniqueFd fd;          ///< readable when a signal waits; close-on-exec, non-blocking
  sigset_t previous{};  ///< the mask that children get back
};

/// Blocks every signal that can be blocked, except faults of our own (SIGSEGV and the like, which
/// must not be hidden), and gives SIGCHLD its default meaning: ignored, it would eat exit statuses.
ErrnoOr<SignalInput> block_and_read_signals();

struct ReceivedSignal {
  int number = 0;            ///< 0: none waits
  pid_t sender = 0;          ///< 0 when the sender is outside of our PID namespace
  bool from_kernel = false;  ///< a terminal's Ctrl-C, for example
};
ReceivedSignal next_signal(int signal_fd);

}  // namespace sup
