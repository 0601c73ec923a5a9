#include "supervisor/os/signals.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>
#include <vector>

namespace sup {
namespace {

/// Gives the test program its mask and SIGCHLD's meaning back.
class Signals : public ::testing::Test {
 protected:
  void SetUp() override {
    ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, nullptr, &mask_, sizeof mask_);
    ::sigaction(SIGCHLD, nullptr, &child_);
  }
  void TearDown() override {
    ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask_, nullptr, sizeof mask_);
    ::sigaction(SIGCHLD, &child_, nullptr);
  }

 private:
  std::uint64_t mask_ = 0;
  struct sigaction child_ {};
};

TEST_F(Signals, EverySignalButFaultsIsBlocked) {
  const auto input = block_and_read_signals();
  ASSERT_TRUE(input);
  sigset_t now;
  ::sigprocmask(SIG_SETMASK, nullptr, &now);
  for (int number = 1; number <= SIGRTMAX; ++number) {
    const bool fault = number == SIGSEGV || number == SIGBUS || number == SIGILL ||
                       number == SIGFPE || number == SIGTRAP || number == SIGABRT ||
                       number == SIGSYS;
    const bool never_blocked = number == SIGKILL || number == SIGSTOP;
    const bool of_the_library = number > 31 && number < SIGRTMIN;
    if (of_the_library) continue;
    EXPECT_EQ(::sigismember(&now, number), fault || never_blocked ? 0 : 1) << number;
  }
}

TEST_F(Signals, TheFormerMaskIsKept) {
  sigset_t before;
  ::sigemptyset(&before);
  ::sigaddset(&before, SIGUSR2);
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  const auto input = block_and_read_signals();
  ASSERT_TRUE(input);
  for (int number = 1; number <= SIGRTMAX; ++number) {
    if (number > 31 && number < SIGRTMIN) continue;
    EXPECT_EQ(::sigismember(&input->previous, number), number == SIGUSR2 ? 1 : 0) << number;
  }
}

TEST_F(Signals, AnIgnoredSigchldBecomesAnOrdinaryOne) {
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGCHLD, &ignore, nullptr);
  ASSERT_TRUE(block_and_read_signals());
  struct sigaction now {};
  ::sigaction(SIGCHLD, nullptr, &now);
  EXPECT_EQ(now.sa_handler, SIG_DFL);
}

TEST_F(Signals, ComeWithTheirSenderAndThenNone) {
  const auto input = block_and_read_signals();
  ASSERT_TRUE(input);
  EXPECT_EQ(next_signal(input->fd.get()).number, 0);
  ::kill(::getpid(), SIGUSR1);
  const ReceivedSignal signal = next_signal(input->fd.get());
  EXPECT_EQ(signal.number, SIGUSR1);
  EXPECT_EQ(signal.sender, ::getpid());
  EXPECT_FALSE(signal.from_kernel);
  EXPECT_EQ(next_signal(input->fd.get()).number, 0);
}

TEST_F(Signals, AFloodOfOneHidesNoOther) {
  const auto input = block_and_read_signals();
  ASSERT_TRUE(input);
  for (int i = 0; i < 20'000; ++i)
    ::kill(::getpid(), SIGUSR1);
  ::kill(::getpid(), SIGTERM);
  std::vector<int> numbers;
  for (auto signal = next_signal(input->fd.get()); signal.number != 0;
       signal = next_signal(input->fd.get()))
    numbers.push_back(signal.number);
  EXPECT_EQ(numbers, (std::vector<int>{SIGUSR1, SIGTERM}));
}

/// The kernel's own view, without what the C library leaves out.
std::uint64_t kernel_mask() {
  std::uint64_t mask = 0;
  ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, nullptr, &mask, sizeof mask);
  return mask;
}

constexpr std::uint64_t bit(int signal) {
  return std::uint64_t{1} << static_cast<unsigned>(signal - 1);
}

TEST_F(Signals, TheQueueBlocksFaultsAndTheLibrarysOwnToo) {
  SignalQueue queue;
  queue.block_all();
  EXPECT_EQ(kernel_mask(), ~(bit(SIGKILL) | bit(SIGSTOP)));
}

TEST_F(Signals, TheQueueKeepsTheFormerMaskToTheLastBit) {
  const std::uint64_t odd = bit(SIGUSR2) | bit(SIGSEGV) | bit(32) | bit(33) | bit(34) | bit(64);
  ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &odd, nullptr, sizeof odd);
  SignalQueue queue;
  const CallersSignals callers = queue.block_all();
  EXPECT_EQ(std::memcmp(&callers.mask, &odd, sizeof odd), 0);
  EXPECT_FALSE(callers.child_ignored);
}

TEST_F(Signals, TheQueueSaysThatSigchldWasIgnored) {
  ::signal(SIGCHLD, SIG_IGN);
  SignalQueue queue;
  EXPECT_TRUE(queue.block_all().child_ignored);
  struct sigaction now {};
  ::sigaction(SIGCHLD, nullptr, &now);
  EXPECT_EQ(now.sa_handler, SIG_DFL);
}

TEST_F(Signals, TheQueueGivesEachSignalThatCanBeSent) {
  SignalQueue queue;
  queue.block_all();
  for (int number = 1; number <= 64; ++number) {
    if (number == SIGKILL || number == SIGSTOP) continue;
    ASSERT_EQ(::syscall(SYS_kill, ::getpid(), number), 0);
    const ReceivedSignal signal = queue.take(seconds(5));
    EXPECT_EQ(signal.number, number);
    EXPECT_EQ(signal.sender, ::getpid());
  }
  EXPECT_EQ(queue.take(0).number, 0);
}

TEST_F(Signals, AFloodOfOneNeverStarvesAnother) {
  SignalQueue queue;
  queue.block_all();
  // Lower numbers come first, faults before all: each time one is taken another waits already.
  for (const int flood : {SIGHUP, SIGSYS, SIGSEGV, 40}) {
    ::syscall(SYS_kill, ::getpid(), flood);
    ::syscall(SYS_kill, ::getpid(), SIGTERM);
    int given = 0;
    for (; given < 10; ++given) {
      const ReceivedSignal signal = queue.take(0);
      if (signal.number == SIGTERM) break;
      ::syscall(SYS_kill, ::getpid(), flood);
    }
    EXPECT_LT(given, 2) << "flood of " << flood;
    while (queue.take(0).number != 0) {
    }
  }
}

TEST_F(Signals, TheQueueWaitsNoLongerThanItIsTold) {
  SignalQueue queue;
  queue.block_all();
  EXPECT_EQ(queue.take(milliseconds(5)).number, 0);
}

TEST_F(Signals, ItsDescriptorIsReadableAsLongAsOneWaits) {
  SignalQueue queue;
  queue.block_all();
  const auto fd = open_signal_fd();
  ASSERT_TRUE(fd);
  pollfd input{fd->get(), POLLIN, 0};
  EXPECT_EQ(::poll(&input, 1, 0), 0);
  ::kill(::getpid(), SIGUSR1);
  EXPECT_EQ(::poll(&input, 1, 0), 1);
  EXPECT_EQ(queue.take(0).number, SIGUSR1);
  EXPECT_EQ(::poll(&input, 1, 0), 0);
}

}  // namespace
}  // namespace sup
