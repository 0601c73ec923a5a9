// From locks and shared memory to a status.
#include "instance/state.h"

#include <sys/stat.h>

#include <array>

#include "base/clock.h"
#include "base/switches.h"
#include "instance/ilock.h"
#include "instance/shared_memory.h"

namespace standin {
namespace {

bool held(const Instance& instance, LockSection section) {
  return lock_owner(instance, section).has_value();
}

/// The write image journal is the last file that a stop writes.
std::time_t last_used(const Instance& instance) {
  struct stat about {};
  for (const fs::path& path : {instance.wij(), instance.messages_log(), instance.install})
    if (::stat(path.c_str(), &about) == 0) return about.st_mtime;
  return 0;
}

bool is_older(std::int64_t since, std::int64_t seconds) {
  return since != 0 && now_ms() - since > seconds_as_ms(seconds);
}

std::string health_of(const Instance& instance, const Board& board) {
  if (std::string fixed = switch_text("health"); !fixed.empty()) return fixed;
  // Documented causes of HUNG: a write daemon that does not write, for any reason; a journal daemon
  // that has paused for more than five seconds; updates that have been locked for more than three.
  if (!held(instance, LockSection::write_daemon) || !held(instance, LockSection::journal_daemon))
    return "hung";
  if (!held(instance, LockSection::control) && switch_is("control_death_health", "hung"))
    return "hung";
  if (is_older(board.journal_stuck_since, 5)) return "hung";
  if (board.suspended ? switch_is("frozen_health", "hung")
                      : is_older(board.updates_locked_since, 3))
    return "hung";
  constexpr std::array<const char*, 3> names{"ok", "warn", "alert"};
  return names.at(static_cast<std::size_t>(board.startup_health.load()) % names.size());
}

/// Processes that are all dead leave a segment that some would take for a running instance.
bool seems_alive(const Instance& instance, const Board& board) {
  return anybody_lives(instance, board) || switch_is("stale_shm", "up");
}

Status status_of(const Instance& instance, Phase phase) {
  switch (phase) {
    case Phase::running:
      return Status::running;
    case Phase::starting:
      return held(instance, LockSection::change) ? Status::starting : Status::incomplete;
    case Phase::stopping:
      return held(instance, LockSection::control) ? Status::stopping : Status::incomplete;
  }
  return Status::incomplete;
}

}  // namespace

State observe(const Instance& instance) {
  State state;
  state.since = last_used(instance);
  const auto memory = SharedMemory::attach(instance);
  if (memory && seems_alive(instance, **memory)) {
    const Board& board = **memory;
    state.status = status_of(instance, board.phase);
    state.control = board.pids.front();
    state.suspended = board.suspended;
    state.logins_ended =
        state.suspended && board.logins_end_at != 0 && now_ms() >= board.logins_end_at;
    if (state.status == Status::running) {
      state.since = board.up_since;
      state.health = health_of(instance, board);
      state.half_dead = !held(instance, LockSection::control) ||
                        !held(instance, LockSection::write_daemon) ||
                        !held(instance, LockSection::journal_daemon);
    }
  } else if (held(instance, LockSection::change)) {
    state.status = Status::starting;
  } else if (held(instance, LockSection::control) || held(instance, LockSection::write_daemon) ||
             held(instance, LockSection::journal_daemon)) {
    state.status = Status::elsewhere;
  }
  return state;
}

}  // namespace standin
