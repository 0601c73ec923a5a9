#pragma once
// Changes on their way, in shared memory: sessions append them, the journal daemon takes them to
// the journal, the write daemon to the databases, and whoever reads finds the newest value here
// until both have them. When neither moves on, it fills up and updates have to wait.
#include <pthread.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "store/journal_record.h"

namespace standin {

/// Positions are bytes since the instance started; they never wrap, their places do.
struct RingHead {
  struct Committed {
    std::uint64_t tail = 0;
    std::uint64_t next_number = 1;
  };
  pthread_mutex_t mutex{};
  std::uint64_t capacity = 0;
  /// An append is done when the other one of the two becomes current, in one store.
  std::array<Committed, 2> committed{};
  std::atomic<std::uint32_t> current{0};
  std::atomic<std::uint64_t> tail{0};     ///< up to here changes are complete
  std::atomic<std::uint64_t> durable{0};  ///< the journal daemon's
  std::atomic<std::uint64_t> applied{0};  ///< the write daemon's
  std::atomic<bool> closed{false};        ///< a stop is near its end: no more changes
  std::array<std::atomic<std::uint64_t>, 2048> newest{};  ///< by hash of the key; position + 1
};

class ChangeRing {
 public:
  /// What a memory with room for so many bytes of changes needs.
  static std::size_t memory_size(std::size_t capacity);
  static void create(void* memory, std::size_t capacity, std::uint64_t next_number);
  explicit ChangeRing(void* memory);

  /// One process at a time. When one died with it, what it had not completed never was.
  class Lock {
   public:
    explicit Lock(const ChangeRing& ring);
    ~Lock();
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;

   private:
    pthread_mutex_t& mutex_;
  };

  /// Gives the change its number. Nothing when there is no room or the ring is closed.
  [[nodiscard]] std::optional<std::uint64_t> append(const Lock& held, Change& change) const;
  /// The newest change that decides about a node and is not in the databases yet.
  [[nodiscard]] std::optional<Change> newest(const Lock& held, const std::string& database,
                                             const std::string& key) const;

  struct Piece {
    std::string records;  ///< as a journal has them
    std::uint64_t count = 0;
  };
  /// Between two positions where changes begin and end; the first not both durable and applied.
  [[nodiscard]] Piece read(std::uint64_t from, std::uint64_t to) const;
  [[nodiscard]] bool more_than_half_full() const;

  RingHead& head() const { return *head_; }

 private:
  struct Entry {
    std::uint64_t older = 0;  ///< of the same hash; position + 1
    std::uint64_t end = 0;
    std::string record;
  };
  [[nodiscard]] std::string copy_out(std::uint64_t position, std::size_t size) const;
  void copy_in(std::uint64_t position, std::string_view bytes) const;
  void commit(const RingHead::Committed& after) const;
  [[nodiscard]] Entry entry_at(std::uint64_t position) const;
  [[nodiscard]] std::optional<std::uint64_t> find(const std::string& database, std::string_view key,
                                                  bool only_kill, Change& found) const;
  void rebuild() const;

  RingHead* head_;
  char* bytes_;
};

}  // namespace standin
