#include "supervisor/agent/state_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <utility>

#include "supervisor/base/text.h"
#include "supervisor/core/earlier_lives.h"
#include "supervisor/os/clock.h"
#include "supervisor/os/files.h"

namespace sup {
namespace {

/// A file that has grown beyond this, and by as much again, is written anew.
constexpr std::size_t compact_above = 1024UL * 1024;
constexpr std::size_t largest = 256UL * 1024 * 1024;

}  // namespace

Result<StateFile::Loaded> StateFile::open(std::uint64_t incarnation) {
  incarnation_ = incarnation;
  const auto text = read_file(path_, largest);
  if (!text && text.error().code != ENOENT) ::rename(path_.c_str(), (path_ + ".broken").c_str());
  Loaded loaded = load(text ? std::string_view{*text} : std::string_view{});
  if (!file_ && loaded.records.empty()) return errno_error("cannot open '" + path_ + "'");
  return loaded;
}

StateFile::Loaded StateFile::load(std::string_view contents) {
  Loaded loaded;
  std::vector<StateRecord> of_others;
  for (const std::string_view line : lines_of(contents)) {
    auto record = decode_state_record(line);
    if (!record) ++loaded.broken_lines;
    if (!record) continue;
    (record->incarnation == incarnation_ ? loaded.records : of_others)
        .push_back(std::move(*record));
  }
  EarlierLives earlier = left_by_earlier_lives(of_others, incarnation_);
  loaded.left_frozen = std::move(earlier.left_frozen);
  loaded.records.insert(loaded.records.begin(), std::make_move_iterator(earlier.records.begin()),
                        std::make_move_iterator(earlier.records.end()));
  loaded.records = still_needed(std::move(loaded.records));
  std::string kept;
  for (const StateRecord& record : loaded.records)
    kept += encode(record);
  // What is not needed and a line that was cut short go. What cannot be rewritten is still
  // remembered: the records count, not the file.
  if (kept != contents && !replace_file(path_, kept, 0600)) ++failures_;
  torn_ = false;
  file_.reset(::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
  size_ = kept.size();
  compact_at_ = 2 * std::max(size_, compact_above);
  return loaded;
}

void StateFile::append(StateRecord record) {
  record.incarnation = incarnation_;
  if (record.wall_ns == 0) record.wall_ns = wall_now();
  // After a line that was cut short the next one begins anew.
  const std::string line = (torn_ ? "\n" : "") + encode(record);
  torn_ =
      !file_ || ::write(file_.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size());
  if (torn_) ++failures_;
  size_ += line.size();
  if (size_ <= compact_at_) return;
  compact_at_ += compact_above;  // should it not succeed
  if (const auto text = read_file(path_, largest)) load(*text);
}

}  // namespace sup
