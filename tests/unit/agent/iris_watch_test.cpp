// The end of a watched process is told when it has ended, and only then.
#include "supervisor/agent/iris_watch.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <memory>
#include <string>

#include "supervisor/os/clock.h"
#include "tests/integration/harness/temp_dir.h"
#include "tests/unit/os/child.h"

namespace sup {
namespace {

namespace asio = boost::asio;
using testing_support::Child;
using testing_support::make_pipe;
using testing_support::Pipe;

StateRecord up_with(pid_t pid) {
  ProcessInfo info;
  EXPECT_TRUE(read_process(pid, info));
  StateRecord up;
  up.processes = {{pid, info.started}};
  up.by_locks = true;
  return up;
}

/// What IRIS's processes look like: by name, and by the lock of one section of a file.
class Irisdb : public Child {
 public:
  Irisdb() : Child{[] { ::prctl(PR_SET_NAME, "irisdb"); }} {}
  Irisdb(const std::string& file, off_t section)
      : Child{[&file, section] {
          ::prctl(PR_SET_NAME, "irisdb");
          const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
          struct flock lock {};
          lock.l_type = F_WRLCK;
          lock.l_start = section;
          lock.l_len = 1;
          ::fcntl(fd, F_SETLK, &lock);
        }} {}
};

/// The clock that tells the start of a process has few ticks.
void await_next_tick() {
  const std::int64_t now = ticks_now();
  while (ticks_now() == now) {
  }
}

class IrisWatchTest : public testing::Test {
 protected:
  void await_death() {
    while (deaths_ == 0)
      io_.run_one();
  }

  asio::io_context io_;
  int deaths_ = 0;
  IrisWatch watch_{io_, ::getpid(), [this] { ++deaths_; }};
};

TEST_F(IrisWatchTest, TellsTheEndOfAWatchedProcess) {
  Child child{[] {}};
  watch_.adopt(up_with(child.pid()));
  io_.poll();
  EXPECT_FALSE(watch_.somebody_died());
  child.end();
  await_death();
  EXPECT_TRUE(watch_.somebody_died());
}

/// Two descriptors are ready at once, and what the first is good for closes the second and begins
/// to watch: Asio gives the watched one what was meant for the second.
TEST_F(IrisWatchTest, IsNotFooledByWhatWasMeantForAnother) {
  Child child{[] {}};
  Pipe first_pipe = make_pipe();
  Pipe second_pipe = make_pipe();
  asio::posix::stream_descriptor first{io_, first_pipe.reader.release()};
  auto second = std::make_unique<asio::posix::stream_descriptor>(io_, second_pipe.reader.release());
  first.async_wait(asio::posix::stream_descriptor::wait_read, [&](auto) {
    second.reset();
    watch_.adopt(up_with(child.pid()));
  });
  second->async_wait(asio::posix::stream_descriptor::wait_read, [](auto) {});
  ASSERT_EQ(::write(first_pipe.writer.get(), "x", 1), 1);
  ASSERT_EQ(::write(second_pipe.writer.get(), "x", 1), 1);
  io_.poll();
  EXPECT_EQ(second, nullptr);
  EXPECT_FALSE(watch_.somebody_died()) << watch_.death();
  child.end();
  await_death();
  EXPECT_TRUE(watch_.somebody_died());
}

TEST_F(IrisWatchTest, IsNotFooledByAWantOfDescriptors) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the sanitizer itself needs descriptors";
#endif
  Child child{[] {}};
  const StateRecord up = up_with(child.pid());
  const asio::posix::stream_descriptor any{io_};  // the loop has its own descriptors now
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{0, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  watch_.adopt(up);
  ::setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_FALSE(watch_.somebody_died()) << watch_.death();
  child.end();
  await_death();
  EXPECT_TRUE(watch_.somebody_died());
}

TEST_F(IrisWatchTest, ANewControlProcessWithItsDaemonIsANewIris) {
  const ::testing_support::TempDir dir;
  Irisdb control{dir / "ilock", 0};
  Irisdb daemon{dir / "ilock", 1};
  ASSERT_TRUE(watch_.look(0).any_alive);
  const StateRecord up = watch_.adopt();
  EXPECT_TRUE(up.by_locks);
  EXPECT_EQ(up.processes.size(), 2U);
  await_next_tick();
  const Irisdb user{dir / "a file of its own", 0};
  control.end();
  EXPECT_FALSE(watch_.was_replaced());
  daemon.end();
  await_death();
  EXPECT_FALSE(watch_.was_replaced());
  const Irisdb new_control{dir / "ilock", 0};
  EXPECT_FALSE(watch_.was_replaced());
  const Irisdb new_daemon{dir / "ilock", 1};
  EXPECT_TRUE(watch_.was_replaced());
}

TEST_F(IrisWatchTest, WithoutLocksANewIrisIsOneThatStartedSince) {
  Irisdb control;
  Irisdb daemon;
  ASSERT_TRUE(watch_.look(0).any_alive);
  EXPECT_FALSE(watch_.adopt().by_locks);
  await_next_tick();
  control.end();
  await_death();
  EXPECT_FALSE(watch_.was_replaced());
  const Irisdb user;
  EXPECT_FALSE(watch_.was_replaced());
  daemon.end();
  const Irisdb new_control;
  EXPECT_TRUE(watch_.was_replaced());
}

}  // namespace
}  // namespace sup
