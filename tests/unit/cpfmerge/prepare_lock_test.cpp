// cpfmerge prepare: the data lock, what PID 1 is told, and left-over shared memory.
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/socket.h>

#include <functional>

#include "supervisor/base/unique_fd.h"
#include "supervisor/link/prepare_report.h"
#include "tests/unit/cpfmerge/program.h"

namespace cpf {
namespace {

class PrepareLock : public ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    std::array<int, 2> ends{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()), 0);
    ours.reset(ends[0]);
    theirs.reset(ends[1]);
  }
  [[nodiscard]] sup::UniqueFd lock_data() const {
    sup::UniqueFd fd{::open((root / "data").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    EXPECT_EQ(::flock(fd.get(), LOCK_EX | LOCK_NB), 0);
    return fd;
  }
  pid_t start_reporting() {
    const pid_t pid = start({"prepare", "--report-fd", "3"}, {}, theirs.get());
    theirs.reset();
    return pid;
  }
  /// The next report; `open` is false when the program has closed its end.
  [[nodiscard]] sup::ReceivedReport next_report() const {
    pollfd readable{ours.get(), POLLIN, 0};
    EXPECT_EQ(::poll(&readable, 1, 10'000), 1);
    auto report = sup::receive_report(ours.get());
    EXPECT_TRUE(report) << report.error();
    return std::move(*report);
  }

  sup::UniqueFd ours;
  sup::UniqueFd theirs;
};

TEST_F(PrepareLock, WhereIrisWordsOfTheStartBeginIsNotedUnderTheLock) {
  EXPECT_EQ(prepare().code, 0);
  EXPECT_EQ(contents(root / "run/messages.size"), "0\n");
  make_instance();
  write(root / "data/mgr/messages.log", "of an earlier start\n");
  EXPECT_EQ(prepare().code, 0);
  EXPECT_EQ(contents(root / "run/messages.size"), "20\n");
}

TEST_F(PrepareLock, TheLockGoesToPid1AndOutlivesTheStep) {
  const pid_t pid = start_reporting();
  EXPECT_EQ(next_report().report.stage, sup::PrepareStage::started);
  const auto locked = next_report();
  EXPECT_EQ(locked.report.stage, sup::PrepareStage::locked);
  ASSERT_TRUE(locked.passed);
  const auto done = next_report();
  EXPECT_EQ(done.report.stage, sup::PrepareStage::done);
  EXPECT_EQ(done.report.merge_file, 1U);
  EXPECT_FALSE(next_report().open);
  EXPECT_EQ(finish(pid).code, 0);
  const sup::UniqueFd other{::open((root / "data").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  EXPECT_NE(::flock(other.get(), LOCK_EX | LOCK_NB), 0) << "the passed descriptor holds it";
}

TEST_F(PrepareLock, WaitsForAnotherContainerAndGivesUpWhenTheWaitIsOver) {
  const auto held = lock_data();
  environment["IRIS_INIT_MERGE_DATA_WAIT"] = "1s";
  const pid_t pid = start_reporting();
  EXPECT_EQ(next_report().report.stage, sup::PrepareStage::started);
  EXPECT_EQ(next_report().report.stage, sup::PrepareStage::waiting_for_data);
  EXPECT_FALSE(next_report().open);
  const Ended ended = finish(pid);
  EXPECT_EQ(ended.code, 75);
  EXPECT_TRUE(has(ended.err, "waiting for"));
  EXPECT_TRUE(fs::is_empty(root / "run"));
}

TEST_F(PrepareLock, GoesOnAsSoonAsTheOtherContainerLetsGo) {
  auto held = lock_data();
  const pid_t pid = start_reporting();
  EXPECT_EQ(next_report().report.stage, sup::PrepareStage::started);
  EXPECT_EQ(next_report().report.stage, sup::PrepareStage::waiting_for_data);
  held.reset();
  EXPECT_EQ(next_report().report.stage, sup::PrepareStage::locked);
  EXPECT_EQ(finish(pid).code, 0);
}

TEST_F(PrepareLock, SigtermEndsTheWait) {
  const auto held = lock_data();
  const pid_t pid = start_reporting();
  EXPECT_EQ(next_report().report.stage, sup::PrepareStage::started);
  EXPECT_EQ(next_report().report.stage, sup::PrepareStage::waiting_for_data);
  ::kill(pid, SIGTERM);
  EXPECT_EQ(finish(pid).code, 128 + SIGTERM);
}

TEST_F(PrepareLock, WithoutADataDirectoryThereIsNothingToLock) {
  environment.erase("ISC_DATA_DIRECTORY");
  environment["ISC_PACKAGE_INSTALLDIR"] = root / "install";
  const pid_t pid = start_reporting();
  EXPECT_EQ(next_report().report.stage, sup::PrepareStage::started);
  EXPECT_EQ(next_report().report.stage, sup::PrepareStage::done);
  EXPECT_EQ(finish(pid).code, 0);
}

TEST_F(PrepareLock, WithoutSourcesPid1HearsThatThereIsNoFile) {
  make_instance();
  environment.erase("IRIS_INIT_MERGE_PASSWORD_FILE");
  const pid_t pid = start_reporting();
  EXPECT_EQ(next_report().report.stage, sup::PrepareStage::started);
  EXPECT_EQ(next_report().report.stage, sup::PrepareStage::locked);
  const auto done = next_report();
  EXPECT_EQ(done.report.stage, sup::PrepareStage::done);
  EXPECT_EQ(done.report.merge_file, 0U);
  EXPECT_EQ(finish(pid).code, 0);
}

/// In IPC and PID namespaces of its own: nobody else's shared memory, nobody else's irisdb.
class LeftOvers : public ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    if (::geteuid() != 0) GTEST_SKIP() << "needs root: a namespace of its own for shared memory";
    before = {"unshare", "--pid", "--fork", "--mount-proc"};
    if (run({"--version"}).code != 0 || ::unshare(CLONE_NEWIPC) != 0)
      GTEST_SKIP() << "no new IPC and PID namespaces here";
    segment = ::shmget(IPC_PRIVATE, 8192, IPC_CREAT | 0600);
    ASSERT_GE(segment, 0);
  }
  [[nodiscard]] bool is_there() const {
    shmid_ds info{};
    return ::shmctl(segment, IPC_STAT, &info) == 0;
  }
  int segment = -1;
};

TEST_F(LeftOvers, OrphanedSharedMemoryGoes) {
  environment["IRIS_INIT_MERGE_IPC_CLEANUP"] = "on";
  const Ended ended = prepare();
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_TRUE(has(ended.err, "prepare.swept"));
  EXPECT_FALSE(is_there());
}

TEST_F(LeftOvers, OrphanedSharedMemoryIsOnlyReportedWhenAskedTo) {
  const Ended ended = prepare();
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_TRUE(has(ended.err, "prepare.swept"));
  EXPECT_TRUE(is_there());
}

TEST_F(LeftOvers, SharedMemoryThatIsInUseStays) {
  environment["IRIS_INIT_MERGE_IPC_CLEANUP"] = "on";
  void* const attached = ::shmat(segment, nullptr, 0);
  EXPECT_EQ(prepare().code, 0);
  EXPECT_TRUE(is_there());
  ::shmdt(attached);
}

TEST_F(LeftOvers, NothingIsTouchedWhileAnIrisdbLives) {
  environment["IRIS_INIT_MERGE_IPC_CLEANUP"] = "on";
  fs::copy_file("/bin/sleep", root / "irisdb");
  before = {"unshare",
            "--pid",
            "--fork",
            "--mount-proc",
            "sh",
            "-c",
            "'" + (root / "irisdb").string() +
                "' 30 & until grep -q irisdb /proc/$!/comm; do :; done; "
                "\"$@\"; code=$?; kill $!; exit $code",
            "sh"};
  const Ended ended = prepare();
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_TRUE(has(ended.err, "prepare.irisdb_alive"));
  EXPECT_TRUE(is_there());
}

/// What a process of a killed predecessor, stuck in the kernel, still holds.
class IrisLock : public PrepareLock {
 protected:
  void SetUp() override {
    PrepareLock::SetUp();
    make_instance();
    write(root / "data/mgr/ilock", "");
    ilock.reset(::open((root / "data/mgr/ilock").c_str(), O_RDWR | O_CLOEXEC));
  }
  void expect_waiting_until(const std::function<void()>& release) {
    const pid_t pid = start_reporting();
    EXPECT_EQ(next_report().report.stage, sup::PrepareStage::started);
    EXPECT_EQ(next_report().report.stage, sup::PrepareStage::locked);
    EXPECT_EQ(next_report().report.stage, sup::PrepareStage::waiting_for_data);
    release();
    EXPECT_EQ(next_report().report.stage, sup::PrepareStage::done);
    const Ended ended = finish(pid);
    EXPECT_EQ(ended.code, 0);
    EXPECT_TRUE(has(ended.err, "still holds '" + (root / "data/mgr/ilock").string() + "'"));
  }
  sup::UniqueFd ilock;
};

TEST_F(IrisLock, IsWaitedForWhenItIsOneOfAProcess) {
  struct flock part {};
  part.l_type = F_WRLCK;
  part.l_whence = SEEK_SET;
  part.l_start = 8;
  part.l_len = 1;
  ASSERT_EQ(::fcntl(ilock.get(), F_SETLK, &part), 0);
  expect_waiting_until([&] { ilock.reset(); });
}

TEST_F(IrisLock, IsWaitedForWhenItIsOneOfAnOpenFile) {
  ASSERT_EQ(::flock(ilock.get(), LOCK_EX), 0);
  expect_waiting_until([&] { ilock.reset(); });
}

TEST_F(IrisLock, ThatIsNeverReleasedEndsTheWait) {
  ASSERT_EQ(::flock(ilock.get(), LOCK_EX), 0);
  environment["IRIS_INIT_MERGE_DATA_WAIT"] = "300ms";
  const Ended ended = prepare();
  EXPECT_EQ(ended.code, 75);
  EXPECT_TRUE(has(ended.err, "not to be seen from here"));
}

}  // namespace
}  // namespace cpf
