#include "supervisor/os/sysv.h"

#include <fcntl.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>

#include "supervisor/base/fixed_text.h"
#include "supervisor/base/unique_fd.h"
#include "supervisor/base/units.h"

namespace sup {
namespace {

/// The columns of /proc/sysvipc/shm that count, from the left.
enum Column : unsigned { shmid = 1, size = 3, nattch = 6, uid = 7 };

/// Column `wanted` of a line of numbers; -1 when it is not there.
std::int64_t column(std::string_view line, unsigned wanted) {
  for (unsigned i = 0;; ++i) {
    const std::size_t begin = line.find_first_not_of(' ');
    if (begin == std::string_view::npos) return -1;
    line.remove_prefix(begin);
    const std::size_t end = std::min(line.find(' '), line.size());
    if (i == wanted) return parse_number(line.substr(0, end)).value_or(-1);
    line.remove_prefix(end);
  }
}

void judge(std::string_view line, bool remove, SysvSweep& sweep) {
  if (column(line, Column::nattch) != 0) return;
  if (column(line, Column::uid) != static_cast<std::int64_t>(::geteuid())) return;
  ++sweep.found;
  sweep.bytes += column(line, Column::size);
  const auto id = static_cast<int>(column(line, Column::shmid));
  // Attached meanwhile by somebody: the kernel keeps it until they let go. That is as good.
  if (remove && ::shmctl(id, IPC_RMID, nullptr) == 0) ++sweep.removed;
}

}  // namespace

ErrnoOr<SysvSweep> sweep_orphaned_shared_memory(bool remove) {
  const UniqueFd fd{::open("/proc/sysvipc/shm", O_RDONLY | O_CLOEXEC)};
  if (!fd) return ErrnoOr<SysvSweep>::failed(errno);
  SysvSweep sweep;
  std::array<char, 4096> buffer{};
  FixedText<512> line;
  for (;;) {
    const ssize_t n = ::read(fd.get(), buffer.data(), buffer.size());
    if (n < 0) return ErrnoOr<SysvSweep>::failed(errno);
    if (n == 0) return sweep;
    for (const char c : std::string_view{buffer.data(), static_cast<std::size_t>(n)}) {
      if (c != '\n') {
        line.append(c);
        continue;
      }
      judge(line.view(), remove, sweep);
      line.clear();
    }
  }
}

}  // namespace sup
