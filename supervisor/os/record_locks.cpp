#include "supervisor/os/record_locks.h"

#include <dirent.h>
#include <fmt/core.h>

#include <memory>
#include <optional>
#include <string_view>

#include "supervisor/base/text.h"
#include "supervisor/base/units.h"
#include "supervisor/os/files.h"

namespace sup {
namespace {

constexpr std::size_t most_locks_text = 16UL * 1024 * 1024;
constexpr std::size_t most_descriptor_text = 64UL * 1024;

/// 1: POSIX  ADVISORY  WRITE 4711 08:02:131090 0 EOF; who waits has "->" after the number. The pid
/// is 0 where the kernel names none.
std::optional<RecordLock> parse_lock(std::string_view line, std::string_view kind) {
  std::vector<std::string_view> words;
  for (const std::string_view word : split(line, ' ')) {
    if (!word.empty()) words.push_back(word);
  }
  if (words.size() < 6 || words[1] != kind) return std::nullopt;
  const auto pid = parse_number(words[4]);
  return RecordLock{static_cast<pid_t>(pid.value_or(0)), std::string{words[5]}};
}

/// What one descriptor of `pid` holds: lines "lock:\t1: OFDLCK ADVISORY  WRITE -1 08:02:131090 0
/// 0".
void add_locks_of(const std::string& descriptor, pid_t pid, std::vector<RecordLock>& locks) {
  constexpr std::string_view label = "lock:\t";
  const auto text = read_file(descriptor, most_descriptor_text);
  if (!text) return;
  for (const std::string_view line : lines_of(*text)) {
    if (!line.starts_with(label)) continue;
    auto lock = parse_lock(line.substr(label.size()), "OFDLCK");
    if (lock) locks.push_back({pid, std::move(lock->file)});
  }
}

}  // namespace

std::vector<RecordLock> record_locks() {
  std::vector<RecordLock> locks;
  const auto text = read_file("/proc/locks", most_locks_text);
  if (!text) return locks;
  for (const std::string_view line : lines_of(*text)) {
    auto lock = parse_lock(line, "POSIX");
    if (lock && lock->pid > 0) locks.push_back(std::move(*lock));
  }
  return locks;
}

std::vector<RecordLock> description_locks(std::span<const pid_t> pids) {
  std::vector<RecordLock> locks;
  for (const pid_t pid : pids) {
    const std::string directory = fmt::format("/proc/{}/fdinfo", pid);
    const std::unique_ptr<DIR, int (*)(DIR*)> open{::opendir(directory.c_str()), ::closedir};
    if (!open) continue;
    while (const dirent* entry =
               ::readdir(open.get())) {  // NOLINT(concurrency-mt-unsafe): one thread
      if (entry->d_name[0] == '.') continue;
      add_locks_of(fmt::format("{}/{}", directory, entry->d_name), pid, locks);
    }
  }
  return locks;
}

}  // namespace sup
