#pragma once
// The data as sessions see it: every change goes to a ring in shared memory first, from there to
// the journal (journal daemon) and to the databases (write daemon). See store/.
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "instance/instance.h"
#include "instance/shared_memory.h"
#include "store/volume.h"

namespace standin {

Volume volume_of(const Instance& instance);

/// The newest journal file; empty when there is none.
fs::path current_journal(const Instance& instance);
/// The directory of the database behind a namespace, or empty.
fs::path database_of(const Instance& instance, std::string_view name_space);
/// A file IRIS.DAT that holds nothing, in a directory that is there.
bool create_database(const fs::path& directory);

/// A pass that is pending there must have been written before.
bool set_wij_state(const Instance& instance, WijState state);

/// Globals of one database. Everything throws SessionError.
class Globals {
 public:
  Globals(const Instance& instance, const SharedMemory& memory, const fs::path& directory);

  [[nodiscard]] const std::string& database() const { return database_; }
  [[nodiscard]] std::optional<std::string> get(const std::string& key) const;
  /// Each returns when the change is acknowledged (switch `journal_sync`), with its number.
  std::uint64_t set(const std::string& key, const std::string& value) const;
  std::uint64_t kill(const std::string& key) const;
  /// The new value.
  [[nodiscard]] std::int64_t increment(const std::string& key) const;
  /// In the journal on disk when it returns; changes no database.
  std::uint64_t mark(const std::string& text) const;

 private:
  using Lock = ChangeRing::Lock;
  [[nodiscard]] std::optional<std::string> get(const Lock& held, const std::string& key) const;
  [[nodiscard]] std::optional<std::string> get_from_database(const std::string& key) const;
  std::uint64_t change(const std::function<Change(const Lock&)>& make, bool sync) const;
  void wait_for_room() const;
  void wait_until_durable(std::uint64_t position) const;
  void end_if_orphaned() const;

  const Instance& instance_;
  const SharedMemory& memory_;
  Volume volume_;
  std::string database_;
};

/// Waits until the journal is on disk up to a position of the ring; false when `until` came first.
bool make_durable(const SharedMemory& memory, std::uint64_t position, std::int64_t until);

}  // namespace standin
