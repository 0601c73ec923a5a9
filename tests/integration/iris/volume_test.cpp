// The data on a file system of its own, which then misbehaves: what the probes say, and that
// neither they nor the agent hang with it.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "tests/integration/iris/volume.h"

namespace testing_support {
namespace {

TEST_F(IrisVolume, UnderAFrozenFileSystemTheProbesAnswerAtOnceAndNothingOfOursHangs) {
  container_.set("IRIS_INIT_HEALTH_DATA_TIMEOUT", "3s");
  Program init = container_.start_up();
  const pid_t agent = agent_of(init);
  ASSERT_NE(agent, 0);
  FrozenFileSystem frozen{seen_from_outside(init)};
  ASSERT_TRUE(frozen.frozen());

  // From the first moment on: before it is noticed, while it is, and afterwards.
  std::vector<double> milliseconds;
  std::string states;  // of the agent and PID 1
  const auto ask = [&](const char* what, int expected) {
    const auto began = std::chrono::steady_clock::now();
    const int status = IrisContainer::probe(what);
    milliseconds.push_back(
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began)
            .count());
    states += state_of(agent);
    states += state_of(init.pid());
    if (expected != 0) {
      EXPECT_EQ(status, expected) << what;
    }
  };
  const auto noticed = [&] {
    ask("livez", 200);
    ask("readyz", 0);
    init.pump();
    return !init.events("data.trouble").empty();
  };
  ASSERT_TRUE(wait_until(noticed, within(20s))) << init.log();
  const std::string trouble = init.events("data.trouble").front().value("msg", "");
  EXPECT_NE(trouble.find("is stuck"), std::string::npos) << trouble;
  expect_alive_but_not_ready("stuck");
  for (int i = 0; i < 100; ++i) {
    ask("metrics", 200);
    ask("livez", 200);
    ask("readyz", 503);
  }
  std::sort(milliseconds.begin(), milliseconds.end());
  std::printf("%zu probes under a frozen file system: median %.2f ms, slowest %.2f ms\n",
              milliseconds.size(), milliseconds.at(milliseconds.size() / 2), milliseconds.back());
  EXPECT_EQ(states.find('D'), std::string::npos);  // they never waited for the disk
  init.pump();
  EXPECT_TRUE(init.events("agent.silent").empty()) << init.log();
  EXPECT_TRUE(init.events("agent.died").empty()) << init.log();

  frozen.thaw();
  expect_well_again(init);
  EXPECT_EQ(agent_of(init), agent);
}

TEST_F(IrisVolume, AFullFileSystemIsNotReadyUntilThereIsRoomAgain) {
  Program init = container_.start_up();
  const std::string filler = seen_from_outside(init) + "/filler";
  {
    const sup::UniqueFd file{::open(filler.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)};
    ASSERT_TRUE(file);
    for (off_t end = 0; ::fallocate(file.get(), 0, end, 1 << 20) == 0; end += 1 << 20) {
    }
  }
  ASSERT_TRUE(init.wait_for_event("data.trouble", within(20s))) << init.log();
  expect_alive_but_not_ready("full");
  std::filesystem::remove(filler);
  expect_well_again(init);
}

TEST_F(IrisVolume, AfterAnErrorThatLeavesItReadOnlyTheEventSaysWhatToDo) {
  Program init = container_.start_up();
  const std::string name = std::filesystem::path{device(init)}.filename().string();
  std::ofstream trigger{"/sys/fs/ext4/" + name + "/trigger_fs_error"};
  trigger << "1" << std::flush;
  if (!trigger) GTEST_SKIP() << "this kernel cannot make an ext4 report an error";
  const auto trouble = init.wait_for_event("data.trouble", within(20s));
  ASSERT_TRUE(trouble) << init.log();
  EXPECT_NE(trouble->value("msg", "").find("delete the pod"), std::string::npos) << trouble->dump();
  expect_alive_but_not_ready("read-only");

  if (IrisContainer::has_fact("main_outlives_iris", "ends")) return;  // then so does the container

  // IRIS that dies of it is not restarted: that could not succeed, nor could another container.
  for (const pid_t pid : descendants_named(init.pid(), "irisdb"))
    ::kill(pid, SIGKILL);
  const auto blocked = init.wait_for_event("iris.blocked", within(20s));
  ASSERT_TRUE(blocked) << init.log();
  EXPECT_NE(blocked->value("msg", "").find("delete the pod"), std::string::npos) << blocked->dump();
  EXPECT_EQ(http_wait_for(IrisContainer::port, "/readyz", 503, within(5s)).status, 503);
  EXPECT_EQ(IrisContainer::probe("livez"), 200);
  EXPECT_NE(why_not_ready().find("delete the pod"), std::string::npos) << why_not_ready();
  EXPECT_EQ(container_.irisctl(init, {"restart"}).code, 3);
  init.pump();
  EXPECT_TRUE(init.events("command.started").empty()) << init.log();
}

TEST_F(IrisVolume, ReadOnlyForAWhileItWaitsAndComesUpOnceItCanBeWritten) {
  container_.main_outlives_iris();
  Program init = container_.start_up();
  // Held, so that nobody opens a file of it before it is read-only.
  ASSERT_EQ(container_.irisctl(init, {"hold", "x"}).code, 0);
  for (const pid_t pid : descendants_named(init.pid(), "irisdb"))
    ::kill(pid, SIGKILL);
  const auto remount = [&](const char* how) {
    return container_.exec(init, {"mount", "-o", how, data()}).code == 0;
  };
  ASSERT_TRUE(wait_until([&] { return remount("remount,ro"); }, within(20s)));
  ASSERT_TRUE(init.wait_for_event("data.trouble", within(20s))) << init.log();
  ASSERT_EQ(container_.irisctl(init, {"release"}).code, 0);
  ASSERT_TRUE(init.wait_for_event("iris.blocked", within(20s))) << init.log();
  EXPECT_EQ(IrisContainer::probe("livez"), 200);
  EXPECT_EQ(IrisContainer::probe("readyz"), 503);
  init.pump();
  EXPECT_TRUE(init.events("iris.restarting").empty()) << init.log();
  ASSERT_TRUE(remount("remount,rw"));
  expect_well_again(init);
}

}  // namespace
}  // namespace testing_support
