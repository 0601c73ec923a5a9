// Any bytes are what a client sends: the server answers or closes, takes the next client, and never
// takes anything for a request that the handler then sees with a line break in it.
#include "probes/net/http_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>

#include "supervisor/base/unique_fd.h"
#include "tests/fuzz/fuzz.h"

namespace {

/// One server for all inputs, as in the agent: what one client leaves behind, the next meets.
class Server {
 public:
  Server() {
    auto made = probes::net::HttpServer::listen(
        io_, {"127.0.0.1", 0},
        [](const probes::Request& request) {
          const bool clean = request.method.find_first_of("\r\n") == std::string::npos &&
                             request.target.find_first_of("\r\n") == std::string::npos;
          fuzz::require(clean, "a request is of one line");
          probes::Response response;
          response.body = "ok";
          return response;
        },
        {.connections = 4});
    fuzz::require(static_cast<bool>(made), "it listens");
    server_.emplace(*std::move(made));
  }

  /// What comes back for these bytes, in two pieces cut at `cut`; then our end is closed.
  std::string answer(std::string_view bytes, std::size_t cut) {
    const sup::UniqueFd client = connect();
    send(client, bytes.substr(0, cut));
    turn();
    send(client, bytes.substr(cut));
    ::shutdown(client.get(), SHUT_WR);
    turn();
    std::string all;
    std::array<char, 4096> buffer{};
    for (;;) {
      const ssize_t n = ::recv(client.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (n <= 0) break;
      all.append(buffer.data(), static_cast<std::size_t>(n));
    }
    return all;
  }
  [[nodiscard]] std::size_t connections() const { return server_->connections(); }

 private:
  [[nodiscard]] sup::UniqueFd connect() const {
    sup::UniqueFd fd{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server_->port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    // Who closes first keeps its port for a minute: thousands of clients a second need as many
    // addresses.
    static std::uint32_t clients = 0;
    sockaddr_in own{};
    own.sin_family = AF_INET;
    own.sin_addr.s_addr = htonl(0x7f010001U + (++clients & 0xffffU));
    fuzz::require(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&own), sizeof own) == 0,
                  "a client has an address");
    const int done =
        ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
    fuzz::require(done == 0, "it takes the next client");
    return fd;
  }
  static void send(const sup::UniqueFd& fd, std::string_view bytes) {
    static_cast<void>(::send(fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
  }
  void turn() {
    io_.restart();
    while (io_.poll() > 0) {
    }
  }

  boost::asio::io_context io_{1};
  std::optional<probes::net::HttpServer> server_;
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto server = std::make_unique<Server>();
  const std::string_view text = fuzz::text_of(data, size);
  const std::string answer = server->answer(text, size > 0 ? data[0] % (size + 1) : 0);
  fuzz::require(answer.empty() || answer.starts_with("HTTP/1."), "an answer is HTTP");
  fuzz::require(server->connections() <= 4, "connections are bounded");
  static int inputs = 0;
  if (++inputs % 64 == 0) {
    const std::string probe = server->answer("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n", 3);
    fuzz::require(probe.starts_with("HTTP/1.1 200 OK\r\n"),
                  "a probe is answered whatever came before");
  }
  return 0;
}
