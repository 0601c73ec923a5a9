#include "cpfmerge/cli/source_watch.h"

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>

#include "cpfmerge/cli/files.h"
#include "cpfmerge/cli/source_state.h"
#include "supervisor/os/clock.h"

namespace cpf::cli {
namespace {

/// An editor writes, renames and touches; a kubelet swaps links.
constexpr sup::Nanos quiet = sup::milliseconds(150);
constexpr sup::Nanos longest_unrest = sup::seconds(2);
constexpr std::uint32_t of_directories = IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE |
                                         IN_CLOSE_WRITE | IN_DELETE_SELF | IN_MOVE_SELF;
constexpr std::uint32_t of_files = IN_CLOSE_WRITE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ATTRIB;

}  // namespace

SourceWatch::SourceWatch(const PrepareInput& input)
    : events_{::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)} {
  if (!events_) return;
  const auto add = [this](const std::string& path, std::uint32_t mask) {
    if (!path.empty()) ::inotify_add_watch(events_.get(), path.c_str(), mask);
  };
  const auto add_file = [&](const std::string& path) {
    if (path.empty()) return;
    add(directory_of(path), of_directories);
    add(path, of_files);
  };
  add(input.settings.text(sup::setting::merge_dir), of_directories);
  for (const std::string& file : source_files(input))
    add_file(file);
  add_file(input.settings.text(sup::setting::merge_password_file));
  add_file(input.settings.text(sup::setting::merge_password_hash_file));
}

bool SourceWatch::happens_within(sup::Nanos limit) {
  pollfd waited{events_.get(), POLLIN, 0};  // a descriptor below 0 is passed over
  const auto milliseconds = static_cast<int>(limit / sup::milliseconds(1));
  if (::poll(&waited, 1, std::max(milliseconds, 0)) <= 0) return false;
  std::array<char, 16384> events{};
  while (::read(events_.get(), events.data(), events.size()) > 0) {
  }
  return true;
}

void SourceWatch::wait(sup::Nanos limit) {
  if (!happens_within(limit)) return;
  const sup::Nanos end = sup::monotonic_now() + longest_unrest;
  while (sup::monotonic_now() < end && happens_within(quiet)) {
  }
}

}  // namespace cpf::cli
