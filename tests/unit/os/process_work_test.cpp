#include "supervisor/os/process_work.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <ctime>

#include "tests/unit/os/child.h"

namespace sup {
namespace {

TEST(ProcessWork, CountsProcessorTimeOfAnotherProcess) {
  const testing_support::Child idle{[] {}};
  const testing_support::Child busy{[] {
    const std::clock_t until = std::clock() + CLOCKS_PER_SEC / 5;
    while (std::clock() < until) {
    }
  }};
  EXPECT_GE(work_of(busy.pid()).cpu_ticks, 10);
  EXPECT_LT(work_of(idle.pid()).cpu_ticks, 10);
}

TEST(ProcessWork, CountsBytesOfAnotherProcess) {
  const testing_support::Child child{[] {
    const int fd = ::open("/dev/zero", O_RDONLY | O_CLOEXEC);
    std::array<char, 4096> page{};
    for (int i = 0; i < 100; ++i)
      if (::read(fd, page.data(), page.size()) < 0) ::_exit(1);
  }};
  const ProcessWork work = work_of(child.pid());
  if (work.io_bytes == 0) GTEST_SKIP() << "this kernel counts no I/O of processes";
  EXPECT_GE(work.io_bytes, 409'600);
}

TEST(ProcessWork, OfNobodyIsNothing) {
  testing_support::Child child{[] {}};
  const pid_t pid = child.pid();
  child.end();
  EXPECT_EQ(work_of(pid).cpu_ticks, 0);
  EXPECT_EQ(work_of(pid).io_bytes, 0);
}

}  // namespace
}  // namespace sup
