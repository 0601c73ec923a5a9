// NotifySocket::tell() by a datagram of our own, for static programs.
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

#include "supervisor/base/unique_fd.h"
#include "supervisor/os/notify.h"

namespace sup {

int NotifySocket::tell(const std::string& state) const {
  if (address_.empty()) return 0;
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  const bool is_abstract = address_[0] == '@';
  if (!is_abstract && address_[0] != '/') return EAFNOSUPPORT;
  // A path needs its NUL; an abstract name is as long as it is said to be.
  if (address_.size() + (is_abstract ? 0 : 1) > sizeof to.sun_path) return ENAMETOOLONG;
  std::memcpy(to.sun_path, address_.data(), address_.size());
  if (is_abstract) to.sun_path[0] = '\0';
  const std::size_t size =
      offsetof(sockaddr_un, sun_path) + address_.size() + (is_abstract ? 0 : 1);
  const UniqueFd socket{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  if (!socket) return errno;
  const ssize_t sent =
      ::sendto(socket.get(), state.data(), state.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
               reinterpret_cast<const sockaddr*>(&to), static_cast<socklen_t>(size));
  return sent == static_cast<ssize_t>(state.size()) ? 0 : errno;
}

}  // namespace sup
