// The control process: brings the other processes up, looks after them, and takes them down.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <map>

#include "base/clock.h"
#include "base/process.h"
#include "base/switches.h"
#include "config/active_cpf.h"
#include "daemons/daemons.h"
#include "daemons/store.h"
#include "instance/die.h"
#include "instance/ilock.h"
#include "instance/messages.h"

namespace standin {
namespace {

constexpr int readiness_fd = 3;  // iris start listens at its other end
constexpr std::int64_t look_around_ms = 1000;
constexpr std::int64_t look_at_orphans_ms = 50;
constexpr std::int64_t user_process_patience_ms = 5000;
constexpr std::int64_t most_users = 400;
constexpr std::int64_t most_churn = 200;

/// Only there so that a child's death ends a wait.
void on_child(int) {}

class ControlProcess {
 public:
  ControlProcess(const Instance& instance, const SharedMemory& memory)
      : instance_{instance},
        memory_{memory},
        board_{*memory},
        flat_{switch_is("daemon_tree", "flat")} {}

  bool start() {
    register_process(board_, ::getpid());
    launch(Role::write_daemon);
    launch(Role::journal_daemon);
    for (auto users = std::min(switch_number("user_processes"), most_users); users > 0; --users)
      launch(Role::user);
    return wait_until(board_, now_ms() + 20'000, [this] {
      return lock_owner(instance_, LockSection::write_daemon) &&
             lock_owner(instance_, LockSection::journal_daemon);
    });
  }

  void run() {
    while (board_.phase != Phase::stopping) {
      const std::uint32_t seen = board_.bell;
      look_after();
      const std::int64_t pause = churn();
      if (board_.phase != Phase::stopping) wait_for_bell(board_, seen, now_ms() + pause);
    }
  }

  /// Users first, then the write daemon, which writes what is left, then the journal daemon.
  void stop() {
    maybe_die(instance_, board_, "stop");
    sleep_ms(switch_ms("stop_ms"));
    let_leave(1, user_process_patience_ms);
    maybe_die(instance_, board_, "stop_daemons");
    close_changes();
    let_leave(2, 0);
    let_leave(3, 0);
    if (write_daemon_left_) set_wij_state(instance_, WijState::clean);
    note_last_good(instance_);
    log_message(instance_, Severity::info, "Generic.Event", "Shutdown complete");
    std::error_code ignored;
    fs::remove(instance_.ids(), ignored);
    board_.stopped = true;
    memory_.remove(instance_);
  }

 private:
  /// A session that still writes is told to end: a change behind the last pass would be lost.
  void close_changes() {
    const ChangeRing changes = memory_.changes();
    const ChangeRing::Lock held{changes};
    changes.head().closed = true;
  }

  void launch(Role role) {
    const Words command = irisdb_command(instance_, role);
    const pid_t child = flat_ ? spawn_orphan(command) : spawn_self(command);
    if (child < 0) return;
    register_process(board_, child);
    children_[child] = role;
  }

  /// Users that come and go, `user_churn` in a second. How long to wait for the next.
  std::int64_t churn() {
    const std::int64_t rate = std::min(switch_number("user_churn"), most_churn);
    if (rate > 0) launch(Role::passing_user);
    const std::int64_t look = flat_ ? look_at_orphans_ms : look_around_ms;
    return rate > 0 ? std::min(look, 1000 / rate) : look;
  }

  /// When a process may leave while stopping.
  static int stage_of(Role role) {
    return role == Role::journal_daemon ? 3 : role == Role::write_daemon ? 2 : 1;
  }

  [[nodiscard]] bool is_there(int stage) const {
    return std::any_of(children_.begin(), children_.end(),
                       [stage](const auto& child) { return stage_of(child.second) == stage; });
  }

  /// Without patience it is waited for as long as it takes: a suspended write daemon may not be
  /// lost.
  void let_leave(int stage, std::int64_t patience_ms) {
    board_.leave = stage;
    ring(board_);
    const std::int64_t until = now_ms() + patience_ms;
    while (is_there(stage)) {
      const std::uint32_t seen = board_.bell;
      look_after();
      if (patience_ms > 0 && now_ms() >= until)
        for (const auto& [pid, role] : children_)
          if (stage_of(role) == stage) ::kill(pid, SIGKILL);
      if (is_there(stage)) wait_for_bell(board_, seen, now_ms() + look_at_orphans_ms);
    }
  }

  void look_after() {
    if (flat_) return look_at_orphans();
    int status = 0;
    for (pid_t child = ::waitpid(-1, &status, WNOHANG); child > 0;
         child = ::waitpid(-1, &status, WNOHANG))
      on_end(child, status == 0);
  }

  /// Their exit statuses are PID 1's to know: who leaves when it may has left in order.
  void look_at_orphans() {
    const std::string mark = instance_.daemon_mark();
    std::vector<std::pair<pid_t, bool>> ended;
    for (const auto& [pid, role] : children_)
      if (!runs_with_argument(pid, mark))
        ended.emplace_back(pid, role == Role::passing_user || board_.leave >= stage_of(role));
    for (const auto& [pid, in_order] : ended)
      on_end(pid, in_order);
  }

  void on_end(pid_t child, bool in_order) {
    const auto known = children_.find(child);
    if (known == children_.end()) return;
    const Role role = known->second;
    children_.erase(known);
    forget_process(board_, child);
    if (in_order) {
      if (role == Role::write_daemon) write_daemon_left_ = true;
      return;
    }
    if (stage_of(role) == 1) {
      if (switch_is("user_death_health", "warn") && board_.startup_health < 1)
        board_.startup_health = 1;
      return;
    }
    log_message(instance_, Severity::severe, "Generic.Event",
                role_name(role) + " (" + std::to_string(child) + ") died");
    if (switch_is("daemon_death", "end")) kill_instance(instance_, board_);
  }

  const Instance& instance_;
  const SharedMemory& memory_;
  Board& board_;
  bool flat_;
  std::map<pid_t, Role> children_;
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
