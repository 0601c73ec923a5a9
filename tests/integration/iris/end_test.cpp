// What the world outside is told: why a container ends, in /dev/termination-log and the log; what
// becomes of it, over NOTIFY_SOCKET; what was recovered, in the timeline.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <filesystem>

#include "tests/integration/harness/processes.h"
#include "tests/integration/iris/container.h"

namespace testing_support {
namespace {

using std::string;

/// A container whose /dev has a termination log, as the kubelet mounts one.
class IrisEnd : public ::testing::Test {
 protected:
  void SetUp() override {
    SKIP_WITHOUT_NAMESPACES();
    container_.dir.write("dev/null", "");
    container_.dir.write("dev/termination-log",
                         "what an earlier one had said, and that at length\n");
    const char* mounting =
        "mount --bind /dev/null \"$0/null\" && mount --rbind \"$0\" /dev && exec \"$@\"";
    container_.before_init = {"sh", "-c", mounting, container_.dir / "dev"};
  }
  [[nodiscard]] string termination_log() const {
    return container_.dir.read("dev/termination-log");
  }
  /// In the place of iris-main: the stand-in's, and then it stays whatever became of the start.
  void let_main_stay() {
    std::filesystem::remove(container_.dir / "bin/iris-main");
    container_.dir.write("bin/iris-main",
                         string{"#!/bin/sh\n"} + STANDIN_PROGRAM +
                             " iris-main \"$@\"\ntrap exit TERM\nwhile :; do sleep 0.05; done\n");
    std::filesystem::permissions(container_.dir / "bin/iris-main", std::filesystem::perms{0755});
  }

  IrisContainer container_;
};

TEST_F(IrisEnd, AStopSaysBySignal) {
  Program init = container_.start_up();
  init.signal(SIGTERM);
  ASSERT_EQ(init.wait_code(within(30s)), 0) << init.log();
  EXPECT_EQ(termination_log(), "signal 15");
}

TEST_F(IrisEnd, AStopOnRequestSaysWhose) {
  Program init = container_.start_up();
  ASSERT_EQ(container_.irisctl(init, {"stop"}).code, 0);
  ASSERT_EQ(init.wait_code(within(30s)), 0) << init.log();
  EXPECT_EQ(termination_log(), "asked by 'irisctl stop'");
}

TEST_F(IrisEnd, RestartsThatAreUsedUpAreTheReason) {
  container_.set("IRIS_INIT_RESTART_LIMIT", "0");
  container_.main_outlives_iris();
  Program init = container_.start_up();
  ::kill(IrisContainer::control_process(init), SIGKILL);
  ASSERT_EQ(init.wait_code(within(60s)), 75) << init.log();
  EXPECT_NE(termination_log().find("0 restarts within 10m are used up"), string::npos)
      << termination_log();
}

TEST_F(IrisEnd, AFailedStartIsToldInTheWordsOfIrisMain) {
  container_.fault("start_fault", "fail");
  Program init = container_.start();
  ASSERT_EQ(init.wait_code(within(30s)), 1) << init.log();
  EXPECT_NE(termination_log().find("iris-main exited with code 1"), string::npos)
      << termination_log();
  EXPECT_NE(termination_log().find("'iris start IRIS quietly' ended with exit code 1"),
            string::npos)
      << termination_log() << init.log();
  const auto leaving = init.events("init.leaving");
  ASSERT_EQ(leaving.size(), 1U);
  EXPECT_NE(leaving.front().value("msg", "").find("ended with exit code 1"), string::npos);
}

TEST_F(IrisEnd, ARefusedStartIsToldWithItsCause) {
  container_.dir.write("merge.d/60-bad.cpf", "[config\nglobals=0,0,800,0,0,0\n");
  Program init = container_.start();
  ASSERT_EQ(init.wait_code(within(30s)), 78) << init.log();
  EXPECT_NE(termination_log().find("60-bad.cpf:1:"), string::npos) << termination_log();
  EXPECT_EQ(termination_log().find("lines above"), string::npos) << termination_log();
}

TEST_F(IrisEnd, ARefusedLicenceIsTold) {
  container_.fault("start_fault", "license");
  Program init = container_.start();
  ASSERT_EQ(init.wait_code(within(30s)), 1) << init.log();  // at once, with iris-main's own code
  EXPECT_NE(termination_log().find("the licence is refused"), string::npos)
      << termination_log() << init.log();
}

TEST_F(IrisEnd, AHookThatPrintsFatalAndGoesOnEndsNothing) {
  container_.set("IRIS_INIT_RESTART_DELAY", "500ms");
  // Into the log at once, as where a hook's output is not kept until its end.
  const string hook =
      container_.dir.script("before", "echo '[FATAL] so it says' >> iris-main.log; sleep 3");
  Program init = container_.start({}, {"--before", hook});
  ASSERT_TRUE(init.wait_for_event("main.fatal", within(30s))) << init.log();
  EXPECT_TRUE(init.wait_for_event("iris.up", within(30s))) << init.log();
}

TEST_F(IrisEnd, AMainThatStaysAfterARefusedLicenceDoesNotKeepTheContainer) {
  let_main_stay();
  container_.set("IRIS_INIT_RESTART_DELAY", "1s");
  container_.fault("start_fault", "license");
  Program init = container_.start();
  ASSERT_EQ(init.wait_code(within(60s)), 75) << init.log();
  EXPECT_NE(termination_log().find("no restart can help: the licence is refused"), string::npos)
      << termination_log();
  EXPECT_TRUE(init.events("command.started").empty()) << init.log();  // no restart was spent
}

TEST_F(IrisEnd, AMainThatStaysAfterAFailedStartIsHelpedByARestart) {
  let_main_stay();
  container_.set("IRIS_INIT_RESTART_DELAY", "1s");
  container_.fault("start_fault", "fail");
  Program init = container_.start();
  ASSERT_TRUE(init.wait_for_event("main.command_failed", within(30s))) << init.log();
  container_.fault("start_fault", "");  // whatever it was, it has passed
  EXPECT_TRUE(init.wait_for_event("iris.up", within(60s))) << init.log();
  EXPECT_EQ(http_wait_for(IrisContainer::port, "/startupz", 200, within(10s)).status, 200);
  init.signal(SIGTERM);
  EXPECT_EQ(init.wait_code(within(60s)), 0) << init.log();
  EXPECT_EQ(termination_log(), "signal 15");  // the start that failed is history
}

TEST_F(IrisEnd, AFailedStartIsKnownToTheNextAgent) {
  let_main_stay();
  container_.set("IRIS_INIT_RESTART_DELAY", "3s");
  container_.fault("start_fault", "hang");
  Program init = container_.start();
  ASSERT_TRUE(init.wait_for_event("iris.starting", within(30s))) << init.log();
  container_.fault("start_fault", "exit:1");
  ASSERT_TRUE(init.wait_for_event("main.command_failed", within(30s))) << init.log();
  ::kill(descendants_named(init.pid(), "iris-agent").front(), SIGKILL);
  container_.fault("start_fault", "");
  ASSERT_TRUE(init.wait_for_event("iris.restarting", within(30s))) << init.log();
  EXPECT_TRUE(init.events("iris.up").empty()) << init.log();
  EXPECT_TRUE(init.wait_for_event("iris.up", within(60s))) << init.log();
}

TEST_F(IrisEnd, AStartThatFailsWhileNoAgentLivesIsFoundByTheNext) {
  let_main_stay();
  container_.set("IRIS_INIT_RESTART_DELAY", "1s");
  container_.fault("start_fault", "hang");
  Program init = container_.start();
  ASSERT_TRUE(init.wait_for_event("iris.starting", within(30s))) << init.log();
  const pid_t agent = descendants_named(init.pid(), "iris-agent").front();
  ::kill(agent, SIGSTOP);  // it cannot read what follows
  container_.fault("start_fault", "exit:1");
  ASSERT_TRUE(init.wait_for_output("[FATAL]", within(30s))) << init.out();
  container_.fault("start_fault", "");
  ::kill(agent, SIGKILL);
  ASSERT_TRUE(init.wait_for_event("iris.restarting", within(30s))) << init.log();
  EXPECT_TRUE(init.wait_for_event("iris.up", within(60s))) << init.log();
}

TEST_F(IrisEnd, ARestartInPlaceThatIsRefusedTheLicenceIsTheLast) {
  container_.main_outlives_iris();
  Program init = container_.start_up();
  // The stand-in prints it only; here IRIS writes it to messages.log as well.
  std::filesystem::remove(container_.dir / "bin/iris");
  container_.dir.write("bin/iris",
                       string{"#!/bin/sh\n[ \"$1\" = start ] && echo '11/26/26-01:14:50:471 (11) 3 "
                              "[Utility.Event] Error: Invalid Community Edition license' >>"} +
                           (container_.dir / "data/iris/mgr/messages.log") + "\nexec " +
                           STANDIN_PROGRAM + " iris \"$@\"\n");
  std::filesystem::permissions(container_.dir / "bin/iris", std::filesystem::perms{0755});
  container_.fault("start_fault", "license");
  for (const pid_t pid : descendants_named(init.pid(), "irisdb"))
    ::kill(pid, SIGKILL);
  ASSERT_EQ(init.wait_code(within(60s)), 75) << init.log();
  EXPECT_EQ(init.events("iris.restarting").size(), 1U) << init.log();  // of three that it had
  EXPECT_NE(termination_log().find("no restart can help: the licence is refused"), string::npos)
      << termination_log() << init.log();
}

TEST_F(IrisEnd, ATerminationLogThatNobodyReadsIsNotWaitedFor) {
  std::filesystem::remove(container_.dir / "dev/termination-log");
  ASSERT_EQ(::mkfifo((container_.dir / "dev/termination-log").c_str(), 0600), 0);
  Program init = container_.start_up();
  init.signal(SIGTERM);
  EXPECT_EQ(init.wait_code(within(30s)), 0) << init.log();
}

TEST_F(IrisEnd, WithoutATerminationLogNothingIsMissed) {
  std::filesystem::remove(container_.dir / "dev/termination-log");
  Program init = container_.start_up();
  init.signal(SIGTERM);
  EXPECT_EQ(init.wait_code(within(30s)), 0) << init.log();
  EXPECT_FALSE(std::filesystem::exists(container_.dir / "dev/termination-log"));
}

TEST(IrisRecovery, AfterTheDeathOfPid1TheNextOneComesUpAndTheTimelineTellsOfIt) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  {
    Program killed = container.start_up();
    EXPECT_TRUE(killed.events("iris.recovers").empty()) << killed.log();
    EXPECT_TRUE(killed.events("iris.recovered").empty()) << killed.log();
    killed.signal(SIGKILL);
    ASSERT_EQ(killed.wait_code(within(30s)), 128 + SIGKILL);
  }
  Program init = container.start();
  ASSERT_TRUE(init.wait_for_event("iris.up", within(30s))) << init.log();
  // Some say that they run before all that they have to say of the start is read.
  ASSERT_TRUE(init.wait_for_event("iris.recovers", within(20s))) << init.log();
  EXPECT_EQ(init.events("iris.recovers").size(), 1U) << init.log();
  ASSERT_TRUE(init.wait_for_event("iris.recovered", within(20s))) << init.log();
  EXPECT_NE(init.events("iris.recovered").front().dump().find("blocks were pending in the WIJ"),
            string::npos)
      << init.log();
  const auto events = container.irisctl(init, {"status", "-o", "json"});
  EXPECT_NE(events.out.find("iris.recovers"), string::npos) << events.out;
  EXPECT_EQ(http_wait_for(IrisContainer::port, "/readyz", 200, within(10s)).status, 200);
}

TEST(IrisRecovery, SharedMemoryThatAPredecessorHasLeftIsRemovedAndTheTimelineTellsOfIt) {
  SKIP_WITHOUT_NAMESPACES();
  if (::access("/usr/bin/ipcmk", X_OK) != 0) GTEST_SKIP() << "no ipcmk here (package util-linux)";
  IrisContainer container;
  // In a pod it outlives the container that made it.
  container.before_init = {"sh", "-c", "ipcmk -M 65536 >/dev/null && exec \"$@\"", "sh"};
  Program init = container.start_up();
  const auto events = container.irisctl(init, {"status", "-o", "json"});
  EXPECT_NE(events.out.find("1 segment(s) of shared memory of a killed predecessor were removed"),
            string::npos)
      << events.out;
  // The next agent has it from the last one's memory, and tells it to nobody again.
  ::kill(descendants_named(init.pid(), "iris-agent").front(), SIGKILL);
  ASSERT_TRUE(init.wait_for_event("agent.died", within(10s))) << init.log();
  EXPECT_EQ(http_wait_for(IrisContainer::port, "/readyz", 200, within(10s)).status, 200);
  const string told = container.irisctl(init, {"status", "-o", "json"}).out;
  EXPECT_NE(told.find("prepare.swept"), string::npos) << told;
  EXPECT_EQ(told.find("prepare.swept"), told.rfind("prepare.swept")) << told;
}

/// Listens as systemd does.
class Supervisor {
 public:
  explicit Supervisor(const string& address)
      : socket_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)} {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    const bool is_abstract = address[0] == '@';
    std::memcpy(name.sun_path, address.data(), address.size());
    if (is_abstract) name.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address.size() +
                                             (is_abstract ? 0 : 1));
    EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&name), size), 0);
  }
  /// All that was ever said.
  const string& heard() {
    std::array<char, 4096> buffer{};
    for (ssize_t n = 0; (n = ::recv(socket_.get(), buffer.data(), buffer.size(), 0)) > 0;)
      heard_.append(buffer.data(), static_cast<std::size_t>(n));
    return heard_;
  }
  bool hears(const string& text) {
    return wait_until([&] { return heard().find(text) != string::npos; }, within(20s));
  }

 private:
  sup::UniqueFd socket_;
  string heard_;
};

void expect_whole_life_is_told(IrisContainer& container, const string& address) {
  Supervisor supervisor{address};
  container.set("NOTIFY_SOCKET", address);
  container.fault("start_fault", "hang");
  Program init = container.start();
  EXPECT_TRUE(supervisor.hears("STATUS=starting: IRIS is starting\n")) << supervisor.heard();
  EXPECT_EQ(supervisor.heard().find("READY=1"), string::npos) << supervisor.heard();
  container.fault("start_fault", "");
  ASSERT_TRUE(init.wait_for_event("iris.up", within(30s))) << init.log();
  EXPECT_TRUE(supervisor.hears("READY=1\n")) << supervisor.heard();
  EXPECT_TRUE(supervisor.hears("STATUS=up: IRIS is running; health ok\n")) << supervisor.heard();
  for (const pid_t pid : descendants_of(init.pid())) {
    // The agent's own goes away in its memory only; what it starts, too, has none.
    if (status_field(pid, "Name") != "iris-agent") {
      EXPECT_EQ(environment_of(pid, "NOTIFY_SOCKET"), std::nullopt) << status_field(pid, "Name");
    }
  }
  ASSERT_TRUE(init.wait_for_output("...copied ", within(30s))) << init.out();
  init.signal(SIGTERM);
  EXPECT_EQ(init.wait_code(within(30s)), 0) << init.log();
  EXPECT_TRUE(supervisor.hears("STOPPING=1\n")) << supervisor.heard();
  const string all = supervisor.heard();
  EXPECT_EQ(all.find("READY=1"), all.rfind("READY=1")) << all;
  EXPECT_EQ(all.find("STOPPING=1"), all.rfind("STOPPING=1")) << all;
  EXPECT_TRUE(init.events("notify.failed").empty()) << init.log();
}

TEST(IrisNotify, AWholeLifeIsToldToASocketWithAPath) {
  SKIP_WITHOUT_NAMESPACES();
  IrisContainer container;
  expect_whole_life_is_told(container, container.dir / "notify.sock");
}

TEST(IrisNotify, AWholeLifeIsToldToAnAbstractSocket) {
  SKIP_WITHOUT_NAMESPACES();
  IrisContainer container;
  expect_whole_life_is_told(container, "@iris-init-test-" + std::to_string(::getpid()));
}

TEST(IrisNotify, ASocketThatIsNotThereIsSaidOnceAndNoMore) {
  SKIP_WITHOUT_NAMESPACES();
  IrisContainer container;
  container.set("NOTIFY_SOCKET", container.dir / "nobody");
  Program init = container.start_up();
  init.signal(SIGTERM);
  EXPECT_EQ(init.wait_code(within(30s)), 0) << init.log();
  EXPECT_EQ(init.events("notify.failed").size(), 1U) << init.log();
}

}  // namespace
}  // namespace testing_support
