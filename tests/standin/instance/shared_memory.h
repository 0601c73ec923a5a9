#pragma once
// The shared memory segment of a running instance, and what its processes tell each other there.
// Requests are words in it and a bell: no process needs another one's socket.
#include <sys/types.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "instance/instance.h"
#include "store/change_ring.h"

namespace standin {

enum class Phase : std::int32_t { starting, running, stopping };

struct Board {
  std::array<char, 16> magic{};
  std::array<char, 1024> data{};  ///< data directory: identifiers are re-used by the kernel
  std::atomic<std::uint32_t> bell{0};
  std::atomic<Phase> phase{Phase::starting};
  std::atomic<std::int64_t> up_since{0};        ///< seconds since 1970
  std::atomic<std::int32_t> startup_health{0};  ///< 0 ok, 1 warn, 2 alert
  /// Who may leave while stopping: 1 user processes, 2 write daemon, too, 3 journal daemon, too.
  std::atomic<std::int32_t> leave{0};
  std::atomic<bool> stopped{false};  ///< the control process's last word, after an orderly stop
  std::atomic<bool> suspend_wanted{false};
  std::atomic<bool> suspended{false};          ///< the write daemon's answer
  std::atomic<std::int64_t> resume_at{0};      ///< now_ms() of the automatic thaw; 0: none
  std::atomic<std::int64_t> logins_end_at{0};  ///< now_ms() from which sign-on is refused; 0: none
  std::atomic<std::uint32_t> switches_wanted{0};
  std::atomic<std::uint32_t> switches_done{0};   ///< journal switches, the journal daemon's answer
  std::atomic<std::uint32_t> journal_bell{0};    ///< the journal daemon's own; ring() rings it, too
  std::atomic<std::uint32_t> durable_bell{0};    ///< rung when the journal is further on disk
  std::atomic<std::uint64_t> durable_wanted{0};  ///< how far somebody waits for that, a position
  std::atomic<std::uint64_t> write_epoch{0};     ///< odd while databases are being written
  /// Every change before this moment, and up to this number, is in the journal on disk.
  std::atomic<std::int64_t> durable_before{0};  ///< now_ms()
  std::atomic<std::uint64_t> durable_number{0};
  std::atomic<std::int64_t> journal_stuck_since{0};   ///< now_ms(); 0: the journal daemon writes
  std::atomic<std::int64_t> updates_locked_since{0};  ///< now_ms(); 0: nobody waits to update
  std::array<std::atomic<pid_t>, 768> pids{};         ///< control process first; 0: free
};

class SharedMemory {
 public:
  /// A new segment of switch `shm_bytes`, all pages touched, its identifier in mgr/iris.shid; with
  /// room for `cache_bytes` of changes, the first of which gets the number given.
  static std::optional<SharedMemory> create(const Instance& instance, std::uint64_t next_change);
  /// The instance's segment, if that is still there and really its.
  static std::optional<SharedMemory> attach(const Instance& instance);

  SharedMemory(SharedMemory&& other) noexcept;
  SharedMemory& operator=(SharedMemory&&) = delete;
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;
  ~SharedMemory();

  Board* operator->() const { return board_; }
  Board& operator*() const { return *board_; }
  [[nodiscard]] ChangeRing changes() const;
  /// Whether the instance that it belongs to has lost all of its daemons, or gave it up.
  [[nodiscard]] bool is_orphaned(const Instance& instance) const;
  /// Marks it for removal, and iris.shid goes. Processes that have it attached keep it.
  void remove(const Instance& instance) const;

 private:
  SharedMemory(int id, Board* board) : id_{id}, board_{board} {}
  int id_;
  Board* board_;
};

/// Wakes all that wait.
void ring(Board& board);
void ring(std::atomic<std::uint32_t>& bell);
/// Until `done`, looking again whenever the bell rings; false when `until` (now_ms) has come first.
bool wait_until(Board& board, std::int64_t until, const std::function<bool()>& done);
/// Until the bell has rung since it was `seen`, a signal came, or `until`.
void wait_for_bell(Board& board, std::uint32_t seen, std::int64_t until);
void wait_for_bell(std::atomic<std::uint32_t>& bell, std::uint32_t seen, std::int64_t until);

/// Notes in one of the board's words that something began now, unless it has before.
void note_since(std::atomic<std::int64_t>& moment);

/// The registered processes that live and are of this instance.
std::vector<pid_t> living_processes(const Instance& instance, const Board& board);
bool anybody_lives(const Instance& instance, const Board& board);
void register_process(Board& board, pid_t pid);
void forget_process(Board& board, pid_t pid);

}  // namespace standin
