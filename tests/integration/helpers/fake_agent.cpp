// Stands for iris-agent: answers every snapshot of PID 1 with one of its own. FAKE_AGENT says what
// more:
//   end:N       wants the container to end with code N
//   silent      says nothing at all and does not heed SIGTERM
// It prints what it is told about a stop: "phase N step N".
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "supervisor/link/snapshot.h"

namespace {

constexpr int link_fd = 3;

void print(const sup::InitSnapshot& init) {
  const std::string line = "phase " + std::to_string(static_cast<unsigned>(init.phase)) + " step " +
                           std::to_string(init.stop_step) + "\n";
  [[maybe_unused]] const ssize_t ignored = ::write(STDOUT_FILENO, line.data(), line.size());
}

}  // namespace

int main() {
  const char* told = std::getenv("FAKE_AGENT");
  const std::string order = told == nullptr ? "" : told;
  if (order == "silent") {
    ::signal(SIGTERM, SIG_IGN);
    for (;;)
      ::pause();
  }
  sup::AgentSnapshot mine;
  for (;;) {
    sup::InitSnapshot init;
    pollfd input{link_fd, POLLIN, 0};
    ::poll(&input, 1, -1);
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
