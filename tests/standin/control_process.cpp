// The control process: parent of the other daemons from the start of an instance to its end.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>

#include "clock.h"
#include "daemons.h"
#include "ilock.h"
#include "messages.h"
#include "process.h"
#include "store.h"
#include "switches.h"

namespace standin {
namespace {

constexpr int readiness_fd = 3;  // iris start listens at its other end
constexpr std::int64_t look_around_ms = 1000;
constexpr std::int64_t user_process_patience_ms = 5000;

/// Only there so that a child's death ends a wait.
void on_child(int) {}

class ControlProcess {
 public:
  ControlProcess(const Instance& instance, const SharedMemory& memory)
      : instance_{instance}, memory_{memory}, board_{*memory} {}

  bool start() {
    register_process(board_, ::getpid());
    launch("WRTDMN");
    launch("JRNDMN");
    const std::int64_t users = std::min<std::int64_t>(switch_number("user_processes"), 48);
    for (std::int64_t i = 1; i <= users; ++i)
      launch("%SYS.SERVER." + std::to_string(i));
    return wait_until(board_, now_ms() + 20'000, [this] {
      return lock_owner(instance_, LockSection::write_daemon) &&
             lock_owner(instance_, LockSection::journal_daemon);
    });
  }

  void run() {
    while (board_.phase != Phase::stopping) {
      const std::uint32_t seen = board_.bell;
      reap();
      if (board_.phase != Phase::stopping) wait_for_bell(board_, seen, now_ms() + look_around_ms);
    }
  }

  /// Users first, then the write daemon, which writes what is left, then the journal daemon.
  void stop() {
    sleep_ms(switch_ms("stop_ms"));
    let_leave(1, user_process_patience_ms);
    let_leave(2, 0);
    let_leave(3, 0);
    Wij wij = read_wij(instance_).value_or(Wij{});
    wij.clean = write_daemon_left_;
    write_wij(instance_, wij);
    log_message(instance_, Severity::info, "Generic.Event", "Shutdown complete");
    std::error_code ignored;
    fs::remove(instance_.ids(), ignored);
    memory_.remove(instance_);
  }

 private:
  void launch(const std::string& role) {
    const pid_t child = spawn_self(irisdb_command(instance_, role));
    if (child < 0) return;
    register_process(board_, child);
    children_[child] = role;
  }

  [[nodiscard]] bool is_there(int stage) const {
    for (const auto& [pid, role] : children_) {
      const int leaves_in = role == "JRNDMN" ? 3 : role == "WRTDMN" ? 2 : 1;
      if (leaves_in == stage) return true;
    }
    return false;
  }

  /// Without patience it is waited for as long as it takes: a suspended write daemon may not be
  /// lost.
  void let_leave(int stage, std::int64_t patience_ms) {
    board_.leave = stage;
    ring(board_);
    const std::int64_t until = now_ms() + patience_ms;
    while (is_there(stage)) {
      const std::uint32_t seen = board_.bell;
      reap();
      if (patience_ms > 0 && now_ms() >= until)
        for (const auto& [pid, role] : children_)
          if (role != "WRTDMN" && role != "JRNDMN") ::kill(pid, SIGKILL);
      if (is_there(stage)) wait_for_bell(board_, seen, now_ms() + 50);
    }
  }

  void reap() {
    int status = 0;
    for (pid_t child = ::waitpid(-1, &status, WNOHANG); child > 0;
         child = ::waitpid(-1, &status, WNOHANG)) {
      const std::string role = children_[child];
      children_.erase(child);
      forget_process(board_, child);
      const bool daemon = role == "WRTDMN" || role == "JRNDMN";
      if (role == "WRTDMN" && status == 0) write_daemon_left_ = true;
      if (daemon && status != 0)
        log_message(
            instance_, Severity::severe, "Generic.Event",
            role + " (" + std::to_string(child) + ") died, wait status " + std::to_string(status));
    }
  }

  const Instance& instance_;
  const SharedMemory& memory_;
  Board& board_;
  std::map<pid_t, std::string> children_;
  bool write_daemon_left_ = false;
};

}  // namespace

int run_control_process(const Instance& instance, const SharedMemory& memory) {
  ::fcntl(readiness_fd, F_SETFD, FD_CLOEXEC);
  struct sigaction action {};
  action.sa_handler = on_child;
  ::sigaction(SIGCHLD, &action, nullptr);
  if (!take_lock(instance, LockSection::control)) return 1;
  ControlProcess control{instance, memory};
  const bool started = control.start();
  if (!started)
    memory->phase = Phase::stopping;
  else if (!write_all(readiness_fd, "k"))
    return 1;
  ::close(readiness_fd);
  control.run();
  control.stop();
  return started ? 0 : 1;
}

}  // namespace standin
