#include "supervisor/os/peer.h"

#include <sys/socket.h>

namespace sup {

std::optional<uid_t> peer_uid(int socket) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return std::nullopt;
  return credentials.uid;
}

}  // namespace sup
