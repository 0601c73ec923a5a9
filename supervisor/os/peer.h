#pragma once
// Who is at the other end of a Unix socket.
#include <sys/types.h>

#include <optional>

namespace sup {

/// The uid of the process that connected; nullopt when the kernel does not tell.
std::optional<uid_t> peer_uid(int socket);

}  // namespace sup
