#pragma once
// Record locks on files (fcntl(2)) and who holds them, as /proc tells it: no file is touched that
// is locked.
#include <sys/types.h>

#include <span>
#include <string>
#include <vector>

namespace sup {

struct RecordLock {
  pid_t pid = 0;
  std::string file;  ///< device and inode, as /proc/locks writes them: "08:02:131090"
};

/// Every lock that belongs to a process (F_SETLK) of this PID namespace. Empty where /proc/locks
/// cannot be read.
std::vector<RecordLock> record_locks();

/// The locks that these processes hold through an open file description (F_OFD_SETLK), or through
/// one that they share: /proc/locks names nobody for them. Looks at every descriptor, so for
/// processes only about which record_locks() says nothing. Without those of processes that we may
/// not look into.
std::vector<RecordLock> description_locks(std::span<const pid_t> pids);

}  // namespace sup
