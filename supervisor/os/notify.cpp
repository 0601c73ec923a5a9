#include "supervisor/os/notify.h"

#include <stdlib.h>

namespace sup {

NotifySocket NotifySocket::take_from_environment() {
  const char* const address = ::getenv("NOTIFY_SOCKET");
  if (address == nullptr) return {};
  NotifySocket socket{address};
  ::unsetenv("NOTIFY_SOCKET");
  return socket;
}

}  // namespace sup
