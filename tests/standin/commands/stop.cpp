// iris stop and iris force.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/clock.h"
#include "base/process.h"
#include "base/switches.h"
#include "base/text.h"
#include "commands/lifecycle.h"
#include "daemons/store.h"
#include "instance/ilock.h"
#include "instance/messages.h"
#include "instance/shared_memory.h"
#include "instance/state.h"

namespace standin {
namespace {

constexpr std::int64_t kill_patience_ms = 10'000;
constexpr std::array daemon_sections{LockSection::control, LockSection::write_daemon,
                                     LockSection::journal_daemon};

/// [Startup] ShutdownTimeout, held to its documented range.
std::int64_t shutdown_timeout_ms(const Instance& instance) {
  const auto seconds = to_number(instance.cpf().get_or("Startup", "ShutdownTimeout", "300"));
  return seconds_as_ms(std::clamp<std::int64_t>(seconds.value_or(300), 120, 100'000));
}

/// All daemons, by the table in shared memory and by the locks they hold; never by a name that
/// another instance's have, too.
std::vector<pid_t> daemons_of(const Instance& instance, const SharedMemory* memory) {
  std::vector<pid_t> pids;
  if (memory != nullptr) pids = living_processes(instance, **memory);
  for (const auto section : daemon_sections) {
    const pid_t owner = lock_owner(instance, section).value_or(0);
    const bool listed = std::find(pids.begin(), pids.end(), owner) != pids.end();
    if (!listed && runs_with_argument(owner, instance.daemon_mark())) pids.push_back(owner);
  }
  return pids;
}

/// A process that ends loses its arguments before its locks: for a moment it is nobody's daemon,
/// and still a start would be halted by its lock.
bool is_gone(const Instance& instance, const SharedMemory* memory) {
  if (!daemons_of(instance, memory).empty()) return false;
  return std::none_of(daemon_sections.begin(), daemon_sections.end(), [&](LockSection section) {
    return lock_owner(instance, section).has_value();
  });
}

bool seems_up_without_anybody(const Instance& instance) {
  return switch_is("stale_shm", "up") && SharedMemory::attach(instance);
}

bool kill_all(const Instance& instance) {
  const auto memory = SharedMemory::attach(instance);
  const SharedMemory* const known = memory ? &*memory : nullptr;
  const std::int64_t until = now_ms() + kill_patience_ms;
  while (!is_gone(instance, known)) {
    if (now_ms() > until) return false;
    for (const pid_t pid : daemons_of(instance, known))
      ::kill(pid, SIGKILL);
    sleep_ms(5);
  }
  if (memory) memory->remove(instance);
  std::error_code ignored;
  fs::remove(instance.ids(), ignored);
  return true;
}

enum class StopEnd {
  orderly,    ///< the control process has said so
  otherwise,  ///< all are gone, by iris force or a sudden death
  never,      ///< within ShutdownTimeout
};

/// Asks the control process and waits for all to be gone. Half dead they do not go by themselves:
/// nobody is there who asks, or who answers; but somebody else may force them.
StopEnd stop_in_order(const Instance& instance, bool half_dead) {
  const std::int64_t until = now_ms() + shutdown_timeout_ms(instance);
  const auto memory = SharedMemory::attach(instance);
  if (memory && !half_dead) {
    (*memory)->phase = Phase::stopping;
    ring(**memory);
  }
  while (!is_gone(instance, memory ? &*memory : nullptr) || seems_up_without_anybody(instance)) {
    if (now_ms() >= until) return StopEnd::never;
    sleep_ms(10);
  }
  return memory && (*memory)->stopped ? StopEnd::orderly : StopEnd::otherwise;
}

}  // namespace

bool begin_change(const Instance& instance) {
  return switch_is("busy", "wait") ? wait_for_lock(instance, LockSection::change)
                                   : take_lock(instance, LockSection::change);
}

int iris_stop(const Instance& instance, bool quietly) {
  const auto say = [quietly](const std::string& text) {
    if (!quietly) write_all(STDOUT_FILENO, text + "\n");
  };
  const auto refuse = [&instance](const std::string& why) {
    write_all(STDOUT_FILENO, instance.name + why + "\n");
    return 1;
  };
  if (const int status = fault_status("stop_fault"); status >= 0) return status;
  if (observe(instance).status != Status::down && !begin_change(instance))
    return refuse(": another start or stop is in progress");
  const State state = observe(instance);
  if (state.status == Status::down) {
    refuse(" is already down");
    return static_cast<int>(switch_number("down_stop_status"));
  }
  if (state.status == Status::elsewhere) return refuse(" is running on another node");
  if (state.half_dead && switch_is("half_dead_stop", "fail")) return refuse(" cannot be stopped");
  log_message(instance, Severity::info, "Generic.Event", "Shutting down InterSystems IRIS");
  if (state.half_dead && switch_is("half_dead_stop", "works") && kill_all(instance)) {
    say("Shutdown of " + instance.name + " complete");  // the next start recovers
    return 0;
  }
  const bool hopeless = state.half_dead && switch_is("half_dead_stop", "force");
  const StopEnd end = hopeless ? StopEnd::never : stop_in_order(instance, state.half_dead);
  if (end == StopEnd::otherwise) return refuse(" has ended before its shutdown was complete");
  if (end == StopEnd::orderly) {
    say("Shutdown of " + instance.name + " complete");
    return 0;
  }
  log_message(instance, Severity::severe, "Generic.Event",
              "ShutdownTimeout expired, forcing InterSystems IRIS down");
  say("Forcing " + instance.name + " down");
  kill_all(instance);
  return static_cast<int>(switch_number("forced_stop_status"));
}

int iris_force(const Instance& instance) {
  if (const int status = fault_status("force_fault"); status >= 0) return status;
  if (daemons_of(instance, nullptr).empty() && !SharedMemory::attach(instance)) {
    write_all(STDOUT_FILENO, instance.name + " is already down\n");
    return static_cast<int>(switch_number("down_force_status"));
  }
  log_message(instance, Severity::severe, "Generic.Event", "Forcing InterSystems IRIS down");
  const bool gone = kill_all(instance);
  write_all(STDOUT_FILENO, instance.name + (gone ? " forced down\n" : " cannot be forced down\n"));
  return gone ? static_cast<int>(switch_number("force_status")) : 1;
}

}  // namespace standin
