// Locks on sections of mgr/ilock.
#include "instance/ilock.h"

#include <fcntl.h>

#include <algorithm>

#include "base/switches.h"

namespace standin {
namespace {

struct flock section_of(LockSection section) {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = static_cast<off_t>(section);
  lock.l_len = 1;
  return lock;
}

/// One descriptor for the whole process: closing any of a file gives back all locks on it.
int ilock_fd(const Instance& instance) {
  static int fd = -1;
  // Looking is possible on a read-only volume, too, and never waits for a frozen one.
  for (const int mode : {O_RDWR, O_RDONLY})
    if (fd < 0) fd = ::open(instance.ilock().c_str(), mode | O_CLOEXEC);
  return fd;
}

bool is_a_daemons(LockSection section) {
  return section != LockSection::change && section != LockSection::backup;
}

bool take(const Instance& instance, LockSection section, int posix, int ofd) {
  struct flock lock = section_of(section);
  const bool by_description = is_a_daemons(section) && switch_is("lock_kind", "ofd");
  return ::fcntl(ilock_fd(instance), by_description ? ofd : posix, &lock) == 0;
}

}  // namespace

bool take_lock(const Instance& instance, LockSection section) {
  return take(instance, section, F_SETLK, F_OFD_SETLK);
}

bool wait_for_lock(const Instance& instance, LockSection section) {
  return take(instance, section, F_SETLKW, F_OFD_SETLKW);
}

void give_lock_back(const Instance& instance, LockSection section) {
  struct flock lock = section_of(section);
  lock.l_type = F_UNLCK;
  ::fcntl(ilock_fd(instance), F_SETLK, &lock);
}

std::optional<pid_t> lock_owner(const Instance& instance, LockSection section) {
  struct flock lock = section_of(section);
  if (::fcntl(ilock_fd(instance), F_GETLK, &lock) != 0 || lock.l_type == F_UNLCK)
    return std::nullopt;
  return std::max<pid_t>(lock.l_pid, 0);
}

}  // namespace standin
