// iris-init with the IRIS parts on: a fake agent and a fake cpfmerge lie beside a copy of it.
#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>

#include "tests/integration/init_case.h"

namespace testing_support {
namespace {

/// A copy of PID 1 with its two companions in a directory of its own.
class Companions {
 public:
  /// The main program says that it runs and waits.
  [[nodiscard]] Launch launch(const std::string& init, const std::string& cpfmerge,
                              const std::string& agent = "") const {
    const std::string main =
        dir_.script("main", "trap 'exit 5' TERM\necho main runs\nwhile :; do sleep 0.05; done\n");
    Launch launch{{dir_.copy(init, "iris-init"), "--agent=on", "--stop-timeout=3s", "--run-dir",
                   run_dir(), "--", main, "--up", "true"}};
    dir_.copy(FAKE_AGENT, "iris-agent");
    dir_.copy(FAKE_CPFMERGE, "cpfmerge");
    launch.environment = {"FAKE_CPFMERGE=" + cpfmerge, "FAKE_AGENT=" + agent,
                          "NOTIFY_SOCKET=/run/notify", "ISC_CPF_MERGE_FILE=/users/own.cpf"};
    return launch;
  }
  [[nodiscard]] const TempDir& dir() const { return dir_; }
  [[nodiscard]] std::string run_dir() const { return dir_ / "run"; }

 private:
  TempDir dir_;
};

std::vector<std::string> command_line(pid_t pid) {
  std::ifstream file{"/proc/" + std::to_string(pid) + "/cmdline", std::ios::binary};
  const std::string all{std::istreambuf_iterator<char>{file}, {}};
  std::vector<std::string> words;
  for (std::size_t at = 0; at < all.size(); at += words.back().size() + 1)
    words.emplace_back(all.c_str() + at);
  return words;
}

/// What the descriptors of a process lead to.
std::vector<std::string> open_files(pid_t pid) {
  std::vector<std::string> found;
  for (const int fd : descriptors_of(pid)) {
    std::error_code error;
    const std::string link = "/proc/" + std::to_string(pid) + "/fd/" + std::to_string(fd);
    found.push_back(std::filesystem::read_symlink(link, error).string());
  }
  return found;
}

/// The only one of that name below PID 1, once it is there; 0 when it does not come.
pid_t await_one(const Program& init, const std::string& name) {
  std::vector<pid_t> found;
  const auto is_there = [&] {
    found = descendants_named(init.pid(), name);
    return found.size() == 1;
  };
  return wait_until(is_there, within(20s)) ? found[0] : 0;
}

class InitAgent : public InitCase {
 protected:
  [[nodiscard]] Launch launch(const std::string& cpfmerge, const std::string& agent = "") const {
    return companions_.launch(GetParam().path, cpfmerge, agent);
  }
  [[nodiscard]] const TempDir& dir() const { return companions_.dir(); }
  [[nodiscard]] std::string run_dir() const { return companions_.run_dir(); }

 private:
  Companions companions_;
};
INSTANTIATE_TEST_SUITE_P(, InitAgent, ::testing::ValuesIn(init_builds()), name_of_build);

TEST_P(InitAgent, ARefusalOfCpfmergeEndsTheContainerBeforeMainIsStarted) {
  struct Row {
    const char* cpfmerge;
    int code;
  };
  for (const Row& row : {Row{"exit:78", 78}, Row{"exit:75", 75}, Row{"exit:1", 78},
                         Row{"exit:124", 78}, Row{"kill:9", 78}}) {
    SCOPED_TRACE(row.cpfmerge);
    Program init = Program::as_pid1(launch(row.cpfmerge));
    EXPECT_EQ(init.wait_code(within(20s)), row.code) << init.log();
    EXPECT_EQ(init.out().find("main runs"), std::string::npos);
    EXPECT_EQ(init.events("prepare.refused").size(), 1U);
    EXPECT_TRUE(init.events("main.started").empty());
    expect_json_lines(init);
  }
}

TEST_P(InitAgent, MainGetsTheEffectiveMergeFileAndNoNotifySocket) {
  Program init = Program::as_pid1(launch("merge"));
  ASSERT_TRUE(init.wait_for_output("main runs\n", within(20s))) << init.log();
  const pid_t main = await_one(init, "main");
  EXPECT_EQ(environment_of(main, "ISC_CPF_MERGE_FILE"), run_dir() + "/merge.cpf");
  EXPECT_EQ(environment_of(main, "NOTIFY_SOCKET"), std::nullopt);
  const pid_t agent = await_one(init, "iris-agent");
  EXPECT_EQ(environment_of(agent, "NOTIFY_SOCKET"), "/run/notify");
  EXPECT_EQ(environment_of(agent, "ISC_CPF_MERGE_FILE"), "/users/own.cpf");
}

TEST_P(InitAgent, WithoutAMergeFileMainKeepsTheUsersOwn) {
  Program init = Program::as_pid1(launch("exit:0"));
  ASSERT_TRUE(init.wait_for_output("main runs\n", within(20s))) << init.log();
  EXPECT_EQ(environment_of(await_one(init, "main"), "ISC_CPF_MERGE_FILE"), "/users/own.cpf");
}

TEST_P(InitAgent, TheAgentIsToldWhatItNeeds) {
  Program init = Program::as_pid1(launch("exit:0"));
  ASSERT_TRUE(init.wait_for_output("main runs\n", within(20s))) << init.log();
  const pid_t agent = await_one(init, "iris-agent");
  EXPECT_EQ(
      command_line(agent),
      (std::vector<std::string>{"iris-agent", "--link-fd", "3", "--instance", "IRIS", "--run-dir",
                                run_dir(), "--", dir() / "main", "--up", "true"}));
  EXPECT_EQ(descriptors_of(agent), (std::vector<int>{0, 1, 2, 3}));
  for (const std::string& file : open_files(await_one(init, "main")))
    EXPECT_FALSE(file.starts_with("socket:")) << file;
}

TEST_P(InitAgent, TheLockIsHeldByPid1AndByNobodyElse) {
  const std::string data = dir() / "data";
  std::filesystem::create_directory(data);
  const sup::UniqueFd rival{::open(data.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  {
    Program init = Program::as_pid1(launch("lock:" + data));
    ASSERT_TRUE(init.wait_for_output("main runs\n", within(20s))) << init.log();
    EXPECT_EQ(::flock(rival.get(), LOCK_EX | LOCK_NB), -1);
    for (const pid_t pid : descendants_of(init.pid())) {
      for (const std::string& file : open_files(pid))
        EXPECT_NE(file, data) << "process " << pid;
    }
  }
  EXPECT_EQ(::flock(rival.get(), LOCK_EX | LOCK_NB), 0);
}

TEST_P(InitAgent, AStopIsAnnouncedAskedForAndEndsWithZero) {
  Program init = Program::as_pid1(launch("exit:0"));
  ASSERT_TRUE(init.wait_for_output("main runs\n", within(20s))) << init.log();
  init.signal(SIGTERM);
  EXPECT_EQ(init.wait_code(within(20s)), 0) << init.log();
  EXPECT_NE(init.out().find("phase 3 step 1\n"), std::string::npos) << init.out();
  const auto ended = init.events("main.ended");
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended[0].value("code", -1), 5);
  EXPECT_TRUE(init.events("agent.died").empty());
  expect_json_lines(init);
}

TEST_P(InitAgent, TheAgentCanEndTheContainerWithACode) {
  Program init = Program::as_pid1(launch("exit:0", "end:75"));
  EXPECT_EQ(init.wait_code(within(20s)), 75) << init.log();
  const auto begun = init.events("stop.begun");
  ASSERT_EQ(begun.size(), 1U);
  EXPECT_NE(begun[0].value("msg", "").find("end:75"), std::string::npos);
}

TEST_P(InitAgent, MainsOwnEndEndsTheContainerWithItsCode) {
  Launch starting = launch("exit:0");
  dir().script("main", "exit 42\n");
  Program init = Program::as_pid1(starting);
  EXPECT_EQ(init.wait_code(within(20s)), 42) << init.log();
}

TEST_P(InitAgent, AStopWhileCpfmergeWaitsForTheDataEndsIt) {
  Program init = Program::as_pid1(launch("wait"));
  ASSERT_TRUE(init.wait_for_output("waiting\n", within(20s))) << init.log();
  init.signal(SIGTERM);
  EXPECT_EQ(init.wait_code(within(20s)), 0) << init.log();
  EXPECT_EQ(init.out().find("main runs"), std::string::npos);
}

TEST_P(InitAgent, AStopWhileCpfmergeHangsKillsIt) {
  Program init = Program::as_pid1(launch("deaf"));
  ASSERT_TRUE(init.wait_for_output("waiting\n", within(20s))) << init.log();
  init.signal(SIGTERM);
  EXPECT_EQ(init.wait_code(within(20s)), 0) << init.log();
  EXPECT_EQ(init.events("prepare.silent").size(), 1U);
}

TEST_P(InitAgent, AMissingCpfmergeRefusesTheStart) {
  Launch starting = launch("exit:0");
  std::filesystem::remove(dir() / "cpfmerge");
  starting.environment.emplace_back("PATH=/nowhere");
  Program init = Program::as_pid1(starting);
  EXPECT_EQ(init.wait_code(within(20s)), 78) << init.log();
}

TEST_P(InitAgent, AnAgentThatIsNotThereDoesNotKeepMainFromRunning) {
  Launch starting = launch("exit:0");
  std::filesystem::remove(dir() / "iris-agent");
  Program init = Program::as_pid1(starting);
  EXPECT_TRUE(init.wait_for_output("main runs\n", within(20s))) << init.log();
  EXPECT_TRUE(init.wait_for_event("agent.died", within(20s)));
  init.signal(SIGTERM);
  EXPECT_EQ(init.wait_code(within(20s)), 0) << init.log();
}

/// What takes long, with every build of PID 1 at once.
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

}  // namespace
}  // namespace testing_support
