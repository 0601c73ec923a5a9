// The write daemon: brings journalled changes into the databases every now and then, and stands
// still while a backup wants it to.
#include <algorithm>

#include "clock.h"
#include "daemons.h"
#include "messages.h"
#include "store.h"
#include "switches.h"

namespace standin {
namespace {

class WriteDaemon {
 public:
  WriteDaemon(const Instance& instance, Board& board) : instance_{instance}, board_{board} {}

  void run() {
    for (;;) {
      const std::uint32_t seen = board_.bell;
      if (board_.suspended) maybe_resume();
      if (!board_.suspended) {
        if (board_.suspend_wanted)
          suspend();
        else if (board_.leave >= 2)
          return finish();
        else if (now_ms() >= next_pass_)
          pass();
      }
      wait_for_bell(board_, seen, next_event());
    }
  }

 private:
  void pass() {
    apply_journal(instance_);
    next_pass_ = now_ms() + std::max<std::int64_t>(switch_ms("wd_period_ms"), 1);
  }

  void finish() { apply_journal(instance_); }

  /// The databases are complete up to here, then nothing is written any more.
  void suspend() {
    apply_journal(instance_);
    board_.suspended = true;
    ring(board_);
  }

  void maybe_resume() {
    const bool limit = board_.resume_at != 0 && now_ms() >= board_.resume_at;
    const bool stop = board_.leave >= 2 && switch_is("stop_while_frozen", "thaw");
    if (limit || stop) {
      board_.suspend_wanted = false;
      log_message(instance_, Severity::warning, "Utility.Event",
                  limit ? "Backup.General.ExternalFreeze: WDSuspendLimit reached, system resumed"
                        : "Backup.General.ExternalFreeze: shutting down, system resumed");
    }
    if (board_.suspend_wanted) return;
    board_.suspended = false;
    board_.resume_at = 0;
    board_.logins_end_at = 0;
    next_pass_ = now_ms();
    ring(board_);
  }

  [[nodiscard]] std::int64_t next_event() const {
    if (!board_.suspended) return next_pass_;
    const std::int64_t resume_at = board_.resume_at;
    return resume_at == 0 ? now_ms() + 1000 : resume_at;
  }

  const Instance& instance_;
  Board& board_;
  std::int64_t next_pass_ = 0;
};

}  // namespace

void run_write_daemon(const Instance& instance, Board& board) {
  WriteDaemon{instance, board}.run();
}

}  // namespace standin
