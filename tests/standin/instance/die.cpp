// The end of a whole instance.
#include "instance/die.h"

#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/process.h"
#include "base/switches.h"

namespace standin {
namespace {

constexpr std::int64_t look_again_ms = 5;

}  // namespace

void kill_instance(const Instance& instance, const Board& board) {
  const pid_t self = ::getpid();
  const pid_t control = board.pids.front();
  // First who starts the others: a process that is not known yet sees that it is gone.
  if (control != self && runs_with_argument(control, instance.daemon_mark()))
    ::kill(control, SIGKILL);
  bool with_self = false;
  for (const pid_t pid : living_processes(instance, board)) {
    if (pid != self) ::kill(pid, SIGKILL);
    with_self = with_self || pid == self;
  }
  if (with_self) ::kill(self, SIGKILL);
}

void maybe_die(const Instance& instance, const Board& board, std::string_view point) {
  while (switch_is("hold_at", point))
    sleep_ms(look_again_ms);
  if (!switch_is("die_at", point)) return;
  kill_instance(instance, board);
  ::kill(::getpid(), SIGKILL);
}

}  // namespace standin
