// The SysV segment of a running instance.
#include "instance/shared_memory.h"

#include <linux/futex.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/syscall.h>

#include <algorithm>
#include <climits>
#include <cstring>
#include <limits>
#include <memory>
#include <new>

#include "base/clock.h"
#include "base/process.h"
#include "base/switches.h"
#include "base/text.h"
#include "instance/ilock.h"
#include "store/database.h"

namespace standin {
namespace {

constexpr std::string_view magic = "iris-standin 3";
constexpr std::size_t board_room = (sizeof(Board) + 63) / 64 * 64;
constexpr std::size_t smallest_cache = 2 * longest_value;
static_assert(std::atomic<std::int64_t>::is_always_lock_free &&
              sizeof(std::atomic<std::uint32_t>) == 4);

void* attach_id(int id) {
  void* const at = ::shmat(id, nullptr, 0);
  return at == reinterpret_cast<void*>(-1) ? nullptr : at;  // NOLINT: shmat's own way to fail
}

template <std::size_t N>
void copy(std::string_view text, std::array<char, N>& to) {
  std::copy_n(text.begin(), std::min(text.size(), N - 1), to.begin());
}

bool belongs_to(const Board& board, const Instance& instance) {
  return board.magic.data() == magic && board.data.data() == instance.data.string();
}

}  // namespace

std::optional<SharedMemory> SharedMemory::create(const Instance& instance,
                                                 std::uint64_t next_change) {
  const std::size_t cache =
      std::max(static_cast<std::size_t>(switch_number("cache_bytes")), smallest_cache);
  const auto size = std::max(static_cast<std::size_t>(switch_number("shm_bytes")),
                             board_room + ChangeRing::memory_size(cache));
  const int id = ::shmget(IPC_PRIVATE, size, IPC_CREAT | 0660);
  void* const at = id < 0 ? nullptr : attach_id(id);
  if (at == nullptr) return std::nullopt;
  std::memset(at, 0, size);
  auto* const board = new (at) Board{};
  copy(magic, board->magic);
  copy(instance.data.string(), board->data);
  ChangeRing::create(static_cast<char*>(at) + board_room, cache, next_change);
  SharedMemory memory{id, board};
  if (write_file(instance.shid(), std::to_string(id) + "\n")) return memory;
  memory.remove(instance);
  return std::nullopt;
}

std::optional<SharedMemory> SharedMemory::attach(const Instance& instance) {
  const auto text = read_file(instance.shid());
  const auto id = to_number(trim(text.value_or("")));
  if (!id || *id < 0 || *id > std::numeric_limits<int>::max()) return std::nullopt;
  shmid_ds about{};
  const int number = static_cast<int>(*id);
  if (::shmctl(number, IPC_STAT, &about) != 0 || about.shm_segsz < board_room) return std::nullopt;
  void* const at = attach_id(number);
  if (at == nullptr) return std::nullopt;
  SharedMemory memory{number, std::launder(static_cast<Board*>(at))};
  if (!belongs_to(*memory, instance)) return std::nullopt;
  return memory;
}

SharedMemory::SharedMemory(SharedMemory&& other) noexcept
    : id_{other.id_}, board_{std::exchange(other.board_, nullptr)} {}

SharedMemory::~SharedMemory() {
  if (board_ != nullptr) ::shmdt(board_);
}

ChangeRing SharedMemory::changes() const {
  return ChangeRing{reinterpret_cast<char*>(board_) + board_room};
}

bool SharedMemory::is_orphaned(const Instance& instance) const {
  shmid_ds about{};
  if (::shmctl(id_, IPC_STAT, &about) != 0 || (about.shm_perm.mode & SHM_DEST) != 0) return true;
  for (const auto section :
       {LockSection::journal_daemon, LockSection::write_daemon, LockSection::control})
    if (lock_owner(instance, section)) return false;
  return true;
}

void SharedMemory::remove(const Instance& instance) const {
  ::shmctl(id_, IPC_RMID, nullptr);
  std::error_code ignored;
  fs::remove(instance.shid(), ignored);
}

void ring(std::atomic<std::uint32_t>& bell) {
  ++bell;
  ::syscall(SYS_futex, &bell, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
}

void ring(Board& board) {
  ring(board.bell);
  ring(board.journal_bell);
}

void wait_for_bell(std::atomic<std::uint32_t>& bell, std::uint32_t seen, std::int64_t until) {
  const std::int64_t rest = until - now_ms();
  if (rest <= 0) return;
  const timespec timeout{rest / 1000, rest % 1000 * 1'000'000};
  ::syscall(SYS_futex, &bell, FUTEX_WAIT, seen, &timeout, nullptr, 0);
}

void wait_for_bell(Board& board, std::uint32_t seen, std::int64_t until) {
  wait_for_bell(board.bell, seen, until);
}

bool wait_until(Board& board, std::int64_t until, const std::function<bool()>& done) {
  for (;;) {
    const std::uint32_t seen = board.bell;
    if (done()) return true;
    if (now_ms() >= until) return false;
    wait_for_bell(board, seen, until);
  }
}

void note_since(std::atomic<std::int64_t>& moment) {
  std::int64_t never = 0;
  moment.compare_exchange_strong(never, now_ms());
}

std::vector<pid_t> living_processes(const Instance& instance, const Board& board) {
  std::vector<pid_t> living;
  const std::string mark = instance.daemon_mark();
  for (const auto& slot : board.pids)
    if (const pid_t pid = slot; runs_with_argument(pid, mark)) living.push_back(pid);
  return living;
}

bool anybody_lives(const Instance& instance, const Board& board) {
  const std::string mark = instance.daemon_mark();
  return std::any_of(board.pids.begin(), board.pids.end(),
                     [&](const auto& slot) { return runs_with_argument(slot, mark); });
}

void register_process(Board& board, pid_t pid) {
  for (auto& slot : board.pids) {
    pid_t free = 0;
    if (slot == pid || slot.compare_exchange_strong(free, pid)) return;
  }
}

void forget_process(Board& board, pid_t pid) {
  for (auto& slot : board.pids)
    slot.compare_exchange_strong(pid, 0);
}

}  // namespace standin
