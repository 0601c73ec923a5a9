#include "supervisor/os/pidfd.h"

#include <signal.h>
#include <sys/syscall.h>

#include <cerrno>

namespace sup {

UniqueFd open_pidfd(pid_t pid) {
  return UniqueFd{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U))};  // close-on-exec by itself
}

void send_signal(const UniqueFd& pidfd, pid_t pid, int signal) {
  const long sent = ::syscall(SYS_pidfd_send_signal, pidfd.get(), signal, nullptr, 0U);
  if (sent != 0 && errno != ESRCH) ::kill(pid, signal);
}

}  // namespace sup
