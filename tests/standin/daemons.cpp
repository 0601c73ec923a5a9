// Starting daemons, and which one an irisdb is.
#include "daemons.h"

#include <poll.h>
#include <signal.h>

#include <array>
#include <cerrno>

#include "clock.h"
#include "ilock.h"
#include "process.h"
#include "switches.h"

namespace standin {
namespace {

/// Daemons are ended through shared memory. Only processes of users take SIGTERM.
void set_signals(bool daemon) {
  ::signal(SIGHUP, SIG_IGN);
  ::signal(SIGINT, SIG_IGN);
  if (daemon && switch_number("daemons_ignore_term") != 0) ::signal(SIGTERM, SIG_IGN);
}

void run_user_process(Board& board) {
  while (!wait_until(board, now_ms() + 60'000, [&board] { return board.leave >= 1; })) {
  }
}

}  // namespace

std::vector<std::string> irisdb_command(const Instance& instance, std::string_view role) {
  return {"irisdb", instance.daemon_mark(), "-r" + std::string{role}};
}

bool start_daemons(const Instance& instance, std::int64_t wait_ms) {
  const UniqueFd ready =
      spawn_daemon(irisdb_command(instance, "CONTROL"), instance.messages_log(), instance.mgr());
  const std::int64_t until = now_ms() + wait_ms;
  pollfd end{ready.get(), POLLIN, 0};
  for (std::int64_t rest = wait_ms; rest > 0; rest = until - now_ms()) {
    const int events = ::poll(&end, 1, static_cast<int>(rest));
    if (events < 0 && errno == EINTR) continue;
    std::array<char, 1> word{};
    return events == 1 && ::read(ready.get(), word.data(), word.size()) == 1;
  }
  return false;
}

int irisdb_main(const std::vector<std::string>& arguments) {
  const Instance instance = configured_instance();
  if (arguments.size() != 2 || arguments[0] != instance.daemon_mark()) return 2;
  const std::string& role = arguments[1];
  const auto memory = SharedMemory::attach(instance);
  if (!memory) return 1;
  set_signals(role == "-rCONTROL" || role == "-rWRTDMN" || role == "-rJRNDMN");
  if (role == "-rCONTROL") return run_control_process(instance, *memory);
  if (role == "-rWRTDMN" || role == "-rJRNDMN") {
    const bool writes = role == "-rWRTDMN";
    const auto section = writes ? LockSection::write_daemon : LockSection::journal_daemon;
    if (!take_lock(instance, section)) return 1;
    ring(**memory);
    if (writes)
      run_write_daemon(instance, **memory);
    else
      run_journal_daemon(instance, **memory);
    return 0;
  }
  run_user_process(**memory);
  return 0;
}

}  // namespace standin
