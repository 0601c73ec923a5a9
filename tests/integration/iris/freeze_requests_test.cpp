// Who asks for a freeze, goes away, asks again, or may not have one.
#include <gtest/gtest.h>
#include <signal.h>

#include "tests/integration/iris/freeze_words.h"

namespace testing_support {
namespace {

using std::string;

class FreezeRequests : public ::testing::Test {
 protected:
  void SetUp() override { SKIP_WITHOUT_NAMESPACES(); }
  IrisContainer container_;
};

TEST_F(FreezeRequests, WhoIsKilledWhileItWaitsAsksAgain) {
  Program init = container_.start_up();
  container_.fault("hold_at", "freeze");
  Program asking = container_.begin(init, {"irisctl", "freeze", "--owner", "job"});
  ASSERT_TRUE(init.wait_for_event("freeze.begun", within(20s))) << init.log();
  asking.signal(SIGKILL);
  EXPECT_EQ(asking.wait_code(within(10s)), 128 + SIGKILL);
  container_.fault("hold_at", "");
  const auto again = container_.irisctl(init, {"freeze", "--owner", "job", "-o", "json"});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(init.events("freeze.begun").size(), 1U) << "it is the same freeze";
  EXPECT_EQ(container_.irisctl(init, {"thaw", "--owner", "job"}).code, 0);
}

TEST_F(FreezeRequests, TheLeaseEndsAFreezeWhoseRequesterIsGone) {
  Program init = container_.start_up();
  container_.fault("hold_at", "freeze");
  Program asking = container_.begin(init, {"irisctl", "freeze", "--owner", "job", "--lease", "3s"});
  ASSERT_TRUE(init.wait_for_event("freeze.begun", within(20s))) << init.log();
  asking.signal(SIGKILL);
  container_.fault("hold_at", "");
  EXPECT_TRUE(wait_until(
      [&] {
        init.pump();
        return !init.events("freeze.not_held").empty() || !init.events("freeze.failed").empty();
      },
      within(20s)))
      << init.log();
  EXPECT_EQ(container_.session(init, is_suspended), not_suspended);
}

TEST_F(FreezeRequests, AFreezeThatNobodyWaitsForAnyLongerIsUndone) {
  Program init = container_.start_up();
  container_.fault("hold_at", "freeze");
  const auto late =
      container_.irisctl(init, {"freeze", "--owner", "job", "--timeout", "1s", "-o", "json"});
  EXPECT_EQ(late.code, 124) << late.err;
  EXPECT_FALSE(json_of(late).value("frozen", true)) << late.out;
  container_.fault("hold_at", "");
  const auto failed = init.wait_for_event("freeze.failed", within(20s));
  ASSERT_TRUE(failed) << init.log();
  EXPECT_NE(failed->value("msg", "").find("--timeout"), string::npos) << *failed;
  EXPECT_EQ(container_.session(init, is_suspended), not_suspended);
  EXPECT_EQ(container_.irisctl(init, {"freeze", "--owner", "job"}).code, 0);
  EXPECT_EQ(container_.irisctl(init, {"thaw", "--owner", "job", "--timeout", "20s"}).code, 0);
}

TEST_F(FreezeRequests, OneWhoWaitsLongerKeepsTheFreezeAlive) {
  Program init = container_.start_up();
  container_.fault("hold_at", "freeze");
  Program patient = container_.begin(init, {"irisctl", "freeze", "--owner", "job"});
  ASSERT_TRUE(init.wait_for_event("freeze.begun", within(20s))) << init.log();
  EXPECT_EQ(container_.irisctl(init, {"freeze", "--owner", "job", "--timeout", "500ms"}).code, 124);
  container_.fault("hold_at", "");
  EXPECT_EQ(patient.wait_code(within(20s)), 0) << patient.log() << init.log();
  EXPECT_EQ(container_.irisctl(init, {"thaw", "--owner", "job"}).code, 0);
}

TEST_F(FreezeRequests, OfManyThatRaceOneGetsIt) {
  Program init = container_.start_up();
  std::vector<Program> racing;
  for (int i = 0; i < 6; ++i)
    racing.push_back(
        container_.begin(init, {"irisctl", "freeze", "--owner", "job" + std::to_string(i)}));
  int frozen = 0;
  int winner = -1;
  for (int i = 0; i < 6; ++i) {
    const int code = racing[static_cast<std::size_t>(i)].wait_code(within(30s));
    EXPECT_TRUE(code == 0 || code == 3) << code;
    if (code != 0) continue;
    ++frozen;
    winner = i;
  }
  EXPECT_EQ(frozen, 1);
  EXPECT_EQ(container_.irisctl(init, {"thaw", "--owner", "job" + std::to_string(winner)}).code, 0);
}

TEST_F(FreezeRequests, WithFreezeThatIsToldToEndThaws) {
  Program init = container_.start_up();
  // A shell that executes something drops a SIGINT that comes in that moment; tail is itself.
  const auto file = container_.dir.write("begun", "begun\n");
  for (const int number : {SIGTERM, SIGINT}) {
    Program command = container_.begin(init, {"irisctl", "with-freeze", "--", "tail", "-f", file});
    ASSERT_TRUE(command.wait_for_output("begun", within(20s))) << init.log();
    command.signal(number);
    EXPECT_EQ(command.wait_code(within(20s)), 128 + number) << command.log();
    EXPECT_TRUE(init.wait_for_event("freeze.thawed", within(20s))) << init.log();
    EXPECT_EQ(container_.session(init, is_suspended), not_suspended);
  }
}

TEST_F(FreezeRequests, WithFreezeThatIsKilledIsEndedByTheLease) {
  Program init = container_.start_up();
  Program command =
      container_.begin(init, {"irisctl", "with-freeze", "--lease", "2s", "--", "sleep", "1000"});
  ASSERT_TRUE(init.wait_for_event("freeze.frozen", within(20s))) << init.log();
  command.signal(SIGKILL);
  EXPECT_TRUE(init.wait_for_event("freeze.not_held", within(20s))) << init.log();
  EXPECT_EQ(container_.session(init, is_suspended), not_suspended);
}

TEST_F(FreezeRequests, WithFreezeTellsOfALeaseThatWasTooShort) {
  Program init = container_.start_up();
  EXPECT_EQ(container_.irisctl(init, {"with-freeze", "--lease", "1s", "--", "sleep", "3"}).code, 4);
}

/// As the exec of a kubelet runs it: no shell, no terminal, and a stream that may be gone.
TEST_F(FreezeRequests, AStreamThatIsGoneLosesTheTokenNotTheFreeze) {
  Program init = container_.start_up();
  const auto cut =
      container_.exec(init, {"sh", "-c", "irisctl freeze --owner velero >&-; code=$?; exit $code"});
  EXPECT_EQ(cut.code, 1) << "a token that nobody can read is no success";
  EXPECT_EQ(container_.session(init, is_suspended), suspended);
  EXPECT_EQ(container_.irisctl(init, {"freeze", "--owner", "velero"}).code, 0);
  EXPECT_EQ(
      container_.exec(init, {"sh", "-c", "irisctl thaw --owner velero </dev/null >&- 2>&-"}).code,
      1);
  EXPECT_EQ(container_.session(init, is_suspended), not_suspended);
}

TEST_F(FreezeRequests, IsRefusedWhileIrisIsHeldOrDown) {
  Program init = container_.start_up();
  ASSERT_EQ(container_.irisctl(init, {"hold", "repair"}).code, 0);
  const auto held = container_.irisctl(init, {"freeze", "--owner", "job", "-o", "json"});
  EXPECT_EQ(held.code, 3);
  EXPECT_NE(held.err.find("IRIS is held: repair"), string::npos) << held.err;
  EXPECT_FALSE(json_of(held).value("frozen", true)) << held.out;
  EXPECT_EQ(container_.exec(init, {"iris", "stop", "IRIS", "quietly"}).code, 0);
  EXPECT_EQ(container_.irisctl(init, {"freeze", "--owner", "job"}).code, 3);
  EXPECT_EQ(container_.irisctl(init, {"thaw", "--owner", "job"}).code, 3);
  EXPECT_EQ(container_.irisctl(init, {"freeze", "--owner", "job", "--iris-status"}).code, 3);
}

TEST_F(FreezeRequests, IsRefusedWhileIrisStarts) {
  container_.fault("start_ms", "600000");
  Program init = container_.start();
  ASSERT_TRUE(init.wait_for_event("main.started", within(20s))) << init.log();
  int code = 69;  // until the agent is there
  string why;
  EXPECT_TRUE(wait_until(
      [&] {
        const auto answer = container_.irisctl(init, {"freeze", "--owner", "job"});
        code = answer.code;
        why = answer.err;
        return code != 69;
      },
      within(20s)));
  EXPECT_EQ(code, 3);
  EXPECT_NE(why.find("not running"), string::npos) << why;
}

TEST_F(FreezeRequests, ADirectoryOfIrisCpfThatIsNotThereFailsTheFreezeAndIsNamed) {
  container_.dir.write("merge.d/60-far.cpf", "[Databases]\nFAR=" + (container_.dir / "far/db/\n"));
  Program init = container_.start_up();
  const auto failed = container_.irisctl(init, {"freeze", "--owner", "job"});
  EXPECT_EQ(failed.code, 1) << init.log();
  EXPECT_NE(failed.err.find("far/db' (database FAR"), string::npos) << failed.err;
  EXPECT_EQ(container_.session(init, is_suspended), not_suspended);
  std::filesystem::create_directories(container_.dir / "far/db");
  EXPECT_EQ(container_.irisctl(init, {"freeze", "--owner", "job"}).code, 0);
  EXPECT_EQ(container_.irisctl(init, {"thaw", "--owner", "job"}).code, 0);
}

}  // namespace
}  // namespace testing_support
