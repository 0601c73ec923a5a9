#pragma once
// Who lives below us, read from /proc. No heap; every answer is a snapshot that may be old already.
#include <sys/types.h>

#include <array>
#include <cstdint>
#include <span>

#include "supervisor/base/fixed_text.h"

namespace sup {

struct ProcessInfo {
  pid_t pid = 0;
  pid_t parent = 0;
  char state = '?';          ///< R S D Z T …, as /proc/PID/stat says
  bool exiting = false;      ///< on its way out, or a zombie; where the kernel tells
  FixedText<16> name;        ///< the kernel's 15 bytes of the program's name
  std::int64_t started = 0;  ///< clock ticks since boot: with the pid, an identity
};

/// False when there is no such process (or no /proc).
bool read_process(pid_t pid, ProcessInfo& out);

/// A zombie, or less.
inline bool has_ended(const ProcessInfo& process) {
  return process.state == 'Z' || process.state == 'X';
}

/// Is it a living command that starts or stops an IRIS instance: `iris start|stop|force|restart …`
/// or one of irisstart, irisstop, irisforce? Not so a session, however long somebody keeps it open.
/// While a program is being executed it has no arguments: waits 20 ms for them, and after that
/// takes an `iris` for one.
bool is_iris_control_command(const ProcessInfo& process);

/// Signals exactly that process: one that has its number now, but not its start time, is left
/// alone.
void signal_process(const ProcessInfo& process, int signal);

/// Where the process waits in the kernel; empty when it is not told.
FixedText<64> wait_channel(pid_t pid);

/// The children of `pid`, from all its threads; at most `out.size()` of them. Zombies included.
std::size_t children_of(pid_t pid, std::span<pid_t> out);

/// All descendants of a process at one glance; zombies are left out. A descendant whose parent ends
/// while we look comes back to the nearest subreaper, which for PID 1 is PID 1: look twice.
class Descendants {
 public:
  /// More than `most` are not listed; whoever ends them all looks again until nobody is left.
  static constexpr std::size_t most = 16384;

  /// Walks anew from `root`; those in `except` and what is below them are left out. Without the
  /// kernel's lists of children it goes through all of /proc. False when there is no /proc, or it
  /// starved(): then some may be missing.
  bool look(pid_t root, std::span<const pid_t> except = {});
  bool look(pid_t root, pid_t except) { return look(root, std::span{&except, 1}); }
  [[nodiscard]] std::span<const pid_t> pids() const { return {pids_.data(), count_}; }
  /// The last look found no descriptor or no memory to be had.
  [[nodiscard]] bool starved() const { return starved_; }

  /// The slow way of look(): a pass over all of /proc for each generation.
  bool look_at_everybody(pid_t root, std::span<const pid_t> except);

 private:
  std::size_t count_ = 0;
  bool starved_ = false;
  // Not initialised, and last: PID 1 has it in static memory, whose pages shall not exist before
  // they are used.
  std::array<pid_t, most> pids_;
};

}  // namespace sup
