#pragma once
// Acceptor: takes connections off a listening socket, a few per turn of the loop, and survives a
// process that has run out of descriptors.
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>

#include "probes/net/listener.h"
#include "supervisor/base/result.h"

namespace probes::net {

class Acceptor {
 public:
  using Admit = std::function<void(Accepted)>;
  using MakeRoom = std::function<void()>;

  explicit Acceptor(boost::asio::io_context& io);
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;
  Acceptor(Acceptor&&) = delete;
  Acceptor& operator=(Acceptor&&) = delete;
  ~Acceptor();

  /// `make_room` is called when there is no descriptor or memory for one more connection.
  sup::Status start(Listener listener, Admit admit, MakeRoom make_room);
  void stop();

 private:
  struct State;
  std::shared_ptr<State> state_;  ///< kept by the handlers that are under way
};

}  // namespace probes::net
