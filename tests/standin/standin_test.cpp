// The iris command of the stand-in, as a user meets it.
#include <signal.h>

#include <sstream>

#include "instance_fixture.h"

namespace standin_test {
namespace {

TEST_F(Standin, StartsAndStops) {
  EXPECT_TRUE(down());
  start();
  EXPECT_EQ(masked(iris({"qlist", "iris"}).output, top_),
            "IRIS^@/usr^2026.1.0.234.1com^running, since "
            "CTIME^iris.cpf^1972^52773^0^ok^IRIS^^^@/data^1972\n");
  EXPECT_TRUE(contains(iris({"list", "IRIS"}).output, "    state:        ok\n"));
  EXPECT_TRUE(iris({"qall"}).output.starts_with("up IRIS "));
  EXPECT_EQ(run("irisHealth.sh", {}).status, 0);
  EXPECT_EQ(iris({"start", "IRIS"}).output, "IRIS is already up!\n");
  EXPECT_TRUE(fs::exists(mgr() / "iris.ids"));
  ASSERT_EQ(orphans().size(), 1U);
  const pid_t control = orphans()[0];

  EXPECT_EQ(iris({"stop", "IRIS", "quietly"}).status, 0);
  EXPECT_EQ(await(control), 0);
  EXPECT_TRUE(down());
  EXPECT_FALSE(fs::exists(mgr() / "iris.ids"));
  EXPECT_FALSE(fs::exists(mgr() / "iris.shid"));
  EXPECT_TRUE(iris({"qall"}).output.starts_with("dn IRIS "));
  EXPECT_EQ(run("irisHealth.sh", {}).status, 1);
  EXPECT_EQ(iris({"stop", "IRIS"}).status, 0);
  EXPECT_EQ(session(is_suspended), 1);
}

TEST_F(Standin, ItsReadmeHasTheTableOfSwitches) {
  const Ended table = run("iris-standin", {"--switches", "markdown"});
  EXPECT_TRUE(contains(read(STANDIN_README), table.output)) << table.output;
}

TEST_F(Standin, RefusesAValueThatAFactCannotHave) {
  environment_["IRIS_STANDIN_STALE_SHM"] = "perhaps";
  const Ended ended = iris({"start", "IRIS"});
  EXPECT_EQ(ended.status, 70);
  EXPECT_EQ(ended.output,
            "iris-standin: switch 'stale_shm' is 'perhaps', not one of keep|remove|up\n");
}

TEST_F(Standin, KnowsOneInstanceOnly) {
  EXPECT_EQ(iris({"qlist", "OTHER"}).status, 1);
  EXPECT_EQ(iris({"qlist", "OTHER"}).output, "");
  EXPECT_EQ(iris({"session", "OTHER", "-U", "%SYS", freeze}).output,
            "irissession: invalid instance name 'OTHER'\n");
}

TEST_F(Standin, DaemonsLeadTheirOwnLivesInOneTree) {
  start();
  ASSERT_EQ(orphans().size(), 1U);
  const std::string control = std::to_string(orphans()[0]);
  EXPECT_EQ(read("/proc/" + control + "/comm"), "irisdb\n");
  std::istringstream in{read("/proc/" + control + "/task/" + control + "/children")};
  std::size_t daemons = 0;
  for (std::string pid; in >> pid; ++daemons)
    EXPECT_EQ(read("/proc/" + pid + "/comm"), "irisdb\n");
  EXPECT_EQ(daemons, 4U);
}

TEST_F(Standin, MergesBeforeTheStart) {
  write(
      top_ / "merge.cpf",
      "[Startup]\r\nDefaultPort=51773   \r\nNew=1 ; why\r\n[CONFIG]\ngmheap=77777\n[Mine]\na=b=c\n"
      "[Actions]\nModifyService:Name=%Service_CallIn,Enabled=1\n[Startup]\nDefaultPort=51774");
  environment_["ISC_CPF_MERGE_FILE"] = (top_ / "merge.cpf").string();
  start();
  const std::string cpf = read(data() / "iris.cpf");
  EXPECT_TRUE(contains(cpf, "\nDefaultPort=51774\n")) << cpf;
  EXPECT_TRUE(contains(cpf, "\nNew=1\n")) << cpf;
  EXPECT_TRUE(contains(cpf, "\ngmheap=77777\n")) << cpf;
  EXPECT_TRUE(contains(cpf, "\n[Mine]\na=b=c\n")) << cpf;
  EXPECT_FALSE(contains(cpf, "Actions")) << cpf;
  EXPECT_EQ(qlist_field(iris({"qlist"}).output, 6), "51774");
}

TEST_F(Standin, SkipsAMissingMergeFileAndDiesOfABrokenOne) {
  environment_["ISC_CPF_MERGE_FILE"] = (top_ / "merge.cpf").string();
  write(top_ / "merge.cpf", "[Startup\nDefaultPort=1\n");
  EXPECT_EQ(iris({"start", "IRIS"}).status, 1);
  EXPECT_TRUE(down());
  fs::remove(top_ / "merge.cpf");
  start();
  EXPECT_TRUE(contains(messages(), "/merge.cpf' does not exist; skipping"));
  write(top_ / "merge.cpf", "[Startup\n");
  const Ended merge = iris({"merge", "IRIS"});
  EXPECT_EQ(merge.status, 7);
  EXPECT_TRUE(contains(merge.output, "\nIRIS Merge failed\n")) << merge.output;
}

TEST_F(Standin, FreezesAndThaws) {
  start();
  EXPECT_EQ(session(is_suspended), 3);
  const Ended frozen = iris({"session", "IRIS", "-U", "%SYS", freeze});
  EXPECT_EQ(frozen.status, 5);
  EXPECT_EQ(masked(frozen.output, top_),
            "\nJournal file switched to:\n@/data/mgr/journal/DAY.002\n"
            "\nJournal marker set at\noffset 24 of @/data/mgr/journal/DAY.002\n");
  EXPECT_EQ(session(is_suspended), 5);
  EXPECT_EQ(session(freeze), 3);
  EXPECT_EQ(qlist_field(iris({"qlist", "IRIS"}).output, 9), "hung");
  fault("frozen_health", "ok");
  EXPECT_EQ(qlist_field(iris({"qlist", "IRIS"}).output, 9), "ok");
  EXPECT_EQ(session(thaw), 5);
  EXPECT_EQ(session(is_suspended), 3);
  EXPECT_EQ(session(thaw), 3);
  const std::string log = messages();
  std::size_t at = 0;
  for (const char* const entry :
       {") 0 [Utility.Event] Backup.General.ExternalFreeze: Suspending system\n",
        ") 1 [Utility.Event] Backup.General.ExternalFreeze: Warning, 1 databases are not",
        "\nJournaling switched to: ", "Backup.General.ExternalFreeze: System suspended\n",
        "Backup.General.ExternalThaw: Resuming system\n",
        "Backup.General.ExternalThaw: System resumed\n"}) {
    at = log.find(entry, at);
    EXPECT_NE(at, std::string::npos) << entry << "\n" << log;
  }
}

TEST_F(Standin, WritesNothingToADatabaseWhileFrozen) {
  start();
  const fs::path database = mgr() / "user" / "IRIS.DAT";
  ASSERT_EQ(user_session("set ^k8stest(1)=\"before the freeze\"").status, 0);
  ASSERT_TRUE(eventually([&] { return contains(read(database), "before the freeze"); }));
  ASSERT_EQ(session(freeze), 5);
  const std::string before = read(database);
  const auto changed = fs::last_write_time(database);
  const auto journalled = fs::last_write_time(mgr() / "IRIS.WIJ");
  ASSERT_EQ(user_session("set ^k8stest(2)=\"within the freeze\"").status, 0);
  EXPECT_EQ(user_session("write ^k8stest(2)").output, "within the freeze");
  EXPECT_EQ(read(database), before);
  EXPECT_EQ(fs::last_write_time(database), changed);
  EXPECT_EQ(fs::last_write_time(mgr() / "IRIS.WIJ"), journalled);
  ASSERT_EQ(session(thaw), 5);
  EXPECT_TRUE(eventually([&] { return contains(read(database), "within the freeze"); }));
}

TEST_F(Standin, ThawsByItselfAtTheLimit) {
  environment_["IRIS_STANDIN_CLOCK_SCALE"] = "10";
  start();
  ASSERT_EQ(session(R"(do ##class(Backup.General).ExternalFreeze("",,,,,,600,,,2))"), 5);
  EXPECT_TRUE(eventually([this] { return session(is_suspended) == 3; }));
  EXPECT_EQ(session(thaw), 3);
  fault("wd_suspend_limit", "refuse");
  EXPECT_EQ(session("##class(Backup.General).ExternalFreeze(,,,,,,,,,2)"), 3);
  EXPECT_EQ(session(is_suspended), 3);
}

TEST_F(Standin, RefusesSignOnAfterTheFreezeTimeoutUntilStatThaws) {
  start();
  fault("clock_scale", "50");
  ASSERT_EQ(session("##class(Backup.General).ExternalFreeze(,,,500,,,1)"), 5);
  EXPECT_TRUE(eventually([this] { return session(is_suspended) == 1; }));
  EXPECT_TRUE(contains(iris({"stat", "IRIS"}).output, "WDSUSPD"));
  EXPECT_EQ(iris({"stat", "IRIS", "-W"}).status, 0);
  EXPECT_EQ(session(is_suspended), 3);
}

TEST_F(Standin, TakesTheFirstPasswordOnce) {
  environment_["ISC_CPF_MERGE_FILE"] = (top_ / "merge.cpf").string();
  start();
  EXPECT_EQ(login("_SYSTEM", "SYS"), 1);
  ASSERT_EQ(iris({"stop", "IRIS"}).status, 0);
  // PBKDF2-HMAC-SHA1 of "first", 1024 rounds, salt saltsalt; and of "second".
  write(top_ / "merge.cpf",
        "[Startup]\nPasswordHash=85797906978e661e3531097832afc8edd2a8f328,saltsalt\n");
  start();
  EXPECT_EQ(login("_system", "first"), 1);
  EXPECT_EQ(login("_SYSTEM", "SYS"), 0);
  EXPECT_EQ(login("CSPSystem", "SYS"), 1);
  write(top_ / "merge.cpf",
        "[Startup]\nPasswordHash=C8BD3DBDD9289A7508BC30B191FF83E008F66FA9,saltsalt\n");
  ASSERT_EQ(iris({"merge", "IRIS"}).status, 0);
  EXPECT_EQ(login("_SYSTEM", "first"), 1);
  write(top_ / "merge.cpf",
        "[Actions]\nModifyUser:Name=Admin,PasswordHash=C8BD3DBDD9289A7508BC30B191FF83E008F66FA9,"
        "saltsalt\n");
  ASSERT_EQ(iris({"merge", "IRIS"}).status, 0);
  EXPECT_EQ(login("Admin", "second"), 1);
}

TEST_F(Standin, KeepsSayingRunningWithoutItsControlProcess) {
  start();
  kill_control();
  EXPECT_TRUE(running());
  EXPECT_GE(orphans().size(), 4U);  // they came to us
  EXPECT_EQ(session(freeze), 5);
  EXPECT_EQ(iris({"force", "IRIS"}).status, 0);
  EXPECT_TRUE(down());
  EXPECT_FALSE(fs::exists(mgr() / "iris.shid"));
}

TEST_F(Standin, RecoversAfterForce) {
  start();
  ASSERT_EQ(iris({"force", "IRIS"}).status, 0);
  const Ended again = iris({"start", "IRIS", "quietly"});
  EXPECT_EQ(again.status, 0);
  EXPECT_TRUE(
      again.output.starts_with("\nNow attempting WIJ compare, " + mgr().string() + "/IRIS.WIJ\n"))
      << again.output;
  EXPECT_EQ(qlist_field(iris({"qlist", "IRIS"}).output, 9), "warn");
  ASSERT_EQ(iris({"restart", "IRIS"}).status, 0);
  EXPECT_EQ(qlist_field(iris({"qlist", "IRIS"}).output, 9), "ok");
}

TEST_F(Standin, ForcesWhatDoesNotStop) {
  start();
  ASSERT_EQ(session(freeze), 5);
  fault("clock_scale", "500");  // ShutdownTimeout 300 s becomes 600 ms
  EXPECT_EQ(iris({"stop", "IRIS"}).status, 1);
  EXPECT_TRUE(down());
}

TEST_F(Standin, RefusesADirectoryThatHoldsOtherThings) {
  fs::create_directory(data());
  write(data() / "lost+found", "");
  const Ended ended = run("iris-main", {});
  EXPECT_EQ(ended.status, 1);
  EXPECT_TRUE(contains(ended.output, data().string() + " is not empty")) << ended.output;
  EXPECT_TRUE(contains(ended.output, "exited with status 256\n")) << ended.output;
  EXPECT_EQ(lines_of(ended.output).back(), "[FATAL] Error starting InterSystems IRIS");
}

TEST_F(Standin, AnswersFaultsWhileItRuns) {
  start();
  fault("qlist_fault", "exit:3");
  EXPECT_EQ(iris({"qlist", "IRIS"}).status, 3);
  fault("qlist_fault", "empty");
  EXPECT_EQ(iris({"qlist", "IRIS"}).output, "");
  fault("qlist_fault", "hang");
  const pid_t hung = launch("iris", {"qlist", "IRIS"}, top_ / "hung");
  EXPECT_EQ(::kill(hung, SIGKILL), 0);
  EXPECT_EQ(await(hung), 128 + SIGKILL);
  heal("qlist_fault");
  fault("health", "alert");
  EXPECT_EQ(qlist_field(iris({"qlist", "IRIS"}).output, 9), "alert");
}

}  // namespace
}  // namespace standin_test
