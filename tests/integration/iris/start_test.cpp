// The start: lock, merge, password, IRIS; and everything that can be wrong before it.
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>

#include "tests/integration/iris/container.h"

namespace testing_support {
namespace {

using std::string;

TEST(IrisStart, TheSeedsFileAFragmentAndAPasswordReachIris) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  Program init = container.start_up();
  const string cpf = container.dir.read("data/iris/iris.cpf");
  EXPECT_NE(cpf.find("globals=0,0,800,0,0,0\n"), string::npos) << cpf;
  EXPECT_NE(cpf.find("gmheap=256000\n"), string::npos) << cpf;
  EXPECT_NE(cpf.find("DefaultPort=1973\n"), string::npos) << cpf;
  const string merged = container.dir.read("run/merge.cpf");
  const size_t at = merged.find("PasswordHash=");
  ASSERT_NE(at, string::npos) << merged;
  const string hash = merged.substr(at + 13, merged.find('\n', at) - at - 13);
  container.dir.write("typed", IrisContainer::password);
  EXPECT_EQ(container
                .exec(init, {"sh", "-c",
                             "cpfmerge passwordhash --verify '" + hash + "' <" +
                                 (container.dir / "typed")})
                .code,
            0);
  EXPECT_EQ(container.session(init, string{"##class(%SYSTEM.Security).Login(\"_SYSTEM\",\""} +
                                        IrisContainer::password + "\")"),
            1);
  EXPECT_EQ(container.session(init, "##class(%SYSTEM.Security).Login(\"_SYSTEM\",\"SYS\")"), 0);
  for (const char* probe : {"startupz", "livez", "readyz"})
    EXPECT_EQ(container.probe(probe), 200) << probe;
  init.signal(SIGTERM);
  EXPECT_EQ(init.wait_code(within(30s)), 0) << init.log();
  EXPECT_EQ((init.log() + init.out()).find(IrisContainer::password), string::npos);
  EXPECT_EQ(init.log().find(hash.substr(0, 40)), string::npos);
}

TEST(IrisStart, ProbesTellTheTruthWhileItStarts) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  container.fault("start_fault", "hang");
  Program init = container.start();
  ASSERT_TRUE(init.wait_for_event("iris.starting", within(20s))) << init.log();
  EXPECT_EQ(container.probe("startupz"), 503);
  EXPECT_EQ(container.probe("livez"), 200);
  EXPECT_EQ(container.probe("readyz"), 503);
  EXPECT_EQ(container.irisctl(init, {"probe", "live"}).code, 0);
  EXPECT_EQ(container.irisctl(init, {"probe", "startup"}).code, 1);
}

TEST(IrisStart, AStartThatGetsNowhereIsReported) {
  SKIP_WITHOUT_NAMESPACES();
  IrisContainer container;
  container.set("IRIS_INIT_HEALTH_START_STALL", "2s");
  container.fault("start_fault", "hang");
  Program init = container.start();
  const auto stalled = init.wait_for_event("iris.start_stalled", within(20s));
  ASSERT_TRUE(stalled) << init.log();
  const string metrics = http_get(IrisContainer::port, "/metrics", within(5s)).body;
  EXPECT_NE(metrics.find("iris_init_start_stalled 1\n"), string::npos);
  EXPECT_EQ(container.probe("livez"), 200);  // nobody is killed for it
  EXPECT_EQ(container.probe("startupz"), 503);
}

TEST(IrisStart, AStartThatGetsNowhereEndsTheContainerWhereTheSettingSaysSo) {
  SKIP_WITHOUT_NAMESPACES();
  IrisContainer container;
  container.set("IRIS_INIT_HEALTH_START_STALL", "1s");
  container.set("IRIS_INIT_HEALTH_START_STALL_ACTION", "exit");
  container.set("IRIS_INIT_STOP_TIMEOUT", "5s");
  container.fault("start_fault", "hang");
  Program init = container.start();
  EXPECT_EQ(init.wait_code(within(40s)), 75) << init.log();
}

/// The next start has 8 s of recovery ahead of it, of which nothing is said, and 2 s are a stall.
void leave_a_silent_recovery(IrisContainer& container, const string& work) {
  Program first = container.start_up();
  first.signal(SIGKILL);
  ASSERT_TRUE(first.wait_exit(within(30s)));
  container.set("IRIS_INIT_HEALTH_START_STALL", "2s");
  // No files: to read them again and again would be work, too.
  container.set("IRIS_STANDIN_RECOVERY_MS", "8000");
  container.set("IRIS_STANDIN_RECOVERY_LINE_MS", "0");
  container.set("IRIS_STANDIN_RECOVERY_WORK", work);
}

TEST(IrisStart, ARecoveryThatSaysNothingButWorksIsLeftAlone) {
  SKIP_WITHOUT_NAMESPACES();
  IrisContainer container;
  ASSERT_NO_FATAL_FAILURE(leave_a_silent_recovery(container, "busy"));
  container.set("IRIS_INIT_HEALTH_START_STALL_ACTION", "exit");
  Program init = container.start();
  ASSERT_TRUE(init.wait_for_event("iris.up", within(40s))) << init.log();
  EXPECT_TRUE(init.events("iris.start_stalled").empty()) << init.log();
  EXPECT_NE(init.out().find("WIJ compare"), string::npos) << init.out();  // it did recover
}

TEST(IrisStart, ARecoveryThatOnlyWaitsIsReportedAndMayStillComeToItsEnd) {
  SKIP_WITHOUT_NAMESPACES();
  IrisContainer container;
  ASSERT_NO_FATAL_FAILURE(leave_a_silent_recovery(container, "waiting"));
  Program init = container.start();
  ASSERT_TRUE(init.wait_for_event("iris.start_stalled", within(20s))) << init.log();
  EXPECT_TRUE(init.events("iris.up").empty()) << init.log();
  ASSERT_TRUE(init.wait_for_event("iris.up", within(30s))) << init.log();
  const string metrics = http_get(IrisContainer::port, "/metrics", within(5s)).body;
  EXPECT_NE(metrics.find("iris_init_start_stalled 0\n"), string::npos) << metrics;
}

TEST(IrisStart, AMalformedFileIsFatalOnAFirstStart) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  container.dir.write("merge.d/60-bad.cpf", "[config\nglobals=1\n");
  Program init = container.start();
  EXPECT_EQ(init.wait_code(within(30s)), 78) << init.log();
  EXPECT_NE(init.log().find("60-bad.cpf:1"), string::npos) << init.log();
  EXPECT_EQ(init.out(), "");  // IRIS was never started
  EXPECT_FALSE(std::filesystem::exists(container.dir / "data/iris/iris.cpf"));
}

TEST(IrisStart, AMalformedFileNeverCostsALaterStart) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  {
    Program first = container.start_up();
    first.signal(SIGTERM);
    ASSERT_EQ(first.wait_code(within(30s)), 0) << first.log();
  }
  container.dir.write("merge.d/60-bad.cpf", "[config\ngmheap=1\n");
  container.dir.write("merge.d/70-good.cpf", "[Startup]\nDefaultPort=1974\n");
  Program init = container.start();
  ASSERT_TRUE(init.wait_for_event("iris.up", within(30s))) << init.log();
  const auto refused = init.events("merge.refused");
  ASSERT_FALSE(refused.empty()) << init.log();
  EXPECT_EQ(refused.front().value("level", ""), "warning");
  EXPECT_NE(container.dir.read("data/iris/iris.cpf").find("DefaultPort=1974\n"), string::npos);
}

TEST(IrisStart, AFirstStartWithoutAPasswordIsRefused) {
  SKIP_WITHOUT_NAMESPACES();
  IrisContainer container;
  container.unset("IRIS_INIT_MERGE_PASSWORD_FILE");
  EXPECT_EQ(container.start().wait_code(within(30s)), 78);
  container.set("IRIS_INIT_MERGE_ALLOW_DEFAULT_PASSWORD", "on");
  Program init = container.start();
  EXPECT_TRUE(init.wait_for_event("iris.up", within(30s))) << init.log();
}

TEST(IrisStart, AForeignDataDirectoryIsRefused) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  container.dir.write("data/iris/lost+found/x", "");
  Program init = container.start();
  EXPECT_EQ(init.wait_code(within(30s)), 78) << init.log();
  EXPECT_NE(init.log().find(container.dir / "data/iris"), string::npos);
}

TEST(IrisStart, ARunDirectoryThatCannotBeIsNamed) {
  SKIP_WITHOUT_NAMESPACES();
  IrisContainer container;
  container.dir.write("file", "");
  container.set("IRIS_INIT_PATHS_RUN_DIR", container.dir / "file/run");
  Program init = container.start();
  EXPECT_EQ(init.wait_code(within(30s)), 78) << init.log();
  EXPECT_NE(init.log().find("file/run"), string::npos) << init.log();
}

TEST(IrisStart, AWrongSettingNamesItselfAndStopsNothingElse) {
  SKIP_WITHOUT_NAMESPACES();
  IrisContainer container;
  container.set("IRIS_INIT_HEALTH_POLL", "often");
  Program init = container.start();
  EXPECT_EQ(init.wait_code(within(30s)), 78) << init.log();
  EXPECT_NE(init.log().find("IRIS_INIT_HEALTH_POLL"), string::npos) << init.log();
}

TEST(IrisStart, ABusyPortIsToldAndTakenOverWhenItIsFree) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer first;
  IrisContainer second;
  Program holder = first.start_up();
  Program init = second.start();
  const auto failed = init.wait_for_event("http.failed", within(20s));
  ASSERT_TRUE(failed) << init.log();
  EXPECT_NE(failed->value("msg", "").find("127.0.0.1:8008"), string::npos);
  ASSERT_TRUE(init.wait_for_event("iris.up", within(30s)))
      << init.log();  // IRIS does not wait for it
  holder.signal(SIGTERM);
  ASSERT_EQ(holder.wait_code(within(30s)), 0);
  EXPECT_TRUE(init.wait_for_event("http.listening", within(10s))) << init.log();
}

TEST(IrisStart, TheSecondContainerOnTheSameDataWaitsAndTakesOver) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer first;
  IrisContainer second;
  second.set("ISC_DATA_DIRECTORY", first.dir / "data/iris");
  second.set("IRIS_INIT_HTTP_LISTEN", "127.0.0.1:8009");
  Program holder = first.start_up();
  Program waiter = second.start();
  ASSERT_TRUE(waiter.wait_for_event("prepare.waiting", within(20s))) << waiter.log();
  EXPECT_EQ(http_wait_for(8009, "/startupz", 503, within(5s)).status, 503);
  EXPECT_EQ(http_get(8009, "/livez", within(5s)).status, 200);
  holder.signal(SIGKILL);  // as a node that is gone: the kernel releases the lock
  holder.wait_exit(within(30s));
  EXPECT_TRUE(waiter.wait_for_event("iris.up", within(30s))) << waiter.log();
}

TEST(IrisStart, WaitingForTheDataHasAnEnd) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer first;
  IrisContainer second;
  second.set("ISC_DATA_DIRECTORY", first.dir / "data/iris");
  second.set("IRIS_INIT_HTTP_LISTEN", "127.0.0.1:8009");
  second.set("IRIS_INIT_MERGE_DATA_WAIT", "300ms");
  const Program holder = first.start_up();
  Program waiter = second.start();
  EXPECT_EQ(waiter.wait_code(within(30s)), 75) << waiter.log();
  EXPECT_EQ(waiter.out(), "");
}

TEST(IrisStart, WhenIrisCannotStartTheContainerEndsWithIrisMainsCode) {
  SKIP_WITHOUT_NAMESPACES();
  const IrisContainer container;
  container.fault("start_fault", "fail");
  Program init = container.start();
  EXPECT_EQ(init.wait_code(within(30s)), 1) << init.log();
  EXPECT_TRUE(init.events("main.ended").size() == 1) << init.log();
}

}  // namespace
}  // namespace testing_support
