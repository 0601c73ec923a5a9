#pragma once
// NotifySocket: tells whoever supervises the container from outside (systemd, podman) what becomes
// of it, by the protocol of sd_notify(3). Two builds that say the same: a datagram of our own, and
// libsystemd's function (-DIRIS_INIT_LIBSYSTEMD=ON).
#include <string>
#include <utility>

#include "supervisor/base/errno_or.h"
#include "supervisor/base/unique_fd.h"

namespace sup {

class NotifySocket {
 public:
  /// Nobody listens.
  NotifySocket() = default;
  explicit NotifySocket(std::string address) : address_{std::move(address)} {}
  /// Takes NOTIFY_SOCKET out of our environment: no child of ours shall speak in our name.
  static NotifySocket take_from_environment();

  [[nodiscard]] bool is_heard() const { return !address_.empty(); }
  [[nodiscard]] const std::string& address() const { return address_; }
  /// `state` is a list of assignments, one a line: "READY=1\nSTATUS=…". 0, or the errno of why it
  /// was not taken; 0 also when nobody listens. Never waits: EAGAIN when there is no room.
  [[nodiscard]] int tell(const std::string& state) const;

 private:
  [[nodiscard]] ErrnoOr<UniqueFd> connect() const;

  std::string address_;  ///< a path, or '@' and an abstract name
};

}  // namespace sup
