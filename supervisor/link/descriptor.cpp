#include "supervisor/link/descriptor.h"

#include <cstring>

namespace sup {
namespace {

/// Room for one SCM_RIGHTS descriptor.
struct alignas(cmsghdr) ControlBuffer {
  char bytes[CMSG_SPACE(sizeof(int))] = {};
};

}  // namespace

ssize_t send_with_descriptor(int socket, const void* data, std::size_t size, int passed_fd,
                             int flags) {
  iovec whole{const_cast<void*>(data), size};
  ControlBuffer control;
  msghdr message{};
  message.msg_iov = &whole;
  message.msg_iovlen = 1;
  if (passed_fd >= 0) {
    message.msg_control = control.bytes;
    message.msg_controllen = sizeof control.bytes;
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(header), &passed_fd, sizeof passed_fd);
  }
  return ::sendmsg(socket, &message, flags | MSG_NOSIGNAL);
}

ssize_t receive_with_descriptor(int socket, void* data, std::size_t size, UniqueFd& passed,
                                int flags) {
  iovec whole{data, size};
  ControlBuffer control;
  msghdr message{};
  message.msg_iov = &whole;
  message.msg_iovlen = 1;
  message.msg_control = control.bytes;
  message.msg_controllen = sizeof control.bytes;
  const ssize_t received = ::recvmsg(socket, &message, flags | MSG_CMSG_CLOEXEC);
  if (received < 0) return received;
  const cmsghdr* header = CMSG_FIRSTHDR(&message);
  if (header != nullptr && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
    passed.reset(fd);
  }
  return received;
}

}  // namespace sup
