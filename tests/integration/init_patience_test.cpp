// What takes long, with every build of PID 1 at once: an agent that dies, is silent, or is stuck.
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "tests/integration/companions.h"
#include "tests/integration/harness/http_client.h"

namespace testing_support {
namespace {

class InitAgents : public ::testing::Test {
 protected:
  void SetUp() override { SKIP_WITHOUT_NAMESPACES(); }
  /// Starts them all and waits until their main programs run.
  void start(const std::string& agent) {
    for (const InitBuild& build : init_builds()) {
      companions_.push_back(std::make_unique<Companions>());
      inits_.push_back(Program::as_pid1(companions_.back()->launch(build.path, "exit:0", agent)));
    }
    for (Program& init : inits_)
      ASSERT_TRUE(init.wait_for_output("main runs\n", within(20s))) << init.log();
  }
  std::vector<Program>& inits() { return inits_; }

 private:
  std::vector<std::unique_ptr<Companions>> companions_;
  std::vector<Program> inits_;
};

TEST_F(InitAgents, AreBackTenTimesWhenKilledTenTimesAndMainStays) {
  ASSERT_NO_FATAL_FAILURE(start(""));
  std::vector<pid_t> mains;
  for (const Program& init : inits())
    mains.push_back(await_one(init, "main"));
  for (int death = 1; death <= 10; ++death) {
    for (Program& init : inits()) {
      SCOPED_TRACE(death);
      const pid_t agent = await_one(init, "iris-agent");
      ASSERT_NE(agent, 0) << init.log();
      // Between its name and its arguments an exec lets the world look.
      auto words = command_line(agent);
      EXPECT_TRUE(wait_until(
          [&] {
            words = command_line(agent);
            return !words.empty();
          },
          within(5s)));
      // Five deaths within a minute: without what could be the cause.
      EXPECT_EQ(std::count(words.begin(), words.end(), "--safe"), death > 5 ? 1 : 0);
      ::kill(agent, SIGKILL);
      const auto event = init.wait_for_event("agent.died", within(20s));
      ASSERT_TRUE(event) << init.log();
      EXPECT_EQ(event->value("status", 0), SIGKILL);
    }
  }
  for (std::size_t i = 0; i < inits().size(); ++i) {
    EXPECT_NE(await_one(inits()[i], "iris-agent"), 0);
    EXPECT_EQ(await_one(inits()[i], "main"), mains[i]);
    EXPECT_TRUE(inits()[i].events("main.ended").empty());
    expect_json_lines(inits()[i]);
  }
}

TEST_F(InitAgents, AreEndedAndReplacedWhenSilent) {
  ASSERT_NO_FATAL_FAILURE(start("silent"));
  for (Program& init : inits()) {
    ASSERT_TRUE(init.wait_for_event("agent.silent", within(30s))) << init.log();
    const auto died = init.wait_for_event("agent.died", within(10s));
    ASSERT_TRUE(died) << init.log();
    EXPECT_EQ(died->value("status", 0), SIGKILL);  // it did not heed SIGTERM
    EXPECT_NE(await_one(init, "iris-agent"), 0);
    EXPECT_TRUE(init.events("main.ended").empty());
  }
}

/// Gives a frozen file system back, so that whoever hangs on it can end: also when a test fails.
/// It is opened while PID 1 lives: afterwards no path leads there, and nothing there would end.
class Thaw {
 public:
  Thaw(const Program& init, const std::string& mount_point)
      : root_{::open(("/proc/" + std::to_string(init.pid()) + "/root" + mount_point).c_str(),
                     O_RDONLY | O_DIRECTORY | O_CLOEXEC)} {}
  Thaw(const Thaw&) = delete;
  Thaw& operator=(const Thaw&) = delete;
  ~Thaw() { now(); }
  void now() const { ::ioctl(root_.get(), FITHAW, 0); }

 private:
  sup::UniqueFd root_;
};

class StuckAgent : public InitCase {
 protected:
  void SetUp() override {
    InitCase::SetUp();
    if (IsSkipped()) return;
    if (::geteuid() != 0 || ::access("/dev/loop-control", R_OK | W_OK) != 0)
      GTEST_SKIP() << "a file system to freeze needs root and loop devices";
    if (::access("/usr/sbin/mkfs.ext4", X_OK) != 0)
      GTEST_SKIP() << "no /usr/sbin/mkfs.ext4 here (package e2fsprogs)";
    std::filesystem::create_directory(mount_point());
  }
  [[nodiscard]] std::string image() const { return companions_.dir() / "image"; }
  [[nodiscard]] std::string mount_point() const { return companions_.dir() / "volume"; }
  /// PID 1 is a shell first, which makes the file system and mounts it.
  [[nodiscard]] Launch launch(const std::string& agent) const {
    Launch launch = companions_.launch(GetParam().path, "exit:0", agent);
    const char* mounting =
        "truncate -s 8M \"$0\" && mkfs.ext4 -q \"$0\" && mount -o loop \"$0\" \"$1\" && shift && "
        "exec \"$@\"";
    launch.argv.insert(launch.argv.begin(), {"sh", "-c", mounting, image(), mount_point()});
    return launch;
  }

 private:
  Companions companions_;
};
INSTANTIATE_TEST_SUITE_P(, StuckAgent, ::testing::ValuesIn(released_build()), name_of_build);

TEST_P(StuckAgent, IsNamedAndReplacedAndTheProbesAnswerAgain) {
  constexpr int port = 18'009;
  Program init = Program::as_pid1(launch("stuck:18009:" + mount_point()));
  ASSERT_TRUE(init.wait_for_output("stuck ", within(20s))) << init.log() << init.out();
  const Thaw thaw{init, mount_point()};
  const auto stuck = init.wait_for_event("agent.stuck", within(50s));
  ASSERT_TRUE(stuck) << init.log();
  EXPECT_EQ(stuck->value("name", ""), "iris-agent");
  EXPECT_EQ(stuck->value("state", ""), "D");
  EXPECT_NE(stuck->value("wchan", ""), "");
  EXPECT_NE(init.out().find("stuck " + std::to_string(stuck->value("pid", 0)) + "\n"),
            std::string::npos);

  // The second one has the first one's socket: not one connection is lost between the two.
  for (int probe = 0; probe < 20; ++probe) {
    const HttpAnswer answer = http_get(port, "/livez", within(10s));
    ASSERT_EQ(answer.status, 200);
    EXPECT_NE(answer.body, std::to_string(stuck->value("pid", 0)));
  }
  EXPECT_TRUE(init.events("main.ended").empty());

  thaw.now();
  EXPECT_TRUE(init.wait_for_event("agent.unstuck", within(20s))) << init.log();
  init.signal(SIGTERM);
  EXPECT_EQ(init.wait_code(within(20s)), 0) << init.log();
}

TEST_P(StuckAgent, DoesNotKeepAStopFromEndingButForTheKernel) {
  Program init = Program::as_pid1(launch("stuck:18011:" + mount_point()));
  ASSERT_TRUE(init.wait_for_output("stuck ", within(20s))) << init.log() << init.out();
  const Thaw thaw{init, mount_point()};
  init.signal(SIGTERM);
  ASSERT_TRUE(init.wait_for_event("init.leaving", within(20s))) << init.log();
  thaw.now();  // a PID namespace ends with the last process in it
  EXPECT_EQ(init.wait_code(within(20s)), 0) << init.log();
}

}  // namespace
}  // namespace testing_support
