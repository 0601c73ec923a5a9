#include "supervisor/agent/control_server.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <utility>

#include "supervisor/os/peer.h"

namespace sup {

namespace asio = boost::asio;
using asio::local::stream_protocol;
using boost::system::error_code;

namespace {

/// How long a client may take to send its line.
constexpr auto patience = std::chrono::seconds{10};

bool may_command(int socket) {
  const auto uid = peer_uid(socket);
  return uid && (*uid == 0 || *uid == ::geteuid());
}

}  // namespace

/// One client: reads a line, has it handled, writes the answer, reads the next.
class ControlServer::Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(stream_protocol::socket socket, Handler handler, std::shared_ptr<std::size_t> open)
      : socket_{std::move(socket)},
        timer_{socket_.get_executor()},
        handler_{std::move(handler)},
        open_{std::move(open)} {
    ++*open_;
  }
  ~Connection() { --*open_; }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void start() {
    if (!may_command(socket_.native_handle()))
      return answer({control::not_permitted,
                     "not permitted: only root and the user that the agent runs as", "{}"},
                    false);
    read();
  }

 private:
  void read() {
    timer_.expires_after(patience);
    timer_.async_wait([self = shared_from_this()](const error_code& error) {
      error_code ignored;
      if (!error) self->socket_.close(ignored);
    });
    asio::async_read_until(socket_, asio::dynamic_buffer(input_, control::max_message), '\n',
                           [self = shared_from_this()](const error_code& error, std::size_t n) {
                             self->timer_.cancel();
                             if (!error) self->handle(n);
                           });
  }

  void handle(std::size_t line_size) {
    const auto request = control::decode_request(std::string_view{input_}.substr(0, line_size - 1));
    input_.erase(0, line_size);
    if (!request) return answer({control::usage, request.error().what, "{}"}, false);
    handler_(*request, [self = shared_from_this()](const control::Reply& reply) {
      self->answer(reply, true);
    });
  }

  void answer(const control::Reply& reply, bool go_on) {
    output_ = control::encode(reply);
    asio::async_write(socket_, asio::buffer(output_),
                      [self = shared_from_this(), go_on](const error_code& error, std::size_t) {
                        if (!error && go_on) self->read();
                      });
  }

  stream_protocol::socket socket_;
  asio::steady_timer timer_;
  Handler handler_;
  std::shared_ptr<std::size_t> open_;
  std::string input_;
  std::string output_;
};

ControlServer::ControlServer(asio::io_context& io, std::string path, Handler handler)
    : acceptor_{io},
      pause_{io},
      path_{std::move(path)},
      handler_{std::move(handler)},
      open_connections_{std::make_shared<std::size_t>(0)} {}

Result<std::unique_ptr<ControlServer>> ControlServer::open(asio::io_context& io,
                                                           const std::string& path,
                                                           Handler handler) {
  // NOLINTNEXTLINE(modernize-make-unique): the constructor is private
  std::unique_ptr<ControlServer> server{new ControlServer{io, path, std::move(handler)}};
  const auto failed = [&](const error_code& error) {
    return Error{"cannot listen on '" + path + "': " + error.message(), error.value()};
  };
  error_code error;
  if (path.size() > 107) return Error{"'" + path + "' is too long for a socket", ENAMETOOLONG};
  ::unlink(path.c_str());
  server->acceptor_.open(stream_protocol{}, error);
  if (error) return failed(error);
  ::fcntl(server->acceptor_.native_handle(), F_SETFD, FD_CLOEXEC);
  const mode_t before = ::umask(0177);  // born 0600: never open to others, not for a moment
  server->acceptor_.bind(stream_protocol::endpoint{path}, error);
  ::umask(before);
  if (error) return failed(error);
  server->acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (error) return failed(error);
  server->accept();
  return server;
}

ControlServer::~ControlServer() {
  if (acceptor_.is_open()) ::unlink(path_.c_str());
}

void ControlServer::accept() {
  acceptor_.async_accept([this](const error_code& error, stream_protocol::socket socket) {
    if (error == asio::error::operation_aborted) return;
    if (!error && *open_connections_ < max_connections) {
      ::fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
      std::make_shared<Connection>(std::move(socket), handler_, open_connections_)->start();
    }
    if (!error) return accept();
    // Out of descriptors, most likely: at once would only fail again.
    pause_.expires_after(std::chrono::milliseconds{100});
    pause_.async_wait([this](const error_code& cut_short) {
      if (!cut_short) accept();
    });
  });
}

}  // namespace sup
