// iris-init with the IRIS parts on: a fake agent and a fake cpfmerge lie beside a copy of it.
#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <cstdlib>

#include "tests/integration/companions.h"
#include "tests/integration/harness/http_client.h"

namespace testing_support {
namespace {

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

std::ptrdiff_t open_sockets(pid_t pid) {
  const auto files = open_files(pid);
  return std::count_if(files.begin(), files.end(),
                       [](const std::string& file) { return file.starts_with("socket:"); });
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

TEST_P(InitAgent, TheAgentsLastWordCountsThoughItsDeathIsSeenFirst) {
  Program init = Program::as_pid1(launch("exit:0", "last:75"));
  ASSERT_TRUE(init.wait_for_output("main runs\n", within(20s))) << init.log();
  ASSERT_TRUE(init.wait_for_output("phase 2 step 0\n", within(20s))) << init.out();
  const pid_t agent = await_one(init, "iris-agent");
  ASSERT_NE(agent, 0);
  ::kill(init.pid(), SIGSTOP);  // word and death wait for it together
  ::kill(agent, SIGUSR1);
  EXPECT_TRUE(
      wait_until([&] { return status_field(agent, "State").starts_with("Z"); }, within(20s)));
  ::kill(init.pid(), SIGCONT);
  EXPECT_EQ(init.wait_code(within(20s)), 75) << init.log();
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

TEST_P(InitAgent, ARefusedForkAfterCpfmergeStartsMainLaterAndCpfmergeNotAgain) {
  if (::geteuid() != 0) GTEST_SKIP() << "becoming another user needs root";
  Launch starting = launch("until:" + dir() / "go");
  std::filesystem::permissions(dir().path(), std::filesystem::perms{0755});
  starting.environment.emplace_back("ASAN_OPTIONS=detect_leaks=0");  // it would need a process
  starting.before_exec = [] {
    const rlimit many{1000, 1000};
    ::setrlimit(RLIMIT_NPROC, &many);
    if (::setgid(crowded_user) != 0 || ::setuid(crowded_user) != 0) ::_exit(120);
  };
  Program init = Program::as_pid1(starting);
  ASSERT_TRUE(init.wait_for_output("waiting\n", within(20s))) << init.log();
  ASSERT_TRUE(limit_processes(init.pid(), 1));
  dir().write("go", "");
  ASSERT_TRUE(init.wait_for_event("start.delayed", within(20s))) << init.log();
  ASSERT_TRUE(limit_processes(init.pid(), 1000));
  ASSERT_TRUE(init.wait_for_output("main runs\n", within(20s))) << init.log();
  EXPECT_EQ(init.out().find("waiting"), init.out().rfind("waiting"));
}

TEST_P(InitAgent, AnOrphanedIrisdbIsReportedWithPidNameAndStatus) {
  const Launch starting = launch("exit:0");
  const std::string irisdb = dir().script("irisdb", "sleep 0.1; kill -9 $$\n");
  dir().script("main", "(" + irisdb + " &); echo main runs; exec sleep 1000\n");
  Program init = Program::as_pid1(starting);
  const auto ended = init.wait_for_event("irisdb.ended", within(20s));
  ASSERT_TRUE(ended) << init.log();
  EXPECT_GT(ended->value("pid", 0), 1);
  EXPECT_EQ(ended->value("name", ""), "irisdb");
  EXPECT_EQ(ended->value("status", 0), SIGKILL);
}

TEST_P(InitAgent, ThatIsKilledCostsNotOneProbe) {
  Launch starting = launch("exit:0");
  dir().copy(REAL_AGENT, "iris-agent");
  starting.environment.emplace_back("IRIS_INIT_HTTP_LISTEN=127.0.0.1:18008");
  Program init = Program::as_pid1(starting);
  ASSERT_EQ(http_wait_for(18'008, "/livez", 200, within(20s)).status, 200) << init.log();
  for (int death = 0; death < 3; ++death) {
    const pid_t agent = await_one(init, "iris-agent");
    ASSERT_NE(agent, 0) << init.log();
    // Once PID 1 has its socket, it is there whoever comes and goes.
    ASSERT_TRUE(wait_until([&] { return open_sockets(init.pid()) >= 2; }, within(20s)));
    ::kill(agent, SIGKILL);
    for (int probe = 0; probe < 5; ++probe)
      EXPECT_EQ(http_get(18'008, "/livez", within(20s)).status, 200) << init.log();
    ASSERT_TRUE(init.wait_for_event("agent.died", within(20s))) << init.log();
  }
  init.signal(SIGTERM);
  EXPECT_EQ(init.wait_code(within(20s)), 0) << init.log();
}

}  // namespace
}  // namespace testing_support
