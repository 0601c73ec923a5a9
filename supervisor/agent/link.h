#pragma once
// AgentLink: the agent's end of the link to PID 1. Sends the newest snapshot when it has changed
// and the socket takes it, and a beat every 3 s so that PID 1 knows that the loop turns.
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>

#include "supervisor/link/snapshot.h"

namespace sup {

class AgentLink {
 public:
  static constexpr Nanos beat_period = seconds(3);

  /// Takes `fd` over. `closed` is called when PID 1 is gone.
  AgentLink(boost::asio::io_context& io, int fd, std::function<void(const InitSnapshot&)> heard,
            std::function<void()> closed);

  /// What PID 1 shall know from now on; `beat` is filled in here.
  void tell(const AgentSnapshot& snapshot);
  /// The probes' socket, which PID 1 shall keep for the agent after us; `fd` must stay open.
  void keep_listener(int fd);

 private:
  void listen();
  void send();
  void beat();

  boost::asio::posix::stream_descriptor socket_;
  boost::asio::steady_timer timer_;
  std::function<void(const InitSnapshot&)> heard_;
  std::function<void()> closed_;
  AgentSnapshot snapshot_;
  int listener_ = -1;  ///< not told yet
  bool waiting_for_room_ = false;
};

}  // namespace sup
