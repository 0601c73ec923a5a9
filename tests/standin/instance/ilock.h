#pragma once
// The sections of mgr/ilock: advisory byte locks by which the daemons of an instance are known. The
// kernel gives them back when a process dies.
#include <sys/types.h>

#include <optional>

#include "instance/instance.h"

namespace standin {

/// The last two are not a daemon's: they keep two starts or stops, or two freezes or thaws, from
/// running at once.
enum class LockSection : off_t {
  control = 0,
  write_daemon = 1,
  journal_daemon = 2,
  change = 3,
  backup = 4
};

/// Locks a section of the file, which must be there, until the process ends. False when another
/// process has it. A daemon's is held as the switch `lock_kind` says.
bool take_lock(const Instance& instance, LockSection section);
bool wait_for_lock(const Instance& instance, LockSection section);
/// Of the change or the backup section: before the process ends.
void give_lock_back(const Instance& instance, LockSection section);

/// The process that holds a section: 0 when the holder is not visible from here (another PID
/// namespace), nothing when it is free. The caller's own lock does not count.
std::optional<pid_t> lock_owner(const Instance& instance, LockSection section);

}  // namespace standin
