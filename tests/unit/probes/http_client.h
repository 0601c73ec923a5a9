#pragma once
// A client for the tests of the HTTP server: a plain non-blocking socket in the server's own
// thread, so that every wait turns the server's loop.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <cerrno>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "supervisor/base/unique_fd.h"

namespace probes::net {

/// Turns the loop until `done` or for 5 s at most. Says whether it was done.
inline bool turn_until(boost::asio::io_context& io, const std::function<bool()>& done) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{5};
  while (!done()) {
    if (std::chrono::steady_clock::now() > end) return false;
    io.restart();
    io.run_one_for(std::chrono::milliseconds{1});
  }
  return true;
}

class Client {
 public:
  Client(boost::asio::io_context& io, std::uint16_t port)
      : io_{io}, fd_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    // The backlog takes it at once, before the server has accepted.
    connected_ =
        ::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::fcntl(fd_.get(), F_SETFL, O_NONBLOCK);
  }

  [[nodiscard]] bool connected() const { return connected_; }
  bool send(std::string_view text) {
    return ::send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(text.size());
  }
  /// The next whole answer, head and body; "" when the server closed or said nothing in time.
  std::string answer(bool with_body = true) {
    std::string whole;
    turn_until(io_, [&] {
      receive();
      whole = take_answer(with_body);
      return !whole.empty() || closed_;
    });
    return whole;
  }
  bool sees_close() {
    return turn_until(io_, [this] {
      receive();
      return closed_;
    });
  }
  [[nodiscard]] bool is_closed() {
    receive();
    return closed_;
  }

 private:
  void receive() {
    std::array<char, 4096> chunk{};
    for (;;) {
      const auto n = ::recv(fd_.get(), chunk.data(), chunk.size(), 0);
      if (n < 0 && errno == EAGAIN) return;
      if (n <= 0) {
        closed_ = true;
        return;
      }
      text_.append(chunk.data(), static_cast<std::size_t>(n));
    }
  }
  std::string take_answer(bool with_body) {
    const auto head = text_.find("\r\n\r\n");
    if (head == std::string::npos) return {};
    std::size_t size = head + 4;
    const std::string_view key = "Content-Length: ";
    const auto at = text_.find(key);
    if (with_body && at < head) size += std::stoul(text_.substr(at + key.size()));
    if (text_.size() < size) return {};
    std::string whole = text_.substr(0, size);
    text_.erase(0, size);
    return whole;
  }

  boost::asio::io_context& io_;
  sup::UniqueFd fd_;
  std::string text_;
  bool connected_ = false;
  bool closed_ = false;
};

}  // namespace probes::net
