#include "supervisor/os/signals.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <vector>

namespace sup {
namespace {

/// Gives the test program its mask and SIGCHLD's meaning back.
class Signals : public ::testing::Test {
 protected:
  void SetUp() override {
    ::sigprocmask(SIG_SETMASK, nullptr, &mask_);
    ::sigaction(SIGCHLD, nullptr, &child_);
  }
  void TearDown() override {
    ::sigprocmask(SIG_SETMASK, &mask_, nullptr);
    ::sigaction(SIGCHLD, &child_, nullptr);
  }

 private:
  sigset_t mask_{};
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

}  // namespace
}  // namespace sup
