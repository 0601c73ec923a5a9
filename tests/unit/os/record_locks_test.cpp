#include "supervisor/os/record_locks.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>

#include "tests/unit/os/child.h"

namespace sup {
namespace {

using testing_support::Child;

class RecordLocks : public testing::Test {
 protected:
  RecordLocks() { ::close(::mkostemp(name_.data(), O_CLOEXEC)); }
  ~RecordLocks() override { ::unlink(name_.c_str()); }

  /// In a child: one byte of the file, as long as it lives.
  void lock(int how) const {
    const int fd = ::open(name_.c_str(), O_RDWR | O_CLOEXEC);
    struct flock one {};
    one.l_type = F_WRLCK;
    one.l_len = 1;
    if (::fcntl(fd, how, &one) != 0) ::_exit(1);
  }

  std::string name_ = "/tmp/record-locks-XXXXXX";
};

std::ptrdiff_t locks_of(const std::vector<RecordLock>& locks, pid_t pid) {
  return std::count_if(locks.begin(), locks.end(),
                       [pid](const RecordLock& lock) { return lock.pid == pid; });
}

TEST_F(RecordLocks, ALockOfAProcessIsKnownByItsPid) {
  const Child child{[this] { lock(F_SETLK); }};
  EXPECT_EQ(locks_of(record_locks(), child.pid()), 1);
  EXPECT_EQ(locks_of(description_locks(std::array{child.pid()}), child.pid()), 0);
}

TEST_F(RecordLocks, ALockOfADescriptionIsKnownByItsDescriptor) {
  const Child child{[this] { lock(F_OFD_SETLK); }};
  EXPECT_EQ(locks_of(record_locks(), child.pid()), 0);
  const auto locks = description_locks(std::array{child.pid()});
  ASSERT_EQ(locks_of(locks, child.pid()), 1);
}

TEST_F(RecordLocks, BothNameTheSameFile) {
  // Two files of the same name would differ; the same file is the same in both tables.
  const Child first{[this] { lock(F_SETLK); }};
  const auto by_process = record_locks();
  const auto at = std::find_if(by_process.begin(), by_process.end(),
                               [&](const RecordLock& lock) { return lock.pid == first.pid(); });
  ASSERT_NE(at, by_process.end());
  const std::string file = at->file;
  const Child second{[this] {
    const int fd = ::open(name_.c_str(), O_RDWR | O_CLOEXEC);
    struct flock one {};
    one.l_type = F_WRLCK;
    one.l_start = 1;
    one.l_len = 1;
    if (::fcntl(fd, F_OFD_SETLK, &one) != 0) ::_exit(1);
  }};
  const auto by_description = description_locks(std::array{second.pid()});
  ASSERT_EQ(by_description.size(), 1U);
  EXPECT_EQ(by_description.front().file, file);
}

TEST_F(RecordLocks, AProcessThatIsGoneHasNone) {
  Child child{[] {}};
  const pid_t pid = child.pid();
  child.end();
  EXPECT_TRUE(description_locks(std::array{pid}).empty());
}

}  // namespace
}  // namespace sup
