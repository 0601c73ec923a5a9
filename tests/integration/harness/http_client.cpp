#include "tests/integration/harness/http_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdlib>

#include "supervisor/base/unique_fd.h"

namespace testing_support {
namespace {

bool wait_for(const sup::UniqueFd& socket, short events, Deadline deadline) {
  pollfd input{socket.get(), events, 0};
  return ::poll(&input, 1, milliseconds_left(deadline)) == 1;
}

sup::UniqueFd connect_to(int port, Deadline deadline) {
  sup::UniqueFd socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int connected =
      ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  if (connected != 0 && errno != EINPROGRESS) return sup::UniqueFd{};
  int error = 0;
  socklen_t size = sizeof error;
  if (!wait_for(socket, POLLOUT, deadline) ||
      ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0)
    socket.reset();
  return socket;
}

}  // namespace

HttpAnswer http_get(int port, const std::string& target, Deadline deadline) {
  HttpAnswer answer;
  const sup::UniqueFd socket = connect_to(port, deadline);
  if (!socket) return answer;
  const std::string request =
      "GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  if (::send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(request.size()))
    return answer;
  std::string all;
  std::array<char, 16'384> buffer{};
  for (;;) {
    if (!wait_for(socket, POLLIN, deadline)) return answer;
    const ssize_t n = ::recv(socket.get(), buffer.data(), buffer.size(), 0);
    if (n < 0) return answer;
    if (n == 0) break;
    all.append(buffer.data(), static_cast<std::size_t>(n));
  }
  const std::size_t blank = all.find("\r\n\r\n");
  if (!all.starts_with("HTTP/1.") || blank == std::string::npos) return answer;
  answer.status = std::atoi(all.c_str() + all.find(' '));
  answer.head = all.substr(0, blank);
  answer.body = all.substr(blank + 4);
  return answer;
}

HttpAnswer http_wait_for(int port, const std::string& target, int status, Deadline deadline) {
  HttpAnswer answer;
  wait_until(
      [&] {
        answer = http_get(port, target, deadline);
        return answer.status == status;
      },
      deadline);
  return answer;
}

}  // namespace testing_support
