#include "supervisor/irisctl/client.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <string_view>

#include "supervisor/base/result.h"
#include "supervisor/base/unique_fd.h"
#include "supervisor/base/units.h"

namespace sup {
namespace {

constexpr Nanos connect_again_after = milliseconds(20);

/// Only one kind of error here has no errno of its own.
constexpr int ended = -1;

int milliseconds_until(Nanos at) {
  if (at == never) return -1;
  const Nanos left = std::max<Nanos>(at - steady_now(), 0);
  return static_cast<int>(std::min<Nanos>((left + milliseconds(1) - 1) / milliseconds(1), INT_MAX));
}

class Connection {
 public:
  Connection(const std::string& path, const Patience& patience)
      : path_{path}, patience_{patience}, began_at_{steady_now()} {}

  Answer exchange(const std::string& line) {
    int error = open();
    if (error == 0) error = send(line);
    if (error == 0) error = receive();
    if (error == 0) return understood();
    return failed(error);
  }

 private:
  /// 0, or why the socket cannot be reached.
  int open() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path_.size() >= sizeof address.sun_path) return ENAMETOOLONG;
    std::memcpy(address.sun_path, path_.c_str(), path_.size() + 1);
    fd_.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd_) return errno;
    // Connecting through a pointer to sockaddr is how the interface is made.
    const auto* raw = reinterpret_cast<const sockaddr*>(&address);
    while (::connect(fd_.get(), raw, sizeof address) != 0) {
      // EAGAIN: the agent's queue is full, and poll() does not tell when it no longer is.
      if (errno != EAGAIN && errno != EINTR) return errno;
      if (!pause()) return ETIMEDOUT;
    }
    return 0;
  }

  int send(std::string_view rest) {
    while (!rest.empty()) {
      const ssize_t n = ::send(fd_.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
      if (n > 0) {
        rest.remove_prefix(static_cast<std::size_t>(n));
      } else if (errno != EAGAIN && errno != EINTR) {
        // An agent that refuses us may have answered before it closed its end.
        return errno == EPIPE ? 0 : errno;
      } else if (!wait(POLLOUT)) {
        return ETIMEDOUT;
      }
    }
    asked_ = true;
    return 0;
  }

  int receive() {
    std::array<char, 4096> piece{};
    while (line_.empty() || line_.back() != '\n') {
      if (line_.size() > control::max_message) return EMSGSIZE;
      const ssize_t n = ::recv(fd_.get(), piece.data(), piece.size(), 0);
      if (n == 0) return ended;
      if (n > 0) {
        const std::string_view got{piece.data(), static_cast<std::size_t>(n)};
        line_ += got.substr(0, got.find('\n'));
        if (got.find('\n') != std::string_view::npos) line_ += '\n';
      } else if (errno != EAGAIN && errno != EINTR) {
        return errno == ECONNRESET ? ended : errno;
      } else if (!wait(POLLIN)) {
        return ETIMEDOUT;
      }
    }
    return 0;
  }

  Answer understood() {
    const Result<control::Reply> reply = control::decode_reply(line_);
    if (reply) return {.reply = *reply, .from_agent = true, .asked = true};
    return {
        .reply = {.code = control::failed,
                  .text = "cannot understand the agent at '" + path_ + "': " + reply.error().what},
        .asked = true,
        .garbled = true};
  }

  Answer failed(int error) const {
    Answer answer{.asked = asked_, .garbled = error == EMSGSIZE};
    control::Reply& reply = answer.reply;
    const std::string at = " the agent at '" + path_ + "'";
    switch (error) {
      case ENOENT:
      case ENOTDIR:
      case ECONNREFUSED:
        reply.code = control::no_agent;
        reply.text = "no agent at '" + path_ + "' (" + std::strerror(error) +
                     "): is this the container that iris-init runs in, is its agent on (--agent), "
                     "and is the run directory the same (--run-dir, IRIS_INIT_PATHS_RUN_DIR)?";
        break;
      case EACCES:
      case EPERM:
        reply.code = control::not_permitted;
        reply.text = "cannot talk to" + at + ": " + std::strerror(error) +
                     "; only root and the user that IRIS runs as may";
        break;
      case ETIMEDOUT:
        reply.code = control::timed_out;
        reply.text = "no answer from" + at + " within " +
                     std::string{describe_duration(steady_now() - began_at_).view()};
        break;
      case ended:
        reply.code = control::failed;
        reply.text = "lost" + at + " before it answered; see 'irisctl status'";
        break;
      case EMSGSIZE:
        reply.code = control::failed;
        reply.text = "cannot understand" + at + ": its answer is too long";
        break;
      default:
        reply.code = control::failed;
        reply.text = "cannot talk to" + at + ": " + std::strerror(error);
    }
    return answer;
  }

  /// False when the deadline passed first.
  bool wait(short events) {
    for (;;) {
      std::array<pollfd, 2> ready{{{fd_.get(), events, 0}, {patience_.hurry_fd, POLLIN, 0}}};
      const int n = ::poll(ready.data(), ready.size(), milliseconds_until(patience_.deadline_at));
      if (ready[1].revents != 0 && n > 0) {
        patience_.hurry_fd = -1;
        patience_.deadline_at = std::min(patience_.deadline_at, steady_now() + patience_.hurry);
      }
      if (n > 0 && ready[0].revents != 0) return true;
      if (n == 0) return false;
    }
  }
  bool pause() const {
    if (steady_now() >= patience_.deadline_at) return false;
    ::poll(nullptr, 0, static_cast<int>(connect_again_after / milliseconds(1)));
    return true;
  }

  const std::string& path_;
  Patience patience_;
  Nanos began_at_;
  UniqueFd fd_;
  std::string line_;
  bool asked_ = false;
};

}  // namespace

Nanos steady_now() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return seconds(now.tv_sec) + now.tv_nsec;
}

Answer ask(const std::string& socket_path, const control::Request& request,
           const Patience& patience) {
  return Connection{socket_path, patience}.exchange(control::encode(request));
}

}  // namespace sup
