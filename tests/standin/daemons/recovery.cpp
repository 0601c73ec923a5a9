// Recovery of the databases in a start after an unclean stop.
#include "daemons/recovery.h"

#include <signal.h>
#include <sys/prctl.h>

#include <algorithm>
#include <ctime>

#include "base/clock.h"
#include "base/process.h"
#include "base/switches.h"
#include "daemons/daemons.h"
#include "daemons/store.h"
#include "instance/ilock.h"
#include "instance/messages.h"
#include "store/bytes.h"
#include "store/journal_files.h"
#include "store/volume_check.h"
#include "store/write_pass.h"

namespace standin {
namespace {

constexpr std::int64_t most_slices = 100;
constexpr std::int64_t silent_slices = 10;

/// The time that recovery takes, by a process that works or one that waits for its disk.
void pass_time_until(std::int64_t moment) {
  const std::string work(65536, 'x');
  const bool busy = switch_is("recovery_work", "busy");
  while (now_ms() < moment) {
    if (busy)
      checksum(work);
    else
      sleep_ms(std::min<std::int64_t>(moment - now_ms(), 10));
  }
}

class Recovery {
 public:
  explicit Recovery(const Instance& instance)
      : instance_{instance}, volume_{volume_of(instance)}, checkpoint_{checkpoint_of(volume_)} {}

  bool run() {
    if (!replay_images()) return false;
    log_message(instance_, Severity::severe, "Generic.Event",
                "Previous system shutdown was abnormal, IRIS forced down or crashed");
    const bool whole = are_databases_whole();
    if (!whole && switch_is("torn_database", "abort")) return false;
    return replay_journal();
  }

 private:
  void tell(const std::string& lines) const {
    append_file(instance_.messages_log(), lines, Append::existing);
  }
  void log(Severity severity, const std::string& text) const {
    log_message(instance_, severity, "Generic.Event", text);
  }

  /// In the words of a clone's first start.
  bool replay_images() {
    const std::string wij = volume_.wij.string();
    const bool pending = header_.state == WijState::pending;
    const std::string blocks = std::to_string(pending ? header_.images : 0);
    tell("\n*** Recovery started at " + ctime_text(std::time(nullptr)) +
         "\n     Current default directory: " + instance_.mgr().string() +
         "\n     Log file directory: " + instance_.mgr().string() +
         "/\n     WIJ file spec: " + wij + "\nRecovering local (" + wij +
         ") image journal file...\nStarting WIJ recovery for '" + wij + "'.\n  " + blocks +
         " blocks pending in this WIJ.\nWIJ pass # is " +
         std::to_string(pending ? header_.pass : 0) + ".\n");
    const std::time_t began = std::time(nullptr);
    tell("Starting fast WIJ compare\n");
    if (pending && !write_pending()) return false;
    tell("Finished comparing " + std::to_string(header_.images) + " blocks in " +
         std::to_string(std::time(nullptr) - began) +
         " seconds\nExiting with status 3 (Success)\n");
    return true;
  }

  bool write_pending() {
    try {
      if (write_images(volume_, read_wij_images(volume_, header_))) {
        header_.state = WijState::done;
        if (write_wij_header(volume_, header_)) return true;
      }
      tell("Exiting with status 0 (Failure)\n");
      log(Severity::fatal, "WIJ recovery cannot write");
    } catch (const Damage& damage) {
      tell("Exiting with status 0 (Failure)\n");
      log(Severity::fatal, volume_.wij.string() + ": " + damage.what());
    }
    return false;
  }

  [[nodiscard]] bool are_databases_whole() const {
    auto files = databases_in(volume_);
    for (const auto& [name, change] : header_.databases)
      files.try_emplace(name, volume_.database_file(name));
    bool whole = true;
    for (const auto& [name, file] : files) {
      const std::string fault = fault_of(name, file);
      whole = whole && fault.empty();
      if (!fault.empty())
        log(Severity::severe,
            std::string{"Database "}.append(name).append(" is degraded: ").append(fault));
    }
    return whole;
  }

  [[nodiscard]] std::string fault_of(const std::string& name, const fs::path& file) const {
    try {
      const PageReader read = page_reader(file);
      return fault_beside(header_, name, read, fs::file_size(file) / page_size);
    } catch (const Damage& damage) {
      return damage.what();
    }
  }

  /// In slices, a pass each: a crash in the middle loses nothing of it.
  bool replay_journal() {
    JournalTail tail = read_journal(volume_.journal, header_.journal, checkpoint_.replay_after);
    if (tail.last < header_.change) {
      log(Severity::severe, "Journal ends before the databases do and is not replayed");
      tail.changes.clear();
    } else {
      header_.change = checkpoint_.replay_after;  // for whoever has to begin again
    }
    header_.state = WijState::done;
    if (!write_wij_header(volume_, header_)) return false;
    if (!tail.gap.empty()) log(Severity::severe, "Journal is not complete: " + tail.gap);
    if (!tail.changes.empty())
      log(Severity::severe, "Preserving journal files " + header_.journal + " to " +
                                tail.file.filename().string() + " for journal recovery");
    const std::int64_t duration = switch_ms("recovery_ms");
    const std::int64_t line = switch_ms("recovery_line_ms");
    const std::int64_t slices =
        line == 0 ? silent_slices : std::clamp<std::int64_t>(duration / line, 1, most_slices);
    WritePass pass{volume_, header_, nullptr};
    const std::int64_t began = now_ms();
    std::size_t done = 0;
    for (std::int64_t slice = 1; slice <= slices; ++slice) {
      const auto end =
          static_cast<std::size_t>(slice) * tail.changes.size() / static_cast<std::size_t>(slices);
      if (!write_slice(pass, {tail.changes.begin() + static_cast<std::ptrdiff_t>(done),
                              tail.changes.begin() + static_cast<std::ptrdiff_t>(end)}))
        return false;
      done = end;
      pass_time_until(began + duration * slice / slices);
      if (line != 0)
        log(Severity::info, "Journal recovery: " + std::to_string(slice * 100 / slices) +
                                "% done, " + std::to_string(done) + " of " +
                                std::to_string(tail.changes.size()) + " changes");
    }
    return true;
  }

  bool write_slice(WritePass& pass, const std::vector<Change>& changes) const {
    if (changes.empty()) return true;
    bool taken = true;
    for (const std::string& damage : pass.apply(changes)) {
      log(Severity::severe, "<DATABASE> " + damage);
      taken = switch_is("torn_database", "mount");
    }
    if (taken && pass.write()) return true;
    log(Severity::fatal, "Journal recovery cannot write");
    return false;
  }

  const Instance& instance_;
  Volume volume_;
  Checkpoint checkpoint_;
  WijHeader& header_ = checkpoint_.header;
};

}  // namespace

bool needs_recovery(const Instance& instance) {
  const auto header = read_wij_header(volume_of(instance));
  return !header || header->state != WijState::clean;
}

std::string recover(const Instance& instance) {
  const pid_t child = spawn_self({"irisdb", instance.daemon_mark(), std::string{recovery_role}});
  return child > 0 && await(child) == 0 ? std::string{} : "Recovery of databases failed";
}

std::uint64_t next_change(const Instance& instance) {
  return read_wij_header(volume_of(instance)).value_or(WijHeader{}).change + 1;
}

int recovery_main(const Instance& instance) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  // A start that died before that leaves nobody to recover for, and another one may be under way.
  if (!lock_owner(instance, LockSection::change)) return 1;
  return Recovery{instance}.run() ? 0 : 1;
}

}  // namespace standin
