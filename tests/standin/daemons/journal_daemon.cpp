// The journal daemon: takes changes from shared memory to the journal, on disk when somebody waits
// for it and every two seconds anyway, and switches journal files when asked.
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>

#include "base/clock.h"
#include "base/switches.h"
#include "daemons/daemons.h"
#include "daemons/store.h"
#include "instance/messages.h"
#include "store/growing_file.h"
#include "store/journal_files.h"

namespace standin {
namespace {

constexpr std::int64_t retry_ms = 200;

class JournalDaemon {
 public:
  JournalDaemon(const Instance& instance, const SharedMemory& memory)
      : instance_{instance}, board_{*memory}, changes_{memory.changes()} {}

  bool run() {
    const RingHead& head = changes_.head();
    next_number_ = head.committed.at(head.current).next_number;
    if (!open_next()) return false;
    for (;;) {
      const std::uint32_t seen = board_.journal_bell;
      const bool leaving = board_.leave >= 3;
      const bool switching = board_.switches_done != board_.switches_wanted;
      if ((leaving || switching || is_due()) && !flush()) {
        sleep_ms(retry_ms);
        continue;
      }
      if (switching && !switch_file()) {
        sleep_ms(retry_ms);
        continue;
      }
      if (leaving) return true;
      const std::int64_t period = std::max<std::int64_t>(switch_ms("journal_flush_ms"), 1);
      wait_for_bell(board_.journal_bell, seen, std::max(last_flush_ + period, now_ms() + 1));
    }
  }

 private:
  [[nodiscard]] bool is_due() const {
    const RingHead& head = changes_.head();
    if (head.tail == head.durable) return false;
    return board_.durable_wanted > head.durable || changes_.more_than_half_full() ||
           now_ms() >= last_flush_ + switch_ms("journal_flush_ms");
  }

  bool open_next() {
    const fs::path directory = instance_.journal_directory();
    std::error_code ignored;
    fs::create_directories(directory, ignored);
    const fs::path file = directory / next_journal_name(journal_files(directory), journal_day());
    UniqueFd fd{::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0660)};
    const UniqueFd folder{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    const bool opened = static_cast<bool>(fd);
    GrowingFile begun{std::move(fd)};
    if (!opened || !begun.append(journal_header(next_number_)) || ::fsync(folder.get()) != 0) {
      complain(file);
      return false;
    }
    file_ = std::move(begun);
    path_ = file;
    append_file(instance_.mgr() / "journal.log", file.string() + "\n", Append::create);
    return true;
  }

  /// Everything that is there now, on disk. False: nothing of it counts, to be tried again.
  bool flush() {
    RingHead& head = changes_.head();
    last_flush_ = now_ms();  // before looking: what is acknowledged by then is in it
    const std::uint64_t tail = head.tail;
    if (tail == head.durable) return true;
    const ChangeRing::Piece piece = changes_.read(head.durable, tail);
    if (!file_.append(piece.records)) {
      complain(path_);
      return false;
    }
    recovered();
    next_number_ += piece.count;
    head.durable = tail;
    board_.durable_before = last_flush_;
    board_.durable_number = next_number_ - 1;
    ring(board_.durable_bell);
    return true;
  }

  bool switch_file() {
    if (!open_next()) return false;
    recovered();
    log_message(
        instance_, Severity::info, "Generic.Event",
        "INTERSYSTEMS IRIS JOURNALING SYSTEM MESSAGE\nJournaling switched to: " + path_.string());
    ++board_.switches_done;
    ring(board_);
    return true;
  }

  void complain(const fs::path& file) {
    if (!complained_)
      log_message(instance_, Severity::severe, "Generic.Event",
                  "Journaling I/O error on " + file.string() + ", updates wait");
    complained_ = true;
    note_since(board_.journal_stuck_since);
  }

  void recovered() {
    complained_ = false;
    board_.journal_stuck_since = 0;
  }

  const Instance& instance_;
  Board& board_;
  ChangeRing changes_;
  GrowingFile file_;
  fs::path path_;
  std::uint64_t next_number_ = 1;
  std::int64_t last_flush_ = 0;
  bool complained_ = false;
};

}  // namespace

bool run_journal_daemon(const Instance& instance, const SharedMemory& memory) {
  return JournalDaemon{instance, memory}.run();
}

}  // namespace standin
