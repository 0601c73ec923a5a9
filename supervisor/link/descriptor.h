#pragma once
// One message with at most one descriptor over a Unix socket (SCM_RIGHTS). No heap.
#include <sys/socket.h>
#include <sys/types.h>

#include <cstddef>

#include "supervisor/base/unique_fd.h"

namespace sup {

/// As send(2) with MSG_NOSIGNAL; `passed_fd` goes along unless it is -1, and stays open here.
ssize_t send_with_descriptor(int socket, const void* data, std::size_t size, int passed_fd,
                             int flags);

/// As recv(2). A descriptor that came along is close-on-exec and replaces `passed`.
ssize_t receive_with_descriptor(int socket, void* data, std::size_t size, UniqueFd& passed,
                                int flags);

}  // namespace sup
