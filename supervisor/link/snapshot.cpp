#include "supervisor/link/snapshot.h"

#include <algorithm>
#include <cerrno>
#include <type_traits>

#include "supervisor/link/descriptor.h"

namespace sup {
namespace {

template <class Snapshot>
bool send_whole(int socket, const Snapshot& snapshot, int passed_fd) {
  static_assert(std::is_trivially_copyable_v<Snapshot>);
  return send_with_descriptor(socket, &snapshot, sizeof snapshot, passed_fd, MSG_DONTWAIT) ==
         static_cast<ssize_t>(sizeof snapshot);
}

template <class Snapshot>
Received receive_all(int socket, Snapshot& out, UniqueFd& passed) {
  Received result = Received::nothing;
  // A socket holds fewer than 300 messages; who sends without end shall not keep us here.
  for (int message = 0; message < 512; ++message) {
    Snapshot next;
    const ssize_t size =
        receive_with_descriptor(socket, &next, sizeof next, passed, MSG_DONTWAIT | MSG_TRUNC);
    if (size < 0 && errno == EINTR) continue;
    const bool closed = size == 0 || (size < 0 && errno != EAGAIN);
    // What was said before closing counts; the next call tells of the end.
    if (closed && result == Received::nothing) return Received::closed;
    if (size <= 0) return result;
    if (size != sizeof next || next.version != Snapshot::current_version) continue;
    out = next;
    result = Received::snapshot;
  }
  return result;
}

}  // namespace

std::string_view name_of(Command command) {
  switch (command) {
    case Command::none:
      return "none";
    case Command::start:
      return "iris start";
    case Command::stop:
      return "iris stop";
    case Command::force:
      return "iris force";
    case Command::thaw:
      return "iris stat -W";
    case Command::merge:
      return "iris merge";
  }
  return "unknown";
}

bool send_snapshot(int socket, const InitSnapshot& snapshot) {
  return send_whole(socket, snapshot, -1);
}
bool send_snapshot(int socket, const AgentSnapshot& snapshot, int passed_fd) {
  return send_whole(socket, snapshot, passed_fd);
}
Received receive_newest(int socket, InitSnapshot& out) {
  UniqueFd nobody;
  return receive_all(socket, out, nobody);
}
Received receive_newest(int socket, AgentSnapshot& out, UniqueFd& passed) {
  return receive_all(socket, out, passed);
}

std::string_view text_of(const std::array<char, 512>& field) {
  const auto* end = std::find(field.begin(), field.end(), '\0');
  return {field.data(), static_cast<std::size_t>(end - field.begin())};
}

}  // namespace sup
