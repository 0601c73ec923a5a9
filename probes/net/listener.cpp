#include "probes/net/listener.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <cerrno>
#include <cstring>

namespace probes::net {
namespace {

/// Who floods us shall not fill the queue that a probe waits in; the kernel caps it at somaxconn.
constexpr int backlog = 1024;

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;

  // The one place where the C API wants its cast.
  sockaddr* raw() { return reinterpret_cast<sockaddr*>(&storage); }
};

/// False when the host is not a numeric address.
bool fill(const ListenAddress& address, SocketAddress& out) {
  if (address.is_v6()) {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(address.port);
    if (inet_pton(AF_INET6, address.host.c_str(), &v6.sin6_addr) != 1) return false;
    std::memcpy(&out.storage, &v6, sizeof v6);
    out.size = sizeof v6;
    return true;
  }
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(address.port);
  if (inet_pton(AF_INET, address.host.c_str(), &v4.sin_addr) != 1) return false;
  std::memcpy(&out.storage, &v4, sizeof v4);
  out.size = sizeof v4;
  return true;
}

std::uint16_t port_of(const sockaddr_storage& storage) {
  if (storage.ss_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &storage, sizeof v6);
    return ntohs(v6.sin6_port);
  }
  sockaddr_in v4{};
  std::memcpy(&v4, &storage, sizeof v4);
  return ntohs(v4.sin_port);
}

bool set_option(int fd, int level, int name, int value) {
  return setsockopt(fd, level, name, &value, sizeof value) == 0;
}

sup::Result<Listener> open_exactly(const ListenAddress& address) {
  const std::string what = "cannot listen on '" + to_text(address) + "'";
  SocketAddress bound;
  if (!fill(address, bound)) return sup::errno_error(what, EINVAL);

  Listener listener{sup::UniqueFd{::socket(bound.storage.ss_family,
                                           SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)},
                    address};
  const int fd = listener.fd.get();
  if (fd < 0) return sup::errno_error(what);
  if (!set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1)) return sup::errno_error(what);
  // Answers are small and go out at once. What is accepted has it from here; a refusal would cost
  // nothing but time.
  static_cast<void>(set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1));
  // Whatever net.ipv6.bindv6only says: IPv4 is wanted as well.
  if (address.is_v6() && !set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0)) {
    return sup::errno_error(what);
  }
  if (::bind(fd, bound.raw(), bound.size) != 0) return sup::errno_error(what);
  if (::listen(fd, backlog) != 0) return sup::errno_error(what);

  bound.size = sizeof bound.storage;
  if (::getsockname(fd, bound.raw(), &bound.size) != 0) return sup::errno_error(what);
  listener.address.port = port_of(bound.storage);
  return listener;
}

bool listens_on(int fd, const ListenAddress& address, std::uint16_t& port) {
  SocketAddress wanted;
  SocketAddress bound;
  bound.size = sizeof bound.storage;
  int listens = 0;
  socklen_t size = sizeof listens;
  if (!fill(address, wanted) || ::getsockname(fd, bound.raw(), &bound.size) != 0) return false;
  if (::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || listens == 0)
    return false;
  port = port_of(bound.storage);
  if (address.port != 0 && address.port != port) return false;
  if (bound.storage.ss_family != wanted.storage.ss_family) return false;
  if (!address.is_v6()) {
    sockaddr_in have{};
    sockaddr_in want{};
    std::memcpy(&have, &bound.storage, sizeof have);
    std::memcpy(&want, &wanted.storage, sizeof want);
    return have.sin_addr.s_addr == want.sin_addr.s_addr;
  }
  sockaddr_in6 have{};
  sockaddr_in6 want{};
  std::memcpy(&have, &bound.storage, sizeof have);
  std::memcpy(&want, &wanted.storage, sizeof want);
  return std::memcmp(&have.sin6_addr, &want.sin6_addr, sizeof have.sin6_addr) == 0;
}

bool is_without_v6(int error) {
  return error == EAFNOSUPPORT || error == EADDRNOTAVAIL;
}

}  // namespace

sup::Result<Listener> open_listener(const ListenAddress& address) {
  auto listener = open_exactly(address);
  if (!listener && address.host == "::" && is_without_v6(listener.error().code)) {
    return open_exactly({"0.0.0.0", address.port});
  }
  return listener;
}

sup::Result<Listener> adopt_listener(sup::UniqueFd fd, const ListenAddress& address) {
  Listener listener{std::move(fd), address};
  ::fcntl(listener.fd.get(), F_SETFD, FD_CLOEXEC);  // it may have come through an exec
  if (listens_on(listener.fd.get(), address, listener.address.port)) return listener;
  listener.address = {"0.0.0.0", address.port};  // as open_listener() where there is no IPv6
  if (address.host == "::" &&
      listens_on(listener.fd.get(), listener.address, listener.address.port))
    return listener;
  // Somebody else keeps it open, too: with its port in use none could be opened there.
  ::shutdown(listener.fd.get(), SHUT_RDWR);
  return sup::Error{"the socket does not listen on '" + to_text(address) + "'", EINVAL};
}

sup::Result<Accepted> accept_next(int listener) {
  SocketAddress peer;
  peer.size = sizeof peer.storage;
  sup::UniqueFd fd{::accept4(listener, peer.raw(), &peer.size, SOCK_CLOEXEC | SOCK_NONBLOCK)};
  if (!fd) return sup::errno_error("cannot accept a connection");
  return Accepted{std::move(fd), peer.storage.ss_family == AF_INET6, is_loopback(peer.storage)};
}

bool is_loopback(const sockaddr_storage& peer) {
  if (peer.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &peer, sizeof v4);
    return ntohl(v4.sin_addr.s_addr) >> 24U == 127;
  }
  if (peer.ss_family != AF_INET6) return false;
  sockaddr_in6 v6{};
  std::memcpy(&v6, &peer, sizeof v6);
  if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) return v6.sin6_addr.s6_addr[12] == 127;
  return IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
}

}  // namespace probes::net
