// Stands for iris-agent: answers every snapshot of PID 1 with one of its own. FAKE_AGENT says what
// more:
//   end:N       wants the container to end with code N
//   last:N      on SIGUSR1 wants that, too, as its last word: it ends at once
//   silent      says nothing at all and does not heed SIGTERM
//   stuck:PORT:DIR
//               listens on that port, hands the socket to PID 1, freezes the file system of DIR and
//               writes to it: nothing ends it until somebody thaws. One that is given the socket
//               (--listen-fd) answers whoever connects with its pid instead
// It prints what it is told about a stop: "phase N step N".
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string>

#include "supervisor/link/snapshot.h"

namespace {

constexpr int link_fd = 3;

void print_line(std::string line) {
  line += '\n';
  [[maybe_unused]] const ssize_t ignored = ::write(STDOUT_FILENO, line.data(), line.size());
}

void print(const sup::InitSnapshot& init) {
  print_line("phase " + std::to_string(static_cast<unsigned>(init.phase)) + " step " +
             std::to_string(init.stop_step));
}

volatile sig_atomic_t told_to_end = 0;

[[noreturn]] void say_last_word(const std::string& code) {
  sup::AgentSnapshot mine;
  mine.end_wanted = 1;
  mine.end_code = std::atoi(code.c_str());
  sup::send_snapshot(link_fd, mine);
  ::_exit(0);
}

int listen_on(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool listens =
      ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      ::listen(fd, 16) == 0;
  return listens ? fd : -1;
}

[[noreturn]] void get_stuck(const std::string& order) {
  const std::string directory = order.substr(order.find(':') + 1);
  const int listener = listen_on(static_cast<std::uint16_t>(std::atoi(order.c_str())));
  sup::AgentSnapshot mine;
  mine.beat = 1;
  if (!sup::send_snapshot(link_fd, mine, listener)) ::_exit(99);
  const int file = ::open((directory + "/file").c_str(), O_WRONLY | O_CREAT, 0600);
  const int root = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY);
  if (::ioctl(root, FIFREEZE, 0) != 0) ::_exit(98);
  print_line("stuck " + std::to_string(::getpid()));
  [[maybe_unused]] const ssize_t never_returns = ::write(file, "x", 1);
  for (;;)
    ::pause();
}

/// The probes, as it were.
void answer_whoever_waits(int listener) {
  pollfd input{listener, POLLIN, 0};
  if (::poll(&input, 1, 0) != 1) return;
  const int client = ::accept(listener, nullptr, nullptr);
  const std::string body = std::to_string(::getpid());
  const std::string answer = "HTTP/1.1 200 OK\r\n\r\n" + body;
  char request[1024];
  [[maybe_unused]] ssize_t ignored = ::read(client, request, sizeof request);
  ignored = ::write(client, answer.data(), answer.size());
  ::close(client);
}

}  // namespace

int main(int argc, char** argv) {
  const char* told = std::getenv("FAKE_AGENT");
  const std::string order = told == nullptr ? "" : told;
  if (order == "silent") {
    ::signal(SIGTERM, SIG_IGN);
    for (;;)
      ::pause();
  }
  int listener = -1;
  for (int i = 1; i + 1 < argc && std::strcmp(argv[i], "--") != 0; ++i) {
    if (std::strcmp(argv[i], "--listen-fd") == 0) listener = std::atoi(argv[i + 1]);
  }
  if (order.starts_with("stuck:") && listener < 0) get_stuck(order.substr(6));
  if (order.starts_with("last:")) ::signal(SIGUSR1, [](int) { told_to_end = 1; });
  sup::AgentSnapshot mine;
  for (;;) {
    sup::InitSnapshot init;
    pollfd inputs[2] = {{link_fd, POLLIN, 0}, {listener, POLLIN, 0}};
    ::poll(inputs, 2, order.starts_with("last:") ? 20 : -1);
    if (told_to_end != 0) say_last_word(order.substr(5));
    if (listener >= 0) answer_whoever_waits(listener);
    const sup::Received received = sup::receive_newest(link_fd, init);
    if (received == sup::Received::closed) return 0;
    if (received == sup::Received::nothing) continue;
    print(init);
    ++mine.beat;
    mine.drained = init.phase == sup::InitPhase::stopping ? 1 : 0;
    if (order.starts_with("end:") && init.phase == sup::InitPhase::running) {
      mine.end_wanted = 1;
      mine.end_code = std::atoi(order.c_str() + 4);
      order.copy(mine.end_reason.data(), mine.end_reason.size() - 1);
    }
    sup::send_snapshot(link_fd, mine);
  }
}
