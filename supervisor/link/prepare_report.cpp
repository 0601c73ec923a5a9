#include "supervisor/link/prepare_report.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace sup {
namespace {

/// Room for one SCM_RIGHTS descriptor.
struct alignas(cmsghdr) ControlBuffer {
  char bytes[CMSG_SPACE(sizeof(int))] = {};
};

UniqueFd passed_descriptor(const msghdr& message) {
  const cmsghdr* control = CMSG_FIRSTHDR(&message);
  if (control == nullptr || control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_RIGHTS)
    return UniqueFd{};
  int fd = -1;
  std::memcpy(&fd, CMSG_DATA(control), sizeof fd);
  return UniqueFd{fd};
}

}  // namespace

ErrnoOr<bool> send_report(int socket, const PrepareReport& report, int passed_fd) {
  PrepareReport copy = report;
  iovec data{&copy, sizeof copy};
  ControlBuffer control;
  msghdr message{};
  message.msg_iov = &data;
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
  if (::sendmsg(socket, &message, MSG_NOSIGNAL) < 0) return ErrnoOr<bool>::failed(errno);
  return true;
}

ErrnoOr<ReceivedReport> receive_report(int socket) {
  ReceivedReport received;
  iovec data{&received.report, sizeof received.report};
  ControlBuffer control;
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control.bytes;
  message.msg_controllen = sizeof control.bytes;
  const ssize_t size = ::recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (size < 0) return ErrnoOr<ReceivedReport>::failed(errno);
  received.passed = passed_descriptor(message);
  received.open = size > 0;
  if (size > 0 &&
      (size != sizeof received.report || received.report.version != PrepareReport::current_version))
    return ErrnoOr<ReceivedReport>::failed(EPROTO);
  return ErrnoOr<ReceivedReport>{std::move(received)};
}

}  // namespace sup
