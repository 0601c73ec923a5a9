// ExternalFreeze, ExternalThaw, and irisstat -W.
#include "commands/freeze.h"

#include <unistd.h>

#include <algorithm>

#include "base/clock.h"
#include "base/switches.h"
#include "base/text.h"
#include "daemons/store.h"
#include "instance/die.h"
#include "instance/ilock.h"
#include "instance/messages.h"
#include "store/journal_files.h"

namespace standin {
namespace {

constexpr std::int64_t default_timeout_s = 10;            // argument TimeOut
constexpr std::int64_t default_external_timeout_s = 600;  // argument ExternalFreezeTimeOut
constexpr std::int64_t longest_external_timeout_s = 1200;

/// Tells messages.log, the method's log file and, when verbose, standard output.
class BackupLog {
 public:
  BackupLog(const Instance& instance, std::string method, fs::path file, bool verbose)
      : instance_{instance},
        method_{std::move(method)},
        file_{std::move(file)},
        verbose_{verbose} {}

  void note(Severity severity, const std::string& text) const {
    const std::string stamped = record(severity, text);
    if (verbose_) write_all(STDOUT_FILENO, stamped);
  }
  /// Past standard output. The line as it stands in the log file.
  std::string record(Severity severity, const std::string& text) const {
    const std::string line = method_ + ": " + text;
    log_message(instance_, severity, "Utility.Event", line);
    std::string stamped = freeze_stamp() + ": " + line + "\n";
    if (!file_.empty()) append_file(file_, stamped, Append::create);
    return stamped;
  }
  /// Lines that go past messages.log.
  void show(const std::string& text) const {
    if (!file_.empty()) append_file(file_, text, Append::create);
    write_all(STDOUT_FILENO, text);
  }

 private:
  const Instance& instance_;
  std::string method_;
  fs::path file_;
  bool verbose_;
};

/// One freeze or thaw at a time, to the end of the method.
class BackupTurn {
 public:
  explicit BackupTurn(const Instance& instance)
      : instance_{instance}, taken_{take_lock(instance, LockSection::backup)} {}
  ~BackupTurn() {
    if (taken_) give_lock_back(instance_, LockSection::backup);
  }
  BackupTurn(const BackupTurn&) = delete;
  BackupTurn& operator=(const BackupTurn&) = delete;
  explicit operator bool() const { return taken_; }

 private:
  const Instance& instance_;
  bool taken_;
};

std::int64_t number_or(const std::string& text, std::int64_t fallback) {
  const std::int64_t number = to_number(text).value_or(0);
  return number > 0 ? number : fallback;
}

bool switch_journal_now(Board& board, std::int64_t until) {
  const std::uint32_t wanted = ++board.switches_wanted;
  ring(board);
  return wait_until(board, until, [&] { return board.switches_done >= wanted; });
}

bool resume(Board& board) {
  board.suspend_wanted = false;
  ring(board);
  return wait_until(board, now_ms() + seconds_as_ms(default_timeout_s),
                    [&board] { return !board.suspended; });
}

/// Leaves a marker in the journal. Its offset.
std::string mark(const Instance& instance, const SharedMemory& memory, const fs::path& file,
                 const std::string& text) {
  const Globals globals{instance, memory, instance.mgr()};
  return std::to_string(journal_offset(file, globals.mark(text)));
}

int refuse(const BackupLog& log, const std::string& why) {
  log.note(Severity::warning, why);
  return backup_failure;
}

}  // namespace

int external_freeze(const Instance& instance, const SharedMemory& memory, const MethodCall& call) {
  Board& board = *memory;
  const std::string suspend_limit = call.argument(10);
  if (!suspend_limit.empty() &&
      (switch_is("wd_suspend_limit", "refuse") || switch_is("profile", "2020.1"))) {
    write_all(STDOUT_FILENO, "<PARAMETER>ExternalFreeze+1^Backup.General.1\n");
    return static_cast<int>(switch_number("session_error_status"));
  }
  const BackupLog log{instance, "Backup.General.ExternalFreeze", call.argument(1),
                      number_or(call.argument(6), 0) != 0};
  const BackupTurn turn{instance};
  if (!turn) return refuse(log, "Another freeze is under way");
  if (board.suspend_wanted) {
    // Neither journal nor time limits are touched.
    refuse(log, "System is already suspended");
    return static_cast<int>(switch_number("refreeze_status"));
  }
  const std::int64_t until =
      now_ms() + seconds_as_ms(number_or(call.argument(4), default_timeout_s));
  log.note(Severity::info, "Suspending system");
  log.note(Severity::warning,
           "Warning, " + (instance.mgr() / "irislocaldata").string() + "/ is not being journalled");
  log.note(Severity::warning,
           "Warning, 1 databases are not journalled, data will be lost in them if system crashes "
           "while suspended");
  if (call.argument(3) != "0") {
    if (!switch_journal_now(board, until)) return refuse(log, "Journal switch failed");
    const fs::path journal = current_journal(instance);
    const std::string& file = journal.string();
    log.show("\nJournal file switched to:\n" + file + "\n");
    const std::string restore =
        "Start a journal restore for this backup with journal file: " + file;
    if (switch_is("freeze_tells_journal", "yes"))
      log.note(Severity::info, restore);
    else
      log.record(Severity::info, restore);
    log.show("\nJournal marker set at\noffset " +
             mark(instance, memory, journal, call.argument(2)) + " of " + file + "\n");
  }
  maybe_die(instance, board, "freeze");
  sleep_ms(switch_ms("freeze_ms"));
  const std::int64_t limit = to_number(suspend_limit).value_or(0);
  board.resume_at = limit > 0 ? now_ms() + seconds_as_ms(limit) : 0;
  board.logins_end_at =
      now_ms() + seconds_as_ms(std::min(number_or(call.argument(7), default_external_timeout_s),
                                        longest_external_timeout_s));
  board.suspend_wanted = true;
  ring(board);
  if (!wait_until(board, until, [&board] { return board.suspended.load(); })) {
    resume(board);
    return refuse(log, "System not suspended in time");
  }
  maybe_die(instance, board, "frozen");
  log.note(Severity::info, "System suspended");
  return backup_success;
}

int external_thaw(const Instance& instance, Board& board, const MethodCall& call) {
  const BackupLog log{instance, "Backup.General.ExternalThaw", call.argument(1), false};
  const BackupTurn turn{instance};
  if (!turn) return refuse(log, "A freeze is under way");
  if (!board.suspended) return refuse(log, "System is not suspended");
  log.note(Severity::info, "Resuming system");
  maybe_die(instance, board, "thaw");
  sleep_ms(switch_ms("thaw_ms"));
  if (!resume(board)) return refuse(log, "System not resumed");
  log.note(Severity::info, "System resumed");
  return backup_success;
}

int stat_thaw(const Instance& instance) {
  if (const int status = fault_status("stat_fault"); status >= 0) return status;
  const auto memory = SharedMemory::attach(instance);
  if (!memory || !anybody_lives(instance, **memory)) {
    write_all(STDOUT_FILENO, "irisstat: cannot attach shared memory of " + instance.name + "\n");
    return 1;
  }
  if (!(*memory)->suspended) {
    write_all(STDOUT_FILENO, "System is not suspended by a backup\n");
    return 0;
  }
  log_message(instance, Severity::warning, "Generic.Event",
              "irisstat -W: resuming suspended system");
  if (!resume(**memory)) return 1;
  write_all(STDOUT_FILENO, "System resumed\n");
  return static_cast<int>(switch_number("stat_thaw_status"));
}

int stat_journal(const Instance& instance) {
  const auto memory = SharedMemory::attach(instance);
  if (!memory) return 1;
  write_all(STDOUT_FILENO, std::to_string((*memory)->durable_number) + " " +
                               std::to_string((*memory)->durable_before) + "\n");
  return 0;
}

int stat_show(const Instance& instance) {
  if (const int status = fault_status("stat_fault"); status >= 0) return status;
  const auto memory = SharedMemory::attach(instance);
  if (!memory || !anybody_lives(instance, **memory)) {
    write_all(STDOUT_FILENO, "irisstat: cannot attach shared memory of " + instance.name + "\n");
    return 1;
  }
  write_all(STDOUT_FILENO, (*memory)->suspended ? "IRIS is up\nWDSUSPD\n" : "IRIS is up\n");
  return 0;
}

}  // namespace standin
