// The write daemon: brings journalled changes into the databases every now and then, and stands
// still while a backup wants it to.
#include <algorithm>

#include "base/clock.h"
#include "base/switches.h"
#include "daemons/daemons.h"
#include "daemons/store.h"
#include "instance/die.h"
#include "instance/messages.h"
#include "store/bytes.h"
#include "store/write_pass.h"

namespace standin {
namespace {

constexpr std::int64_t retry_ms = 50;
constexpr std::int64_t journal_patience_ms = 1000;
constexpr std::int64_t last_pass_patience_ms = 10'000;

class WriteDaemon {
 public:
  WriteDaemon(const Instance& instance, const SharedMemory& memory)
      : instance_{instance},
        memory_{memory},
        board_{*memory},
        changes_{memory.changes()},
        pass_{volume_of(instance), read_wij_header(volume_of(instance)).value_or(WijHeader{}),
              &board_.write_epoch} {}

  bool run() {
    for (;;) {
      const std::uint32_t seen = board_.bell;
      if (board_.suspended) maybe_resume();
      if (!board_.suspended) {
        if (board_.suspend_wanted)
          suspend();
        else if (board_.leave >= 2)
          return finish();
        else if (now_ms() >= next_pass_ || changes_.more_than_half_full())
          pass();
      }
      wait_for_bell(board_, seen, next_event());
    }
  }

 private:
  /// Everything that is there now into the databases. False: not yet, to be tried again.
  bool pass() {
    next_pass_ = now_ms() + std::max<std::int64_t>(switch_ms("wd_period_ms"), 1);
    if (!unfinished_) {
      RingHead& head = changes_.head();
      target_ = head.tail;
      if (target_ == head.applied) {
        board_.updates_locked_since = 0;  // of a writer that was killed as it waited
        return true;
      }
      // No page goes to a database before its change is in the journal.
      if (!make_durable(memory_, target_, now_ms() + journal_patience_ms)) return false;
      gather(changes_.read(head.applied, target_));
    }
    maybe_die(instance_, board_, "pass");
    unfinished_ = !pass_.write();
    if (unfinished_) return complain();
    complained_ = false;
    changes_.head().applied = target_;
    board_.updates_locked_since = 0;  // there is room again
    ring(board_);
    return true;
  }

  void gather(const ChangeRing::Piece& piece) {
    const std::string text = journal_header(pass_.header().change + 1) + piece.records;
    for (const std::string& damage : pass_.apply(parse_journal(text).changes))
      log_message(instance_, Severity::severe, "Database.Degraded",
                  "<DATABASE> " + damage + "; changes are lost");
  }

  bool complain() {
    if (!complained_)
      log_message(instance_, Severity::severe, "WriteDaemon.IOError",
                  "Write daemon cannot write, trying again");
    complained_ = true;
    next_pass_ = now_ms() + retry_ms;
    return false;
  }

  bool finish() {
    for (const std::int64_t until = now_ms() + last_pass_patience_ms; now_ms() < until;
         sleep_ms(retry_ms))
      if (pass() && changes_.head().applied == changes_.head().tail) return true;
    return false;
  }

  /// The databases are complete up to here, then nothing is written any more.
  void suspend() {
    if (!pass()) return;
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
    board_.resume_at = 0;
    board_.logins_end_at = 0;
    board_.updates_locked_since = 0;
    // Last: whoever freezes next may set the limits of its own from now on.
    board_.suspended = false;
    next_pass_ = now_ms();
    ring(board_);
  }

  [[nodiscard]] std::int64_t next_event() const {
    if (!board_.suspended) return board_.suspend_wanted ? now_ms() + retry_ms : next_pass_;
    const std::int64_t resume_at = board_.resume_at;
    return resume_at == 0 ? now_ms() + 1000 : resume_at;
  }

  const Instance& instance_;
  const SharedMemory& memory_;
  Board& board_;
  ChangeRing changes_;
  WritePass pass_;
  bool unfinished_ = false;   ///< a pass that a full disk stopped
  std::uint64_t target_ = 0;  ///< of that pass, a position
  std::int64_t next_pass_ = 0;
  bool complained_ = false;
};

}  // namespace

bool run_write_daemon(const Instance& instance, const SharedMemory& memory) {
  return WriteDaemon{instance, memory}.run();
}

}  // namespace standin
