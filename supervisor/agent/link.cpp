#include "supervisor/agent/link.h"

#include <fcntl.h>

#include <chrono>
#include <utility>

namespace sup {

using boost::system::error_code;

AgentLink::AgentLink(boost::asio::io_context& io, int fd,
                     std::function<void(const InitSnapshot&)> heard, std::function<void()> closed)
    : socket_{io, fd}, timer_{io}, heard_{std::move(heard)}, closed_{std::move(closed)} {
  ::fcntl(fd, F_SETFD, FD_CLOEXEC);  // it came as descriptor 3 through an exec
  listen();
  beat();
}

void AgentLink::listen() {
  socket_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                     [this](const error_code& error) {
                       if (error) return;
                       InitSnapshot snapshot;
                       const Received received = receive_newest(socket_.native_handle(), snapshot);
                       if (received == Received::closed) return closed_();
                       listen();
                       if (received == Received::snapshot) heard_(snapshot);
                     });
}

void AgentLink::tell(const AgentSnapshot& snapshot) {
  const std::uint64_t beat = snapshot_.beat;
  snapshot_ = snapshot;
  snapshot_.beat = beat;
  send();
}

void AgentLink::keep_listener(int fd) {
  listener_ = fd;  // it goes with the next snapshot: one of its own might say what is not true yet
}

void AgentLink::send() {
  if (waiting_for_room_) return;
  ++snapshot_.beat;
  if (send_snapshot(socket_.native_handle(), snapshot_, listener_)) {
    listener_ = -1;
    return;
  }
  waiting_for_room_ = true;
  socket_.async_wait(boost::asio::posix::stream_descriptor::wait_write,
                     [this](const error_code& error) {
                       if (error) return;
                       waiting_for_room_ = false;
                       send();
                     });
}

void AgentLink::beat() {
  timer_.expires_after(std::chrono::nanoseconds{beat_period});
  timer_.async_wait([this](const error_code& error) {
    if (error) return;
    send();
    beat();
  });
}

}  // namespace sup
