#include "supervisor/os/directory.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>

#include "supervisor/base/units.h"

namespace sup {
namespace {

/// The kernel's record of getdents64(2).
struct DirectoryEntry {
  unsigned long long inode;
  long long offset;
  unsigned short length;
  unsigned char type;
  char name[1];
};

}  // namespace

// NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): next() fills the buffer
NumbersIn::NumbersIn(const char* path) : fd_{::open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)} {}

int NumbersIn::next() {
  for (;;) {
    if (at_ == end_) {
      at_ = 0;
      end_ = ::syscall(SYS_getdents64, fd_.get(), buffer_.data(), buffer_.size());
      if (end_ <= 0) return -1;
    }
    const char* entry = buffer_.data() + at_;
    unsigned short length = 0;
    std::memcpy(&length, entry + offsetof(DirectoryEntry, length), sizeof length);
    at_ += length;
    if (const auto number = parse_number(entry + offsetof(DirectoryEntry, name)))
      return static_cast<int>(*number);
  }
}

}  // namespace sup
