#include "supervisor/os/notify.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

namespace sup {

NotifySocket NotifySocket::take_from_environment() {
  const char* const address = ::getenv("NOTIFY_SOCKET");
  if (address == nullptr) return {};
  NotifySocket socket{address};
  ::unsetenv("NOTIFY_SOCKET");
  return socket;
}

ErrnoOr<UniqueFd> NotifySocket::connect() const {
  using Failed = ErrnoOr<UniqueFd>;
  const bool is_abstract = address_.starts_with('@');
  if (!is_abstract && !address_.starts_with('/')) return Failed::failed(EAFNOSUPPORT);
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  // A path needs its NUL; an abstract name begins with one, and is as long as it is said to be.
  const std::size_t size = address_.size() + (is_abstract ? 0 : 1);
  if (size > sizeof to.sun_path) return Failed::failed(ENAMETOOLONG);
  std::memcpy(to.sun_path, address_.data(), address_.size());
  if (is_abstract) to.sun_path[0] = '\0';
  UniqueFd socket{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (!socket || ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&to),
                           static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + size)) != 0)
    return Failed::failed(errno);
  return Failed{std::move(socket)};
}

}  // namespace sup
