#pragma once
// The numbers among a directory's names: threads in /proc/PID/task, descriptors in /proc/PID/fd,
// processes in /proc. opendir(3) would use the heap.
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstring>

#include "supervisor/base/unique_fd.h"
#include "supervisor/base/units.h"

namespace sup {

/// The kernel's record of getdents64(2).
struct DirectoryEntry {
  unsigned long long inode;
  long long offset;
  unsigned short length;
  unsigned char type;
  char name[1];
};

/// Calls visit(number) for each; false when the directory cannot be opened.
template <class Visit>
bool for_each_number_in(const char* path, Visit visit) {
  const UniqueFd fd{::open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!fd) return false;
  alignas(DirectoryEntry) std::array<char, 2048> buffer{};
  for (;;) {
    const long n = ::syscall(SYS_getdents64, fd.get(), buffer.data(), buffer.size());
    if (n <= 0) return true;
    for (std::size_t at = 0; at < static_cast<std::size_t>(n);) {
      unsigned short length = 0;
      std::memcpy(&length, buffer.data() + at + offsetof(DirectoryEntry, length), sizeof length);
      const char* name = buffer.data() + at + offsetof(DirectoryEntry, name);
      if (const auto number = parse_number(name)) visit(static_cast<pid_t>(*number));
      at += length;
    }
  }
}

}  // namespace sup
