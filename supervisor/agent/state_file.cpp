#include "supervisor/agent/state_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <utility>

#include "supervisor/base/text.h"
#include "supervisor/os/clock.h"
#include "supervisor/os/files.h"

namespace sup {
namespace {

/// A file that has grown beyond this keeps only the newest events, beside all that is not an event.
constexpr std::size_t compact_above = 1024UL * 1024;
constexpr std::size_t events_kept = 1000;
constexpr std::size_t largest = 256UL * 1024 * 1024;

/// Whether event number `index` of `events` may go.
bool is_stale(std::size_t index, std::size_t events, std::size_t file_size) {
  return file_size > compact_above && events - index > events_kept;
}

}  // namespace

Result<StateFile::Loaded> StateFile::open(std::uint64_t incarnation) {
  incarnation_ = incarnation;
  Loaded loaded;
  const auto text = read_file(path_, largest);
  if (!text && text.error().code != ENOENT) ::rename(path_.c_str(), (path_ + ".broken").c_str());
  const std::string_view contents = text ? std::string_view{*text} : std::string_view{};
  std::size_t events = 0;
  for (const std::string_view line : lines_of(contents)) {
    auto record = decode_state_record(line);
    if (!record) ++loaded.broken_lines;
    if (!record || record->incarnation != incarnation) continue;  // history of another life
    if (record->kind == StateRecord::Kind::event) ++events;
    loaded.records.push_back(std::move(*record));
  }
  // Another life's lines, old events and a line that was cut short go; ours begin on a line of
  // their own.
  std::string kept;
  std::size_t index = 0;
  for (const StateRecord& record : loaded.records) {
    const bool is_event = record.kind == StateRecord::Kind::event;
    if (is_event && is_stale(index++, events, contents.size())) continue;
    kept += encode(record);
  }
  // What cannot be rewritten is still remembered: the records count, not the file.
  if (kept.size() != contents.size() && !replace_file(path_, kept, 0600)) ++failures_;
  file_.reset(::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
  if (!file_ && loaded.records.empty()) return errno_error("cannot open '" + path_ + "'");
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
}

}  // namespace sup
