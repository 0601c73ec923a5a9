// The ring of changes in shared memory.
#include "store/change_ring.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <functional>
#include <new>

#include "store/bytes.h"
#include "store/global_key.h"

namespace standin {
namespace {

constexpr std::size_t entry_head = 12;  // position of the older one, size of the record

std::size_t hash_of(const std::string& database, std::string_view key) {
  const std::hash<std::string_view> hash;
  return mixed(hash(database) * 31 + hash(key)) % std::tuple_size_v<decltype(RingHead::newest)>;
}

Change decoded(const std::string& record) {
  Taker taker{record};
  taker.u32();
  taker.u32();
  Change change;
  change.number = taker.u64();
  change.kind = static_cast<ChangeKind>(taker.u32());
  change.database = taker.text();
  change.key = taker.text();
  change.value = taker.text();
  return change;
}

}  // namespace

std::size_t ChangeRing::memory_size(std::size_t capacity) {
  return sizeof(RingHead) + capacity;
}

void ChangeRing::create(void* memory, std::size_t capacity, std::uint64_t next_number) {
  auto* const head = new (memory) RingHead{};
  head->capacity = capacity;
  head->committed[0].next_number = next_number;
  pthread_mutexattr_t attributes{};
  ::pthread_mutexattr_init(&attributes);
  ::pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  ::pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  ::pthread_mutex_init(&head->mutex, &attributes);
  ::pthread_mutexattr_destroy(&attributes);
}

ChangeRing::ChangeRing(void* memory)
    : head_{std::launder(static_cast<RingHead*>(memory))},
      bytes_{static_cast<char*>(memory) + sizeof(RingHead)} {}

ChangeRing::Lock::Lock(const ChangeRing& ring) : mutex_{ring.head().mutex} {
  if (::pthread_mutex_lock(&mutex_) != EOWNERDEAD) return;
  ring.rebuild();
  ::pthread_mutex_consistent(&mutex_);
}

ChangeRing::Lock::~Lock() {
  ::pthread_mutex_unlock(&mutex_);
}

std::string ChangeRing::copy_out(std::uint64_t position, std::size_t size) const {
  std::string out(size, '\0');
  const std::size_t at = position % head_->capacity;
  const std::size_t first = std::min<std::size_t>(size, head_->capacity - at);
  std::memcpy(out.data(), bytes_ + at, first);
  std::memcpy(out.data() + first, bytes_, size - first);
  return out;
}

void ChangeRing::copy_in(std::uint64_t position, std::string_view bytes) const {
  const std::size_t at = position % head_->capacity;
  const std::size_t first = std::min<std::size_t>(bytes.size(), head_->capacity - at);
  std::memcpy(bytes_ + at, bytes.data(), first);
  std::memcpy(bytes_, bytes.data() + first, bytes.size() - first);
}

ChangeRing::Entry ChangeRing::entry_at(std::uint64_t position) const {
  const std::string start = copy_out(position, entry_head);
  Taker taker{start};
  Entry entry;
  entry.older = taker.u64();
  const std::uint32_t size = taker.u32();
  entry.record = copy_out(position + entry_head, size);
  entry.end = position + entry_head + size;
  return entry;
}

std::optional<std::uint64_t> ChangeRing::append(const Lock& /*held*/, Change& change) const {
  RingHead& head = *head_;
  if (head.closed) return std::nullopt;
  const RingHead::Committed now = head.committed.at(head.current);
  change.number = now.next_number;
  const std::string record = journal_record(change);
  const std::uint64_t used = now.tail - std::min<std::uint64_t>(head.durable, head.applied);
  if (used + entry_head + record.size() > head.capacity) return std::nullopt;
  auto& newest = head.newest.at(hash_of(change.database, change.key));
  std::string entry;
  put_u64(entry, newest);
  put_u32(entry, static_cast<std::uint32_t>(record.size()));
  entry += record;
  copy_in(now.tail, entry);
  newest = now.tail + 1;
  commit({now.tail + entry.size(), now.next_number + 1});
  return change.number;
}

/// From here on it has happened, even if this process is killed now.
void ChangeRing::commit(const RingHead::Committed& after) const {
  const std::uint32_t other = 1 - head_->current;
  head_->committed.at(other) = after;
  head_->current = other;
  head_->tail = after.tail;
}

/// Where the newest change of this very key is.
std::optional<std::uint64_t> ChangeRing::find(const std::string& database, std::string_view key,
                                              bool only_kill, Change& found) const {
  const std::uint64_t applied = head_->applied;
  std::uint64_t next = head_->newest.at(hash_of(database, key));
  while (next > applied) {
    const std::uint64_t position = next - 1;
    const Entry entry = entry_at(position);
    Change change = decoded(entry.record);
    const bool kind = only_kill ? change.kind == ChangeKind::kill : true;
    if (kind && change.key == key && change.database == database) {
      found = std::move(change);
      return position;
    }
    next = entry.older;
  }
  return std::nullopt;
}

std::optional<Change> ChangeRing::newest(const Lock& /*held*/, const std::string& database,
                                         const std::string& key) const {
  Change best;
  auto best_position = find(database, key, false, best);
  for (const std::string_view above : keys_above(key)) {
    Change change;
    const auto position = find(database, above, true, change);
    if (!position || (best_position && *position < *best_position)) continue;
    best = std::move(change);
    best_position = position;
  }
  if (!best_position) return std::nullopt;
  return best;
}

ChangeRing::Piece ChangeRing::read(std::uint64_t from, std::uint64_t to) const {
  Piece piece;
  while (from < to) {
    Entry entry = entry_at(from);
    piece.records += entry.record;
    ++piece.count;
    from = entry.end;
  }
  return piece;
}

bool ChangeRing::more_than_half_full() const {
  const std::uint64_t oldest = std::min<std::uint64_t>(head_->durable, head_->applied);
  return head_->tail - oldest > head_->capacity / 2;
}

/// After the death of a process that was appending: the index again, from what was committed.
void ChangeRing::rebuild() const {
  head_->tail = head_->committed.at(head_->current).tail;
  for (auto& newest : head_->newest)
    newest = 0;
  const std::uint64_t tail = head_->tail;
  for (std::uint64_t position = head_->applied; position < tail;) {
    const Entry entry = entry_at(position);
    const Change change = decoded(entry.record);
    auto& newest = head_->newest.at(hash_of(change.database, change.key));
    std::string older;
    put_u64(older, newest);
    copy_in(position, older);
    newest = position + 1;
    position = entry.end;
  }
}

}  // namespace standin
