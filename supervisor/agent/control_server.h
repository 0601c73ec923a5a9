#pragma once
// ControlServer: irisctl's socket. One JSON line in, one out; only the agent's own uid and root are
// let in; connections, line length and silence are bounded.
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <string>

#include "supervisor/base/result.h"
#include "supervisor/core/control_protocol.h"

namespace sup {

class ControlServer {
 public:
  static constexpr std::size_t max_connections = 32;

  using Respond = std::function<void(const control::Reply&)>;
  /// May answer now or later, once. A client that has gone meanwhile is no error.
  using Handler = std::function<void(const control::Request&, Respond)>;

  /// Listens on `path` (0600); a socket file of an earlier agent is replaced.
  static Result<std::unique_ptr<ControlServer>> open(boost::asio::io_context& io,
                                                     const std::string& path, Handler handler);
  ~ControlServer();
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;

 private:
  class Connection;
  ControlServer(boost::asio::io_context& io, std::string path, Handler handler);
  void accept();

  boost::asio::local::stream_protocol::acceptor acceptor_;
  boost::asio::steady_timer pause_;
  std::string path_;
  Handler handler_;
  std::shared_ptr<std::size_t> open_connections_;
};

}  // namespace sup
