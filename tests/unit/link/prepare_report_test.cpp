#include "supervisor/link/prepare_report.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <string>

namespace sup {
namespace {

struct Link {
  UniqueFd init;
  UniqueFd cpfmerge;
};

Link make_link() {
  std::array<int, 2> ends{-1, -1};
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()), 0);
  return {UniqueFd{ends[0]}, UniqueFd{ends[1]}};
}

TEST(PrepareReport, ArrivesInOrderOneByOne) {
  const Link link = make_link();
  ASSERT_TRUE(send_report(link.cpfmerge.get(), {.stage = PrepareStage::waiting_for_data}));
  ASSERT_TRUE(send_report(link.cpfmerge.get(), {.stage = PrepareStage::done, .merge_file = 1}));
  auto first = receive_report(link.init.get());
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->open);
  EXPECT_EQ(first->report.stage, PrepareStage::waiting_for_data);
  EXPECT_FALSE(first->passed);
  auto second = receive_report(link.init.get());
  ASSERT_TRUE(second);
  EXPECT_EQ(second->report.stage, PrepareStage::done);
  EXPECT_EQ(second->report.merge_file, 1U);
}

TEST(PrepareReport, NothingThereIsEagain) {
  const Link link = make_link();
  const auto received = receive_report(link.init.get());
  EXPECT_FALSE(received);
  EXPECT_EQ(received.error(), EAGAIN);
}

TEST(PrepareReport, AClosedEndIsNotOpen) {
  Link link = make_link();
  ASSERT_TRUE(send_report(link.cpfmerge.get(), {.stage = PrepareStage::done}));
  link.cpfmerge.reset();
  EXPECT_TRUE(receive_report(link.init.get())->open);  // what was said last is still heard
  const auto received = receive_report(link.init.get());
  ASSERT_TRUE(received);
  EXPECT_FALSE(received->open);
}

TEST(PrepareReport, AForeignSizeOrVersionIsAProtocolError) {
  const Link link = make_link();
  ASSERT_EQ(::send(link.cpfmerge.get(), "hello", 5, 0), 5);
  EXPECT_EQ(receive_report(link.init.get()).error(), EPROTO);
  PrepareReport foreign;
  foreign.version = PrepareReport::current_version + 1;
  ASSERT_TRUE(send_report(link.cpfmerge.get(), foreign));
  EXPECT_EQ(receive_report(link.init.get()).error(), EPROTO);
}

TEST(PrepareReport, TheLockChangesHandsWithItsDescriptor) {
  const Link link = make_link();
  std::string directory = "/tmp/prepare_report_test.XXXXXX";
  ASSERT_NE(::mkdtemp(directory.data()), nullptr);
  const auto open_it = [&] {
    return UniqueFd{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  };
  UniqueFd lock = open_it();
  const UniqueFd rival = open_it();
  ASSERT_EQ(::rmdir(directory.c_str()), 0);
  ASSERT_EQ(::flock(lock.get(), LOCK_EX | LOCK_NB), 0);
  ASSERT_TRUE(send_report(link.cpfmerge.get(), {.stage = PrepareStage::locked}, lock.get()));
  EXPECT_NE(::fcntl(lock.get(), F_GETFD), -1);  // the sender keeps its own

  auto received = receive_report(link.init.get());
  ASSERT_TRUE(received);
  ASSERT_TRUE(received->passed);
  EXPECT_NE(received->passed.get(), lock.get());
  EXPECT_EQ(::fcntl(received->passed.get(), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
  struct stat sent {};
  struct stat got {};
  ASSERT_EQ(::fstat(lock.get(), &sent), 0);
  ASSERT_EQ(::fstat(received->passed.get(), &got), 0);
  EXPECT_EQ(sent.st_ino, got.st_ino);

  lock.reset();
  EXPECT_EQ(::flock(rival.get(), LOCK_EX | LOCK_NB), -1);  // the receiver holds it on
  received->passed.reset();
  EXPECT_EQ(::flock(rival.get(), LOCK_EX | LOCK_NB), 0);
}

TEST(PrepareReport, ADescriptorIsNotLeakedByAForeignMessage) {
  const Link link = make_link();
  const UniqueFd probe_before{::dup(0)};
  PrepareReport foreign;
  foreign.version = 99;
  ASSERT_TRUE(send_report(link.cpfmerge.get(), foreign, link.init.get()));
  EXPECT_EQ(receive_report(link.init.get()).error(), EPROTO);
  const UniqueFd probe_after{::dup(0)};
  EXPECT_EQ(probe_after.get(), probe_before.get() + 1);
}

TEST(PrepareReport, SendingToAClosedEndIsAnErrorNotASignal) {
  Link link = make_link();
  link.init.reset();
  EXPECT_EQ(send_report(link.cpfmerge.get(), {}).error(), EPIPE);
}

}  // namespace
}  // namespace sup
