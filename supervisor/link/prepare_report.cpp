#include "supervisor/link/prepare_report.h"

#include <cerrno>
#include <utility>

#include "supervisor/link/descriptor.h"

namespace sup {

ErrnoOr<bool> send_report(int socket, const PrepareReport& report, int passed_fd) {
  if (send_with_descriptor(socket, &report, sizeof report, passed_fd, 0) < 0)
    return ErrnoOr<bool>::failed(errno);
  return true;
}

ErrnoOr<ReceivedReport> receive_report(int socket) {
  ReceivedReport received;
  const ssize_t size = receive_with_descriptor(socket, &received.report, sizeof received.report,
                                               received.passed, MSG_DONTWAIT);
  if (size < 0) return ErrnoOr<ReceivedReport>::failed(errno);
  received.open = size > 0;
  if (size > 0 &&
      (size != sizeof received.report || received.report.version != PrepareReport::current_version))
    return ErrnoOr<ReceivedReport>::failed(EPROTO);
  return ErrnoOr<ReceivedReport>{std::move(received)};
}

}  // namespace sup
