#pragma once
// HttpServer: a small HTTP/1.1 server on the event loop, for probes and people. It cannot be kept
// busy: connections, header size, time per request and idle time are bounded, and when all
// connections are taken the oldest idle one makes room. Beast stays in http_server.cpp.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "probes/listen_address.h"
#include "probes/routes.h"
#include "supervisor/base/nanos.h"
#include "supervisor/base/result.h"
#include "supervisor/base/unique_fd.h"

namespace boost::asio {
class io_context;
}

namespace probes::net {

/// Makes the answer from memory, at once. One that throws is answered with 500.
using Handler = std::function<Response(const Request&)>;

struct Limits {
  std::size_t connections = 64;
  std::uint32_t header_bytes = 8 * 1024;
  /// From the connection to the first byte, and from that to the last byte of the answer.
  sup::Nanos request = sup::seconds(5);
  sup::Nanos idle = sup::seconds(60);  ///< between requests
};

class HttpServer {
 public:
  /// `[::]` takes IPv4 as well, and becomes `0.0.0.0` where there is no IPv6. A busy port is an
  /// error with code EADDRINUSE; whether to try again is the caller's decision.
  /// `adopted`, if it listens there already, is used instead of a new socket.
  static sup::Result<HttpServer> listen(boost::asio::io_context& io, const ListenAddress& address,
                                        Handler handler, Limits limits = {},
                                        sup::UniqueFd adopted = {});

  HttpServer(HttpServer&&) noexcept;
  HttpServer& operator=(HttpServer&&) noexcept;
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  /// Closes the listener and every connection.
  ~HttpServer();

  /// What it listens on in fact: the port that the kernel chose, 0.0.0.0 after the fallback.
  [[nodiscard]] const ListenAddress& address() const;
  [[nodiscard]] std::uint16_t port() const { return address().port; }
  /// The listening socket, for somebody who keeps it open beyond us. It stays ours.
  [[nodiscard]] int listener() const;
  [[nodiscard]] std::size_t connections() const;
  /// Connections closed to make room, so far.
  [[nodiscard]] std::uint64_t shed() const;

 private:
  class Core;
  explicit HttpServer(std::shared_ptr<Core> core);
  std::shared_ptr<Core> core_;
};

}  // namespace probes::net
