#pragma once
// FakeAgent: a thread that serves control.sock in a directory of its own and answers as the test
// says; it keeps every request.
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "supervisor/base/unique_fd.h"
#include "supervisor/core/control_protocol.h"

namespace sup {

/// A directory that any user may enter, gone at the end.
class RunDir {
 public:
  RunDir() {
    std::string pattern = "/tmp/irisctl-XXXXXX";
    path_ = ::mkdtemp(pattern.data());
    ::chmod(path_.c_str(), 0755);
  }
  RunDir(const RunDir&) = delete;
  RunDir& operator=(const RunDir&) = delete;
  RunDir(RunDir&&) = delete;
  RunDir& operator=(RunDir&&) = delete;
  ~RunDir() {
    ::unlink(socket().c_str());
    ::rmdir(path_.c_str());
  }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string socket() const { return path_ + "/control.sock"; }

 private:
  std::string path_;
};

/// What the agent does with a request: a line, "" to end the connection, nullopt to stay silent.
using Script = std::function<std::optional<std::string>(const control::Request&)>;

inline std::string reply_line(int code, const std::string& text, const std::string& data = "{}") {
  return control::encode(control::Reply{code, text, data});
}

class FakeAgent {
 public:
  FakeAgent(const std::string& socket, Script script) : script_{std::move(script)} {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, socket.c_str(), sizeof address.sun_path - 1);
    listener_.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener_.get(), 8) != 0)
      std::abort();
    thread_ = std::thread{&FakeAgent::serve, this};
  }
  FakeAgent(const FakeAgent&) = delete;
  FakeAgent& operator=(const FakeAgent&) = delete;
  FakeAgent(FakeAgent&&) = delete;
  FakeAgent& operator=(FakeAgent&&) = delete;
  ~FakeAgent() {
    ::eventfd_write(stop_.get(), 1);
    thread_.join();
  }

  std::vector<control::Request> requests() {
    const std::lock_guard lock{mutex_};
    return requests_;
  }
  std::vector<std::string> verbs() {
    std::vector<std::string> verbs;
    for (const control::Request& request : requests())
      verbs.push_back(request.verb);
    return verbs;
  }

 private:
  void serve() {
    for (;;) {
      std::array<pollfd, 2> ready{{{listener_.get(), POLLIN, 0}, {stop_.get(), POLLIN, 0}}};
      ::poll(ready.data(), ready.size(), -1);
      if (ready[1].revents != 0) return;
      UniqueFd client{::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)};
      if (client) answer(std::move(client));
    }
  }

  void answer(UniqueFd client) {
    std::string line;
    char c = 0;
    while (::read(client.get(), &c, 1) == 1) {
      line += c;
      if (c == '\n') break;
    }
    const auto request = control::decode_request(line);
    if (!request) return;
    {
      const std::lock_guard lock{mutex_};
      requests_.push_back(*request);
    }
    const auto reply = script_(*request);
    if (!reply) return silent_.push_back(std::move(client));
    // In two pieces: the program must not take a piece for the whole.
    const std::size_t half = reply->size() / 2;
    ::send(client.get(), reply->data(), half, MSG_NOSIGNAL);
    ::send(client.get(), reply->data() + half, reply->size() - half, MSG_NOSIGNAL);
  }

  Script script_;
  UniqueFd listener_;
  UniqueFd stop_{::eventfd(0, EFD_CLOEXEC)};
  std::vector<UniqueFd> silent_;
  std::mutex mutex_;
  std::vector<control::Request> requests_;
  std::thread thread_;
};

}  // namespace sup
