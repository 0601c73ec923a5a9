#include "supervisor/link/snapshot.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <type_traits>

namespace sup {
namespace {

template <class Snapshot>
bool send_whole(int socket, const Snapshot& snapshot) {
  static_assert(std::is_trivially_copyable_v<Snapshot>);
  return ::send(socket, &snapshot, sizeof snapshot, MSG_DONTWAIT | MSG_NOSIGNAL) ==
         static_cast<ssize_t>(sizeof snapshot);
}

template <class Snapshot>
Received receive_all(int socket, Snapshot& out) {
  Received result = Received::nothing;
  for (;;) {
    Snapshot next;
    const ssize_t size = ::recv(socket, &next, sizeof next, MSG_DONTWAIT | MSG_TRUNC);
    if (size < 0 && errno == EINTR) continue;
    const bool closed = size == 0 || (size < 0 && errno != EAGAIN);
    // What was said before closing counts; the next call tells of the end.
    if (closed && result == Received::nothing) return Received::closed;
    if (size <= 0) return result;
    if (size != sizeof next || next.version != Snapshot::current_version) continue;
    out = next;
    result = Received::snapshot;
  }
}

}  // namespace

bool send_snapshot(int socket, const InitSnapshot& snapshot) {
  return send_whole(socket, snapshot);
}
bool send_snapshot(int socket, const AgentSnapshot& snapshot) {
  return send_whole(socket, snapshot);
}
Received receive_newest(int socket, InitSnapshot& out) {
  return receive_all(socket, out);
}
Received receive_newest(int socket, AgentSnapshot& out) {
  return receive_all(socket, out);
}

std::string_view text_of(const std::array<char, 512>& field) {
  const auto* end = std::find(field.begin(), field.end(), '\0');
  return {field.data(), static_cast<std::size_t>(end - field.begin())};
}

}  // namespace sup
