// Reading and changing globals.
#include "daemons/store.h"

#include <map>

#include "base/clock.h"
#include "base/switches.h"
#include "base/text.h"
#include "commands/session_error.h"
#include "store/bytes.h"
#include "store/global_key.h"
#include "store/journal_files.h"

namespace standin {
namespace {

constexpr std::int64_t look_around_ms = 50;

/// Updates stand still while a freeze is older than its timeout, or, by a switch, all the time.
bool updates_pause(const Board& board) {
  if (!board.suspended) return false;
  const std::int64_t end = board.logins_end_at;
  return (end != 0 && now_ms() >= end) || switch_is("frozen_updates", "pause");
}

std::int64_t number_of(const std::optional<std::string>& value) {
  return to_number(value.value_or("")).value_or(0);
}

}  // namespace

Volume volume_of(const Instance& instance) {
  return {instance.data, instance.wij(), instance.journal_directory()};
}

fs::path current_journal(const Instance& instance) {
  const auto files = journal_files(instance.journal_directory());
  return files.empty() ? fs::path{} : files.back();
}

fs::path database_of(const Instance& instance, std::string_view name_space) {
  const Cpf cpf = instance.cpf();
  const std::string database = cpf.get_or("Namespaces", name_space, "");
  const std::string entry = cpf.get_or("Databases", split(database, ',').front(), "");
  return entry.substr(0, entry.find(','));
}

bool create_database(const fs::path& directory) {
  return write_file(directory / "IRIS.DAT", Database::empty_file());
}

bool set_wij_state(const Instance& instance, WijState state) {
  const Volume volume = volume_of(instance);
  WijHeader header = read_wij_header(volume).value_or(WijHeader{});
  header.state = state;
  return write_wij_header(volume, header);
}

bool make_durable(const SharedMemory& memory, std::uint64_t position, std::int64_t until) {
  Board& board = *memory;
  const auto& durable = memory.changes().head().durable;
  for (;;) {
    const std::uint32_t seen = board.durable_bell;
    if (durable >= position) return true;
    if (now_ms() >= until) return false;
    std::uint64_t wanted = board.durable_wanted;
    while (wanted < position && !board.durable_wanted.compare_exchange_weak(wanted, position)) {
    }
    if (wanted < position) ring(board.journal_bell);
    wait_for_bell(board.durable_bell, seen, std::min(until, now_ms() + look_around_ms));
  }
}

Globals::Globals(const Instance& instance, const SharedMemory& memory, const fs::path& directory)
    : instance_{instance},
      memory_{memory},
      volume_{volume_of(instance)},
      database_{volume_.database_name(directory)} {}

std::optional<std::string> Globals::get(const std::string& key) const {
  const ChangeRing changes = memory_.changes();
  return get(Lock{changes}, key);
}

std::optional<std::string> Globals::get(const Lock& held, const std::string& key) const {
  const auto change = memory_.changes().newest(held, database_, key);
  if (!change) return get_from_database(key);
  if (change->kind == ChangeKind::set) return change->value;
  return std::nullopt;
}

/// The write daemon may be writing meanwhile, or may have died over it: an odd epoch says so, and
/// then its pages are read from the write image journal. They are right when the epoch stayed.
std::optional<std::string> Globals::get_from_database(const std::string& key) const {
  for (;;) {
    const std::uint64_t epoch = memory_->write_epoch;
    try {
      const PageReader on_disk = page_reader(volume_.database_file(database_));
      PageImages images;
      if (epoch % 2 != 0) {
        const WijHeader header = read_wij_header(volume_).value_or(WijHeader{});
        for (PageImage& image : read_wij_images(volume_, header))
          if (image.database == database_) images[image.page] = std::move(image.bytes);
      }
      Database database{[&](PageNumber page) {
        const auto image = images.find(page);
        return image == images.end() ? on_disk(page) : image->second;
      }};
      auto value = database.get(key);
      if (memory_->write_epoch == epoch) return value;
    } catch (const Damage&) {
      if (memory_->write_epoch == epoch)
        throw SessionError{"<DATABASE> " + global_text(key) + "," + database_};
    }
  }
}

void Globals::end_if_orphaned() const {
  if (memory_.is_orphaned(instance_)) throw SessionError{"<SHUTDOWN>"};
}

void Globals::wait_for_room() const {
  ring(*memory_);
  const std::uint32_t seen = memory_->bell;
  wait_for_bell(*memory_, seen, now_ms() + look_around_ms);
}

std::uint64_t Globals::change(const std::function<Change(const Lock&)>& make, bool sync) const {
  const ChangeRing changes = memory_.changes();
  std::optional<std::uint64_t> number;
  std::uint64_t position = 0;
  for (;;) {
    end_if_orphaned();
    if (changes.head().closed) throw SessionError{"<SHUTDOWN>"};
    if (sync || !updates_pause(*memory_)) {
      const Lock held{changes};
      Change made = make(held);
      number = changes.append(held, made);
      position = changes.head().tail;
    }
    if (number) break;
    note_since(memory_->updates_locked_since);
    wait_for_room();
  }
  if (!sync) memory_->updates_locked_since = 0;
  if (changes.more_than_half_full()) ring(*memory_);
  if (sync || switch_is("journal_sync", "commit"))
    while (!make_durable(memory_, position, now_ms() + look_around_ms))
      end_if_orphaned();
  return *number;
}

std::uint64_t Globals::set(const std::string& key, const std::string& value) const {
  if (value.size() > longest_value) throw SessionError{"<MAXSTRING>"};
  return change(
      [&](const Lock&) {
        return Change{0, ChangeKind::set, database_, key, value};
      },
      false);
}

std::uint64_t Globals::kill(const std::string& key) const {
  return change(
      [&](const Lock&) {
        return Change{0, ChangeKind::kill, database_, key, {}};
      },
      false);
}

std::int64_t Globals::increment(const std::string& key) const {
  std::int64_t after = 0;
  change(
      [&](const Lock& held) {
        after = number_of(get(held, key)) + 1;
        return Change{0, ChangeKind::set, database_, key, std::to_string(after)};
      },
      false);
  return after;
}

std::uint64_t Globals::mark(const std::string& text) const {
  return change([&](const Lock&) { return Change{0, ChangeKind::marker, {}, {}, text}; }, true);
}

}  // namespace standin
