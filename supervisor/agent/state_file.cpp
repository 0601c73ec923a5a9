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

/// A file that has grown beyond this is begun anew with what still counts.
constexpr std::size_t compact_above = 1024UL * 1024;
constexpr std::size_t largest = 64UL * 1024 * 1024;

}  // namespace

Result<StateFile::Loaded> StateFile::open(std::uint64_t incarnation) {
  incarnation_ = incarnation;
  Loaded loaded;
  std::string kept;
  const auto text = read_file(path_, largest);
  if (text) {
    for (const std::string_view line : lines_of(*text)) {
      auto record = decode_state_record(line);
      if (!record) {
        ++loaded.broken_lines;
        continue;
      }
      if (record->incarnation != incarnation) continue;  // history of another life
      kept += std::string{line} + '\n';
      loaded.records.push_back(std::move(*record));
    }
  } else if (text.error().code != ENOENT) {
    ::rename(path_.c_str(), (path_ + ".broken").c_str());
  }
  // Another life's lines, and a line that was cut short, go; this one's begin on a line of their
  // own.
  if (const bool rewrite = text && (kept.size() != text->size() || text->size() > compact_above);
      rewrite) {
    if (const auto replaced = replace_file(path_, kept, 0600); !replaced) return replaced.error();
  }
  file_.reset(::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
  if (!file_) return errno_error("cannot open '" + path_ + "'");
  return loaded;
}

void StateFile::append(StateRecord record) {
  record.incarnation = incarnation_;
  if (record.wall_ns == 0) record.wall_ns = wall_now();
  const std::string line = encode(record);
  if (!file_ || ::write(file_.get(), line.data(), line.size()) != static_cast<ssize_t>(line.size()))
    ++failures_;
}

}  // namespace sup
