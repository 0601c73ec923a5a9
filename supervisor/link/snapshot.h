#pragma once
// The link between PID 1 and the agent: each side sends its whole state whenever it has changed and
// the socket takes it. State, never history: a message that is replaced by the next loses nothing.
// Both programs ship together, but an upgrade may mix them for a moment: size and version are
// checked. Plain old data, no heap.
#include <array>
#include <cstdint>
#include <string_view>

#include "supervisor/base/nanos.h"
#include "supervisor/base/unique_fd.h"

namespace sup {

/// What changes IRIS, and is therefore run by PID 1: it outlives the agent and is never doubled.
enum class Command : std::uint32_t {
  none = 0,
  start = 1,  ///< iris start INSTANCE quietly
  stop = 2,   ///< iris stop INSTANCE quietly
  force = 3,  ///< iris force INSTANCE
  thaw = 4,   ///< iris stat INSTANCE -W: thaws without a session
  merge = 5,  ///< iris merge INSTANCE RUN_DIR/merge.cpf; gives way to any other
};

/// "iris stop", for people.
std::string_view name_of(Command command);

enum class CommandState : std::uint32_t { idle = 0, running = 1, ended = 2 };

struct CommandReport {
  std::uint64_t number = 0;  ///< of the agent's request; 0 for the ladder's own commands
  Command command = Command::none;
  CommandState state = CommandState::idle;
  std::int32_t pid = 0;
  std::int32_t status = 0;  ///< wait status, once ended
};

enum class InitPhase : std::uint32_t {
  preparing = 0,         ///< cpfmerge runs
  waiting_for_data = 1,  ///< cpfmerge waits for the lock
  running = 2,           ///< the main program runs
  stopping = 3,          ///< the stop ladder is under way
};

struct InitSnapshot {
  static constexpr std::uint32_t current_version = 2;
  std::uint32_t version = current_version;
  InitPhase phase = InitPhase::preparing;
  std::uint64_t incarnation = 0;  ///< of this PID 1; tells its files from a predecessor's
  Nanos began_at = 0;             ///< monotonic: PID 1's own start
  Nanos main_started_at = 0;      ///< monotonic; 0: not yet
  Nanos stop_began_at = 0;        ///< monotonic; 0: no stop
  Nanos drain_delay = 0;
  std::int32_t main_pid = 0;    ///< 0: not yet, or ended
  std::uint32_t stop_step = 0;  ///< LadderStep
  std::uint32_t agent_deaths = 0;
  std::uint32_t safe_mode = 0;
  std::uint32_t swept = 0;  ///< segments of shared memory of a predecessor, removed before IRIS
  std::uint32_t reserved = 0;
  std::uint64_t orphans_reaped = 0;
  std::uint64_t lines_dropped = 0;
  std::uint64_t irisdb_killed = 0;  ///< irisdb processes, our children, that a signal ended
  CommandReport command;
};

/// How the agent has seen IRIS last; `unknown` takes nothing back.
enum class IrisSeen : std::uint32_t { unknown = 0, running = 1, crashed = 2 };

struct AgentSnapshot {
  static constexpr std::uint32_t current_version = 3;
  std::uint32_t version = current_version;
  std::uint32_t drained = 0;       ///< readyz has said 503 for the whole drain delay
  std::uint64_t beat = 0;          ///< grows with every snapshot
  std::uint32_t frozen_by_us = 0;  ///< a lease is running: thaw before anything else
  Command wanted = Command::none;
  std::uint64_t wanted_number = 0;  ///< grows with every request; a number is carried out once
  std::uint32_t end_wanted = 0;     ///< 1: run the ladder and end with end_code
  std::uint32_t end_now = 0;        ///< 1: and hurry, also one that is climbed already
  std::int32_t end_code = 0;
  IrisSeen iris_seen = IrisSeen::unknown;  ///< crashed and never running again: not a clean end
  /// NUL-terminated; for the log and the termination message. Without end_wanted: what is known of
  /// why the main program may be about to end.
  std::array<char, 512> end_reason{};
};

/// Sends all of `snapshot` or nothing. False: the socket is full (send again on POLLOUT) or gone.
bool send_snapshot(int socket, const InitSnapshot& snapshot);
/// `passed_fd`, unless it is -1, goes along; it stays open here.
bool send_snapshot(int socket, const AgentSnapshot& snapshot, int passed_fd = -1);

enum class Received { nothing, snapshot, closed };
/// Empties the socket and keeps the newest snapshot; foreign sizes and versions are skipped.
Received receive_newest(int socket, InitSnapshot& out);
/// A descriptor that came along replaces `passed`.
Received receive_newest(int socket, AgentSnapshot& out, UniqueFd& passed);

/// The text of a field such as end_reason.
std::string_view text_of(const std::array<char, 512>& field);

}  // namespace sup
