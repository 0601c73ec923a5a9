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

/// Of each kind one for the whole process: closing any of a file gives back all locks on it.
int fd_to_lock = -1;
int fd_to_look = -1;

int ilock_fd_to_lock(const Instance& instance) {
  if (fd_to_lock < 0) fd_to_lock = ::open(instance.ilock().c_str(), O_RDWR | O_CLOEXEC);
  return fd_to_lock;
}

/// Who only looks has nothing open for writing, for which a volume could not be made read-only; it
/// is possible on one that is, and never waits for a frozen one.
int ilock_fd_to_look(const Instance& instance) {
  if (fd_to_lock >= 0) return fd_to_lock;
  if (fd_to_look < 0) fd_to_look = ::open(instance.ilock().c_str(), O_RDONLY | O_CLOEXEC);
  return fd_to_look;
}

bool is_a_daemons(LockSection section) {
  return section != LockSection::change && section != LockSection::backup;
}

bool take(const Instance& instance, LockSection section, int posix, int ofd) {
  struct flock lock = section_of(section);
  const bool by_description = is_a_daemons(section) && switch_is("lock_kind", "ofd");
  return ::fcntl(ilock_fd_to_lock(instance), by_description ? ofd : posix, &lock) == 0;
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
  ::fcntl(ilock_fd_to_lock(instance), F_SETLK, &lock);
}

std::optional<pid_t> lock_owner(const Instance& instance, LockSection section) {
  struct flock lock = section_of(section);
  if (::fcntl(ilock_fd_to_look(instance), F_GETLK, &lock) != 0 || lock.l_type == F_UNLCK)
    return std::nullopt;
  return std::max<pid_t>(lock.l_pid, 0);
}

}  // namespace standin
