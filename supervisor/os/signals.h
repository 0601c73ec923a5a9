#pragma once
// Signals as something that is asked for, never something that interrupts: everything is blocked,
// and a flood of one kind never hides another. No heap.
#include <signal.h>

#include <cstdint>

#include "supervisor/base/errno_or.h"
#include "supervisor/base/nanos.h"
#include "supervisor/base/unique_fd.h"

namespace sup {

struct ReceivedSignal {
  int number = 0;            ///< 0: none waits
  pid_t sender = 0;          ///< 0 when the sender is outside of our PID namespace
  bool from_kernel = false;  ///< a terminal's Ctrl-C, for example
};

/// What a program that we start gets back: how signals were when we were started.
struct CallersSignals {
  sigset_t mask{};
  bool child_ignored = false;  ///< SIGCHLD was ignored
};

/// PID 1's: needs no descriptor, so that no limit and no lack of /proc can take its ears away.
class SignalQueue {
 public:
  /// Blocks every signal there is, those of the C library and faults included: a fault of our own
  /// ends us all the same, blocked or not, and one that somebody sends can be told from it. SIGCHLD
  /// gets its default meaning: ignored, it would eat exit statuses.
  CallersSignals block_all();

  /// Waits at most so long (`never`: until one comes) for the next signal. Each kind that waits is
  /// given out once before any is given out again, so that a flood of one never starves another.
  ReceivedSignal take(Nanos at_most);

 private:
  std::uint64_t given_ = 0;  ///< bit n-1: signal n, in this round
};

/// Becomes readable when a signal of `SignalQueue` waits, for those who also wait for other things.
ErrnoOr<UniqueFd> open_signal_fd();

struct SignalInput {
  UniqueFd fd;          ///< readable when a signal waits; close-on-exec, non-blocking
  sigset_t previous{};  ///< the mask that children get back
};

/// The agent's: blocks every signal that can be blocked, except faults, which somebody who is not
/// PID 1 takes as everybody does.
ErrnoOr<SignalInput> block_and_read_signals();
ReceivedSignal next_signal(int signal_fd);

}  // namespace sup
