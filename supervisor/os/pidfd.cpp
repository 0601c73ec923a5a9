#include "supervisor/os/pidfd.h"

#include <sys/syscall.h>

namespace sup {

UniqueFd open_pidfd(pid_t pid) {
  return UniqueFd{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U))};  // close-on-exec by itself
}

}  // namespace sup
