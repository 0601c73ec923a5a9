// The iris command of the stand-in, as a user meets it.
#include <signal.h>

#include <sstream>

#include "suite/instance_fixture.h"

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

TEST_F(Standin, ListsItselfInTheWordsOfEachProfile) {
  struct Words {
    const char* profile;
    const char* qlist;
    const char* list;
  };
  start();
  ASSERT_EQ(iris({"stop", "IRIS"}).status, 0);
  for (const auto& [profile, qlist, list] :
       {Words{"2020.1",
              "IRIS^@/usr^2020.1.0.214.0com^down, last used CTIME^iris.cpf^1972^52773^53773^^"
              "IRISHealth^^^@/data\n",
              "    versionid:    2020.1.0.214.0com\n    datadir:      @/data\n"
              "    conf file:    iris.cpf  (SuperServer port = 1972, WebServer = 52773)\n"
              "    status:       down, last used CTIME\n"
              "    product:      InterSystems IRIS for Health\n"},
        {"2025.3",
         "IRIS^@/usr^2025.3.0.226.0com^down, last used CTIME^iris.cpf^1972^52773^0^^IRIS^^^@/data^"
         "1972\n",
         "    versionid:    2025.3.0.226.0com\n    datadir:      @/data\n"
         "    conf file:    iris.cpf  (WebServer port = 52773)\n"
         "    status:       down, last used CTIME\n    SuperServers: 1972\n"
         "    product:      InterSystems IRIS\n"},
        {"2026.1",
         "IRIS^@/usr^2026.1.0.234.1com^down, last used CTIME^iris.cpf^1972^52773^0^^IRIS^^^@/data^"
         "1972\n",
         "    versionid:    2026.1.0.234.1com\n    datadir:      @/data\n"
         "    conf file:    iris.cpf  (WebServer port = 52773)\n"
         "    status:       down, last used CTIME\n    SuperServers: 1972\n"
         "    product:      InterSystems IRIS\n"}}) {
    fault("profile", profile);
    EXPECT_EQ(masked(iris({"qlist"}).output, top_), qlist);
    EXPECT_EQ(masked(iris({"list"}).output, top_),
              std::string{"\nConfiguration 'IRIS'   (default)\n    directory:    @/usr\n"} + list);
    EXPECT_TRUE(iris({"qall"}).output.starts_with(std::string{"dn IRIS  "} + profile));
  }
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

TEST_F(Standin, AFreezeOrThawThatTookEffectMayNotAnswer) {
  start();
  fault("freeze_answer", "exit:7");
  EXPECT_EQ(session(freeze), 7);
  EXPECT_EQ(session(is_suspended), 5);
  fault("thaw_answer", "exit:8");
  EXPECT_EQ(session(thaw), 8);
  EXPECT_EQ(session(is_suspended), 3);

  fault("freeze_answer", "hang");
  const pid_t hung = launch("iris", {"session", "IRIS", "-U", "%SYS", freeze}, top_ / "hung");
  ASSERT_TRUE(eventually([this] { return session(is_suspended) == 5; }));
  EXPECT_EQ(session(thaw), 8);  // nothing stands in its way
  EXPECT_EQ(session(is_suspended), 3);
  EXPECT_TRUE(still_running(hung));
  heal("freeze_answer");
  EXPECT_EQ(await(hung), 5);
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
  EXPECT_TRUE(eventually([this] { return session(is_suspended) == 239; }));
  fault("inhibited_status", "1");
  EXPECT_EQ(session(is_suspended), 1);
  EXPECT_TRUE(contains(iris({"stat", "IRIS"}).output, "WDSUSPD"));
  EXPECT_EQ(iris({"stat", "IRIS", "-W"}).status, 0);
  EXPECT_EQ(session(is_suspended), 3);
}

TEST_F(Standin, OrLetsASignOnWaitForTheThaw) {
  start();
  fault("clock_scale", "50");
  ASSERT_EQ(session("##class(Backup.General).ExternalFreeze(,,,500,,,1)"), 5);
  ASSERT_TRUE(eventually([this] { return session(is_suspended) == 239; }));
  fault("suspended_sign_on", "hang");
  const pid_t waiting =
      launch("iris", {"session", "IRIS", "-U", "%SYS", is_suspended}, top_ / "waiting");
  EXPECT_TRUE(contains(iris({"stat", "IRIS"}).output, "WDSUSPD"));
  EXPECT_TRUE(still_running(waiting));
  EXPECT_EQ(iris({"stat", "IRIS", "-W"}).status, 0);
  EXPECT_EQ(await(waiting), 3);
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

TEST_F(Standin, AnswersFaultsWhileItRuns) {
  start();
  fault("qlist_fault", "exit:3");
  EXPECT_EQ(iris({"qlist", "IRIS"}).status, 3);
  fault("qlist_fault", "empty");
  EXPECT_EQ(iris({"qlist", "IRIS"}).output, "");
  fault("qlist_fault", "hang");
  const pid_t hung = launch("iris", {"qlist", "IRIS"}, top_ / "hung");
  EXPECT_EQ(session(is_suspended), 3);  // takes longer than a qlist that does not hang
  EXPECT_TRUE(still_running(hung));
  heal("qlist_fault");
  EXPECT_EQ(await(hung), 0);
  EXPECT_EQ(qlist_field(read(top_ / "hung"), 1), "IRIS");
  fault("qlist_fault", "two");
  EXPECT_EQ(lines_of(iris({"qlist"}).output).size(), 2U);
  EXPECT_EQ(qlist_field(lines_of(iris({"qlist"}).output).back(), 1), "IRIS");
  heal("qlist_fault");
  fault("status", "sign-on inhibited:primary transition");
  EXPECT_EQ(status(), "sign-on inhibited:primary transition");
  heal("status");
  fault("health", "alert");
  EXPECT_EQ(qlist_field(iris({"qlist", "IRIS"}).output, 9), "alert");
}

}  // namespace
}  // namespace standin_test
