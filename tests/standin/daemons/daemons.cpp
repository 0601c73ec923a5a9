// Starting the processes of an instance, and which one an irisdb is.
#include "daemons/daemons.h"

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <thread>

#include "base/clock.h"
#include "base/process.h"
#include "base/switches.h"
#include "commands/verify.h"
#include "daemons/recovery.h"
#include "instance/ilock.h"

namespace standin {
namespace {

struct NamedRole {
  Role role;
  const char* name;
};
constexpr auto roles = std::to_array<NamedRole>({
    {Role::control, "CONTROL"},
    {Role::write_daemon, "WRTDMN"},
    {Role::journal_daemon, "JRNDMN"},
    {Role::user, "USER"},
    {Role::passing_user, "PASSING"},
});

/// Daemons are ended through shared memory. Only processes of users take SIGTERM.
void set_signals(bool daemon) {
  ::signal(SIGHUP, SIG_IGN);
  ::signal(SIGINT, SIG_IGN);
  if (daemon && switch_number("daemons_ignore_term") != 0) ::signal(SIGTERM, SIG_IGN);
}

void run_user(Board& board) {
  while (!wait_until(board, now_ms() + 60'000, [&board] { return board.leave >= 1; })) {
  }
}

/// Ends this process at once when the control process does: a thread of its own waits for that.
void end_with(pid_t control) {
  const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, control, 0));
  if (pidfd < 0) ::_exit(1);
  std::thread{[pidfd] {
    pollfd end{pidfd, POLLIN, 0};
    while (::poll(&end, 1, -1) != 1) {
    }
    ::_exit(1);
  }}.detach();
}

int run_daemon(const Instance& instance, const SharedMemory& memory, Role role) {
  const bool writes = role == Role::write_daemon;
  if (!take_lock(instance, writes ? LockSection::write_daemon : LockSection::journal_daemon))
    return 1;
  ring(*memory);
  const bool complete =
      writes ? run_write_daemon(instance, memory) : run_journal_daemon(instance, memory);
  return complete ? 0 : 1;
}

int run(const Instance& instance, const SharedMemory& memory, Role role) {
  set_signals(role < Role::user);
  if (role == Role::control) return run_control_process(instance, memory);
  // Known before anybody looks whom to kill; and whom the control process started as its last act
  // does not outlive it.
  register_process(*memory, ::getpid());
  if (!runs_with_argument(memory->pids.front(), instance.daemon_mark())) return 1;
  if (switch_is("control_death", "end")) end_with(memory->pids.front());
  if (role == Role::passing_user)
    sleep_ms(::getpid() % 200);
  else if (role == Role::user)
    run_user(*memory);
  else
    return run_daemon(instance, memory, role);
  return 0;
}

}  // namespace

std::string role_name(Role role) {
  for (const NamedRole& one : roles)
    if (one.role == role) return one.name;
  return {};
}

std::vector<std::string> irisdb_command(const Instance& instance, Role role) {
  return {"irisdb", instance.daemon_mark(), "-r" + role_name(role)};
}

bool start_daemons(const Instance& instance, std::int64_t wait_ms) {
  const UniqueFd ready = spawn_daemon(irisdb_command(instance, Role::control),
                                      instance.messages_log(), instance.mgr());
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
  if (!arguments.empty() && arguments.front() == "--verify") return verify_main(arguments);
  const Instance instance = configured_instance();
  if (arguments.size() != 2 || arguments[0] != instance.daemon_mark()) return 2;
  if (arguments[1] == recovery_role) return recovery_main(instance);
  for (const NamedRole& one : roles) {
    if (arguments[1] != std::string{"-r"} + one.name) continue;
    const auto memory = SharedMemory::attach(instance);
    return memory ? run(instance, *memory, one.role) : 1;
  }
  return 2;
}

}  // namespace standin
