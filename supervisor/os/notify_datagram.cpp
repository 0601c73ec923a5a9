// NotifySocket::tell() by a datagram of our own, for static programs.
#include <sys/socket.h>

#include <cerrno>

#include "supervisor/os/notify.h"

namespace sup {

int NotifySocket::tell(const std::string& state) const {
  if (address_.empty()) return 0;
  const auto socket = connect();
  if (!socket) return socket.error();
  const ssize_t sent = ::send(socket->get(), state.data(), state.size(), MSG_NOSIGNAL);
  return sent == static_cast<ssize_t>(state.size()) ? 0 : errno;
}

}  // namespace sup
