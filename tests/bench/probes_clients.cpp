#include "tests/bench/probes_clients.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <csignal>

#include "supervisor/base/nanos.h"
#include "supervisor/base/unique_fd.h"
#include "supervisor/os/clock.h"
#include "tests/integration/harness/http_client.h"

namespace bench {
namespace {

using testing_support::within;
using namespace std::chrono_literals;

void sleep_until(sup::Nanos at) {
  const timespec end{at / sup::seconds(1), at % sup::seconds(1)};
  ::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, nullptr);
}

sup::UniqueFd connected(int port) {
  sup::UniqueFd fd{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    fd.reset();
  return fd;
}

[[noreturn]] void be_slow(int port, int count) {
  struct Client {
    sup::UniqueFd fd;
    sup::Nanos closed_at = 0;
  };
  std::vector<Client> clients(static_cast<std::size_t>(count));
  // Each client has its own moment of the half second: they do not know of each other.
  for (std::size_t i = 0;; i = (i + 1) % clients.size()) {
    Client& client = clients[i];
    if (!client.fd && sup::monotonic_now() - client.closed_at > sup::seconds(1)) {
      client.fd = connected(port);
      constexpr std::string_view beginning = "GET /livez HTTP/1.1\r\nX-Slow: ";
      static_cast<void>(
          ::send(client.fd.get(), beginning.data(), beginning.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
    } else if (client.fd && ::send(client.fd.get(), "x", 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
      client.fd.reset();
      client.closed_at = sup::monotonic_now();
    }
    sleep_until(sup::monotonic_now() + sup::milliseconds(500) / count);
  }
}

}  // namespace

double Latencies::at(double quantile) const {
  if (milliseconds.empty()) return NAN;
  const auto last = static_cast<double>(milliseconds.size() - 1);
  return milliseconds[static_cast<std::size_t>(quantile * last + 0.5)];
}

Latencies ask(int port, const std::string& target, int status, int count, int per_second) {
  Latencies result;
  const sup::Nanos gap = per_second == 0 ? 0 : sup::seconds(1) / per_second;
  sup::Nanos due = sup::monotonic_now();
  for (int i = 0; i < count; ++i) {
    if (gap == 0) due = sup::monotonic_now();
    if (due > sup::monotonic_now()) sleep_until(due);
    const auto answer = testing_support::http_get(port, target, within(5s));
    if (answer.status != status) ++result.lost;
    result.milliseconds.push_back(static_cast<double>(sup::monotonic_now() - due) / 1e6);
    due += gap;
  }
  std::sort(result.milliseconds.begin(), result.milliseconds.end());
  return result;
}

pid_t start_slow_clients(int port, int count) {
  const pid_t pid = ::fork();
  if (pid != 0) return pid;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  be_slow(port, count);
}

bool ask_pipelined(int port, const std::string& target, std::uint64_t count) {
  constexpr std::uint64_t batch = 32;
  const sup::UniqueFd fd = connected(port);
  if (!fd) return false;
  const std::string one = "GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n";
  std::string many;
  for (std::uint64_t i = 0; i < batch; ++i)
    many += one;
  std::array<char, 65'536> buffer{};
  for (std::uint64_t done = 0; done < count; done += batch) {
    if (::send(fd.get(), many.data(), many.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(many.size()))
      return false;
    for (std::uint64_t heads = 0; heads < batch;) {
      const ssize_t n = ::recv(fd.get(), buffer.data(), buffer.size(), 0);
      if (n <= 0) return false;
      const std::string_view got{buffer.data(), static_cast<std::size_t>(n)};
      for (std::size_t at = got.find("/1.1 2"); at != got.npos; at = got.find("/1.1 2", at + 1))
        ++heads;
      // A head that lies across two reads is missed: then the batch is over when nothing more
      // comes.
      pollfd more{fd.get(), POLLIN, 0};
      if (heads < batch && ::poll(&more, 1, 20) == 0) break;
    }
  }
  return true;
}

}  // namespace bench
