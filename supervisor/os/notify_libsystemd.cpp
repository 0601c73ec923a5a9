// NotifySocket::tell() by libsystemd. It may wait for a supervisor that does not read.
#include <stdlib.h>
#include <systemd/sd-daemon.h>

#include "supervisor/os/notify.h"

namespace sup {

int NotifySocket::tell(const std::string& state) const {
  if (address_.empty()) return 0;
  // It reads the address from the environment, and takes it out again.
  ::setenv("NOTIFY_SOCKET", address_.c_str(), 1);
  const int result = ::sd_notify(1, state.c_str());
  return result < 0 ? -result : 0;
}

}  // namespace sup
