// Stands for cpfmerge's start-up step. FAKE_CPFMERGE says what it does:
//   exit:N         ends with code N
//   kill:N         ends itself by signal N
//   merge          reports a merge file
//   lock:DIR       locks DIR, passes the descriptor, reports no merge file
//   wait           reports that the data directory is in use and waits for SIGTERM
//   until:FILE     the same, but ends with 0 once FILE is there
//   deaf           the same, but does not heed SIGTERM
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "supervisor/link/prepare_report.h"

namespace {

constexpr int report_fd = 3;

bool tell(sup::PrepareStage stage, bool merge_file = false, int passed = -1) {
  sup::PrepareReport report;
  report.stage = stage;
  report.merge_file = merge_file ? 1 : 0;
  return static_cast<bool>(sup::send_report(report_fd, report, passed));
}

}  // namespace

int main() {
  const char* told = std::getenv("FAKE_CPFMERGE");
  const std::string order = told == nullptr ? "exit:0" : told;
  const std::string argument = order.substr(std::min(order.find(':'), order.size() - 1) + 1);
  if (!tell(sup::PrepareStage::started)) return 99;
  if (order.starts_with("exit:")) return std::atoi(argument.c_str());
  if (order.starts_with("kill:")) ::kill(::getpid(), std::atoi(argument.c_str()));
  if (order == "merge") return tell(sup::PrepareStage::done, true) ? 0 : 99;
  if (order.starts_with("lock:")) {
    const int fd = ::open(argument.c_str(), O_RDONLY | O_DIRECTORY);
    const bool locked = fd >= 0 && ::flock(fd, LOCK_EX | LOCK_NB) == 0;
    return locked && tell(sup::PrepareStage::locked, false, fd) && tell(sup::PrepareStage::done)
               ? 0
               : 99;
  }
  if (order == "deaf") ::signal(SIGTERM, SIG_IGN);
  if (!tell(sup::PrepareStage::waiting_for_data)) return 99;
  if (::write(STDOUT_FILENO, "waiting\n", 8) != 8) return 99;
  for (;;) {
    if (!order.starts_with("until:"))
      ::pause();
    else if (::access(argument.c_str(), F_OK) == 0)
      return 0;
    else
      ::poll(nullptr, 0, 5);
  }
}
