#pragma once
// The listening socket and what it accepts, straight on the kernel: close-on-exec from the first
// moment, which Asio's own sockets are not.
#include <sys/socket.h>

#include "probes/listen_address.h"
#include "supervisor/base/result.h"
#include "supervisor/base/unique_fd.h"

namespace probes::net {

struct Listener {
  sup::UniqueFd fd;
  ListenAddress address;  ///< with the port that the kernel chose
};

/// Listens, not blocking. `[::]` is dual-stack, and `0.0.0.0` where the kernel has no IPv6.
sup::Result<Listener> open_listener(const ListenAddress& address);

/// Takes over a socket that listens already, if it does so on `address`; otherwise it will listen
/// no more, whoever else keeps it open.
sup::Result<Listener> adopt_listener(sup::UniqueFd fd, const ListenAddress& address);

struct Accepted {
  sup::UniqueFd fd;
  bool is_v6 = false;
  bool is_loopback = false;
};

/// The next waiting connection; an error with code EAGAIN when there is none.
sup::Result<Accepted> accept_next(int listener);

/// 127.0.0.0/8, ::1, and the former as a dual-stack socket sees it, ::ffff:127.0.0.0/8.
bool is_loopback(const sockaddr_storage& peer);

}  // namespace probes::net
