#include "supervisor/os/reap.h"

#include <sys/wait.h>

#include <cerrno>

#include "supervisor/os/process_table.h"

namespace sup {

Reaped reap_one(bool with_name) {
  siginfo_t info{};
  if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | (with_name ? WNOWAIT : 0)) != 0 ||
      info.si_pid == 0)
    return {};
  Reaped reaped;
  reaped.pid = info.si_pid;
  if (with_name) {
    // A zombie keeps its name until it is reaped.
    ProcessInfo process;
    if (read_process(info.si_pid, process)) reaped.name = process.name;
    ::waitpid(info.si_pid, nullptr, WNOHANG);
  }
  // waitid() tells the parts of a wait status: put together, as waitpid() would have given it.
  reaped.status = info.si_code == CLD_EXITED ? info.si_status << 8 : info.si_status;
  return reaped;
}

bool has_children() {
  siginfo_t info{};
  return ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 || errno != ECHILD;
}

}  // namespace sup
