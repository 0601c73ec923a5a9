// NotifySocket::tell() by libsystemd.
#include <poll.h>
#include <stdlib.h>
#include <systemd/sd-daemon.h>

#include <cerrno>

#include "supervisor/os/notify.h"

namespace sup {

int NotifySocket::tell(const std::string& state) const {
  if (address_.empty()) return 0;
  // It would wait for a supervisor that does not read; whether there is room, poll(2) says.
  const auto socket = connect();
  if (!socket) return socket.error();
  pollfd room{socket->get(), POLLOUT, 0};
  if (::poll(&room, 1, 0) != 1) return EAGAIN;
  // It reads the address from the environment, and takes it out again.
  ::setenv("NOTIFY_SOCKET", address_.c_str(), 1);
  const int result = ::sd_notify(1, state.c_str());
  return result < 0 ? -result : 0;
}

}  // namespace sup
