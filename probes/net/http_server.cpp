#include "probes/net/http_server.h"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <chrono>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "probes/net/acceptor.h"
#include "probes/net/listener.h"

namespace probes::net {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

/// How long, and for how many reads, we listen to a client after our last word to it: closing with
/// bytes unread would send a reset, which can overtake the answer.
constexpr sup::Nanos linger_time = sup::seconds(1);
constexpr int linger_reads = 64;

class Connection;

/// What the server and its connections share. It outlives both.
struct Shared {
  Handler handler;
  Limits limits;
  std::vector<Connection*> open;  ///< each takes itself off when it closes
  std::uint64_t turn = 0;         ///< orders connections by age
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(asio::io_context& io, std::shared_ptr<Shared> shared, bool is_loopback)
      : shared_{std::move(shared)},
        socket_{io},
        deadline_{io},
        buffer_{shared_->limits.header_bytes},
        is_loopback_{is_loopback} {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  Connection(Connection&&) = delete;
  Connection& operator=(Connection&&) = delete;
  ~Connection() { close(); }

  void start(Accepted accepted) {
    error_code error;
    socket_.assign(accepted.is_v6 ? tcp::v6() : tcp::v4(), accepted.fd.get(), error);
    if (error) return;
    static_cast<void>(accepted.fd.release());
    shared_->open.push_back(this);
    wait_for_request();
  }
  void close() noexcept {
    std::erase(shared_->open, this);
    error_code ignored;
    socket_.close(ignored);
    try {
      deadline_.cancel();
    } catch (...) {
      return;  // then it runs out, and finds the socket closed
    }
  }
  /// It has had its answer and only keeps the connection for more.
  [[nodiscard]] bool is_idle() const { return idle_; }
  /// When its present request, or the wait for it, began.
  [[nodiscard]] std::uint64_t turn() const { return turn_; }

 private:
  using Parser = http::request_parser<http::empty_body>;

  template <class Step>
  auto then(Step step) {
    return [self = shared_from_this(), step](error_code error, auto&&...) {
      try {
        if (self->socket_.is_open()) step(*self, error);
      } catch (...) {
        self->close();  // no memory, most likely; the loop goes on
      }
    };
  }

  void limit(sup::Nanos limit) {
    deadline_.expires_after(std::chrono::nanoseconds{limit});
    deadline_.async_wait(then([](Connection& c, error_code error) {
      // A timer that was set anew while its handler was queued is not over.
      if (!error && c.deadline_.expiry() <= std::chrono::steady_clock::now()) c.close();
    }));
  }

  void wait_for_request() {
    turn_ = ++shared_->turn;
    if (buffer_.size() > 0) return read_request();  // pipelined
    // Who has not asked anything yet is no idle client: it may be a probe whose bytes are on their
    // way, and would else be the first to make room.
    limit(idle_ ? shared_->limits.idle : shared_->limits.request);
    socket_.async_wait(tcp::socket::wait_read, then([](Connection& c, error_code error) {
                         error ? c.close() : c.read_request();
                       }));
  }

  void read_request() {
    idle_ = false;
    limit(shared_->limits.request);
    parser_.emplace();
    parser_->header_limit(shared_->limits.header_bytes);
    parser_->body_limit(0);
    http::async_read_header(socket_, buffer_, *parser_,
                            then([](Connection& c, error_code error) { c.on_header(error); }));
  }

  void on_header(error_code error) {
    if (error == http::error::header_limit || error == http::error::buffer_overflow) {
      return refuse(http::status::request_header_fields_too_large, "request header too large\n");
    }
    if (error == http::error::body_limit || (!error && parser_->chunked())) return refuse_body();
    if (error == http::error::end_of_stream || error == http::error::partial_message) {
      return close();
    }
    if (error && error.category() == http::make_error_code(http::error::bad_method).category()) {
      return refuse(http::status::bad_request, "not understood as HTTP\n");
    }
    if (error) return close();

    const auto& message = parser_->get();
    const Request request = this->request();
    send(call(request), message.version(), message.keep_alive(), request.method == "HEAD");
  }

  [[nodiscard]] Request request() const {
    const auto& message = parser_->get();
    return {std::string{message.method_string()}, std::string{message.target()}, is_loopback_};
  }

  /// What has a body is mostly a method that is refused for itself: the handler says so better.
  void refuse_body() {
    const Request request = this->request();
    if (request.method == "GET" || request.method == "HEAD")
      return refuse(http::status::payload_too_large, "no request body, please\n");
    refused_ = true;
    send(call(request), 11, false, false);
  }

  [[nodiscard]] Response call(const Request& request) const {
    try {
      return shared_->handler(request);
    } catch (...) {
      Response response;
      response.status = 500;
      response.body = "internal error\n";
      return response;
    }
  }

  /// Nobody knows how much is left unread: closing at once could reset the answer away.
  void refuse(http::status status, std::string_view why) {
    refused_ = true;
    Response response;
    response.status = static_cast<int>(status);
    response.body = why;
    send(std::move(response), 11, false, false);
  }

  void send(Response response, unsigned version, bool keep_alive, bool is_head) {
    answer_ = {};
    answer_.version(version);
    answer_.result(static_cast<unsigned>(response.status));
    answer_.set(http::field::content_type, response.content_type);
    for (const auto& [name, value] : response.headers)
      answer_.set(name, value);
    answer_.content_length(response.body.size());
    answer_.keep_alive(keep_alive);
    if (!is_head) answer_.body() = std::move(response.body);
    http::async_write(socket_, answer_,
                      then([](Connection& c, error_code error) { c.on_sent(error); }));
  }

  void on_sent(error_code error) {
    if (error) return close();
    idle_ = true;
    if (answer_.keep_alive()) return wait_for_request();
    // Nothing of it is unread: closing sends no reset, and a probe costs no second turn of the
    // loop.
    if (!refused_ && buffer_.size() == 0 && socket_.available(error) == 0) return close();
    socket_.shutdown(tcp::socket::shutdown_send, error);
    limit(linger_time);
    linger(linger_reads);
  }

  void linger(int reads_left) {
    if (reads_left == 0) return close();
    socket_.async_read_some(asio::buffer(scratch_),
                            then([reads_left](Connection& c, error_code error) {
                              error ? c.close() : c.linger(reads_left - 1);
                            }));
  }

  std::shared_ptr<Shared> shared_;
  tcp::socket socket_;
  asio::steady_timer deadline_;
  boost::beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  http::response<http::string_body> answer_;
  std::array<char, 512> scratch_{};
  std::uint64_t turn_ = 0;
  bool idle_ = false;
  bool refused_ = false;
  bool is_loopback_;
};

}  // namespace

class HttpServer::Core : public std::enable_shared_from_this<Core> {
 public:
  Core(asio::io_context& io, Handler handler, Limits limits)
      : shared_{std::make_shared<Shared>()}, io_{io}, acceptor_{io} {
    shared_->handler = std::move(handler);
    shared_->limits = limits;
  }

  sup::Status start(Listener listener) {
    address_ = listener.address;
    listener_ = listener.fd.get();
    return acceptor_.start(
        std::move(listener),
        [self = weak_from_this()](Accepted accepted) {
          if (const auto core = self.lock()) core->admit(std::move(accepted));
        },
        [self = weak_from_this()] {
          if (const auto core = self.lock()) core->shed_oldest();
        });
  }
  void stop() {
    acceptor_.stop();
    while (!shared_->open.empty())
      shared_->open.back()->close();
  }

  [[nodiscard]] const ListenAddress& address() const { return address_; }
  [[nodiscard]] int listener() const { return listener_; }
  [[nodiscard]] std::size_t connections() const { return shared_->open.size(); }
  [[nodiscard]] std::uint64_t shed() const { return shed_; }

 private:
  void admit(Accepted accepted) {
    if (shared_->open.size() >= std::max<std::size_t>(shared_->limits.connections, 1)) {
      shed_oldest();
    }
    const auto connection = std::make_shared<Connection>(io_, shared_, accepted.is_loopback);
    connection->start(std::move(accepted));
  }

  /// The oldest idle one; when nobody is idle, the one whose request takes longest. A probe that
  /// has just connected is the last to go, however many others connect after it.
  void shed_oldest() {
    const auto& open = shared_->open;
    const auto oldest = std::min_element(open.begin(), open.end(), [](auto* a, auto* b) {
      return std::pair{!a->is_idle(), a->turn()} < std::pair{!b->is_idle(), b->turn()};
    });
    if (oldest == open.end()) return;
    (*oldest)->close();
    ++shed_;
  }

  std::shared_ptr<Shared> shared_;
  asio::io_context& io_;
  Acceptor acceptor_;
  ListenAddress address_;
  int listener_ = -1;  ///< the acceptor's
  std::uint64_t shed_ = 0;
};

sup::Result<HttpServer> HttpServer::listen(asio::io_context& io, const ListenAddress& address,
                                           Handler handler, Limits limits, sup::UniqueFd adopted) {
  auto listener = adopted ? adopt_listener(std::move(adopted), address) : open_listener(address);
  // The settings have changed since it was opened: another address, another socket.
  if (!listener) listener = open_listener(address);
  if (!listener) return listener.error();
  auto core = std::make_shared<Core>(io, std::move(handler), limits);
  if (auto started = core->start(*std::move(listener)); !started) return started.error();
  return HttpServer{std::move(core)};
}

HttpServer::HttpServer(std::shared_ptr<Core> core) : core_{std::move(core)} {}
HttpServer::HttpServer(HttpServer&&) noexcept = default;
HttpServer& HttpServer::operator=(HttpServer&& other) noexcept {
  if (this != &other) {
    if (core_) core_->stop();
    core_ = std::move(other.core_);
  }
  return *this;
}
HttpServer::~HttpServer() {
  if (core_) core_->stop();
}

const ListenAddress& HttpServer::address() const {
  return core_->address();
}
int HttpServer::listener() const {
  return core_->listener();
}
std::size_t HttpServer::connections() const {
  return core_->connections();
}
std::uint64_t HttpServer::shed() const {
  return core_->shed();
}

}  // namespace probes::net
