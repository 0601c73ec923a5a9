#pragma once
// Backup.General: suspending the write daemon for an external backup, and resuming it.
#include "commands/objectscript.h"
#include "instance/instance.h"
#include "instance/shared_memory.h"

namespace standin {

/// What the methods of Backup.General give to the operating system.
inline constexpr int backup_success = 5;
inline constexpr int backup_failure = 3;

int external_freeze(const Instance& instance, const SharedMemory& memory, const MethodCall& call);
int external_thaw(const Instance& instance, Board& board, const MethodCall& call);
/// irisstat -W: resumes without a session.
int stat_thaw(const Instance& instance);
/// Not of IRIS: how far the journal is on disk.
int stat_journal(const Instance& instance);
/// irisstat: a line WDSUSPD while suspended.
int stat_show(const Instance& instance);

}  // namespace standin
