// The store as its users meet it: freezes with time limits, full caches, dead daemons, damaged
// files.
#include <signal.h>

#include <algorithm>
#include <sstream>

#include "suite/instance_fixture.h"

namespace standin_test {
namespace {

class Store : public Standin {
 protected:
  void begin_writing(const std::string& hang) {
    writer_ = launch("iris",
                     {"session", "IRIS", "-U", "USER", "--acknowledge",
                      "for i=1:1:10000000 set ^k8stest($i(^k8stest))=i hang " + hang},
                     acknowledged());
    ASSERT_TRUE(eventually([this] { return written() > 200; }));
  }
  void end_writing() const {
    ::kill(writer_, SIGKILL);
    await(writer_);
  }
  [[nodiscard]] fs::path acknowledged() const { return top_ / "acknowledged"; }
  [[nodiscard]] std::size_t written() const { return read(acknowledged()).size(); }
  /// The writer has got nothing acknowledged while a whole session came and went.
  [[nodiscard]] bool writer_waits() const {
    const std::size_t before = written();
    (void)session(is_suspended);
    return written() == before;
  }
  [[nodiscard]] bool writer_goes_on() const {
    const std::size_t before = written();
    return eventually([&] { return written() > before; });
  }
  [[nodiscard]] Ended verify() const {
    return run("iris-standin",
               {"irisdb", "--verify", data().string(), "--acknowledged", acknowledged().string()});
  }
  [[nodiscard]] pid_t daemon(const std::string& role) const {
    const std::string control = std::to_string(orphans().at(0));
    std::istringstream in{read("/proc/" + control + "/task/" + control + "/children")};
    for (pid_t pid = 0; in >> pid;)
      if (contains(read("/proc/" + std::to_string(pid) + "/cmdline"), role)) return pid;
    return 0;
  }
  [[nodiscard]] fs::path newest_journal() const {
    fs::path newest;
    for (const auto& entry : fs::directory_iterator{mgr() / "journal"})
      newest = std::max(newest, entry.path());
    return newest;
  }

  pid_t writer_ = 0;
};

TEST_F(Store, AfterTheFreezeTimeoutUpdatesWaitUntilTheThaw) {
  environment_["IRIS_STANDIN_CLOCK_SCALE"] = "10";
  start();
  begin_writing("0.1");
  ASSERT_EQ(session("##class(Backup.General).ExternalFreeze(,,,500,,,10)"), 5);
  EXPECT_TRUE(writer_goes_on());
  ASSERT_TRUE(eventually([this] { return session(is_suspended) == 239; }));  // no sign-on
  EXPECT_TRUE(eventually([this] { return writer_waits(); }));
  EXPECT_TRUE(writer_waits());
  EXPECT_EQ(iris({"stat", "IRIS", "-W"}).status, 0);
  EXPECT_TRUE(writer_goes_on());
  end_writing();
}

TEST_F(Store, UpdatesWaitBeforeTheTimeoutWhenTheCacheIsFull) {
  environment_["IRIS_STANDIN_CACHE_BYTES"] = "131072";
  start();
  begin_writing("0");
  ASSERT_EQ(session(freeze), 5);
  EXPECT_TRUE(eventually([this] { return writer_waits(); }));
  EXPECT_EQ(session(is_suspended), 5);  // sessions that only read are served
  EXPECT_EQ(session(thaw), 5);
  EXPECT_TRUE(writer_goes_on());
  end_writing();
}

TEST_F(Store, UpdatesThatAreLockedForLongAreHungUntilTheyGoOn) {
  environment_["IRIS_STANDIN_CACHE_BYTES"] = "131072";
  start();
  const pid_t write_daemon = daemon("WRTDMN");
  const auto health = [this] { return qlist_field(iris({"qlist", "IRIS"}).output, 9); };
  begin_writing("0");
  ASSERT_EQ(::kill(write_daemon, SIGSTOP), 0);
  ASSERT_TRUE(eventually([this] { return writer_waits(); }));
  fault("clock_scale", "50");  // three seconds become 60 ms
  EXPECT_TRUE(eventually([&] { return health() == "hung"; }));
  ASSERT_EQ(::kill(write_daemon, SIGCONT), 0);
  EXPECT_TRUE(eventually([&] { return health() == "ok"; }));
  EXPECT_TRUE(writer_goes_on());
  end_writing();
}

TEST_F(Store, UpdatesMayWaitFromTheFirstMomentOfAFreeze) {
  fault("frozen_updates", "pause");
  start();
  begin_writing("0.001");
  ASSERT_EQ(session(freeze), 5);
  EXPECT_TRUE(eventually([this] { return writer_waits(); }));
  fault("frozen_updates", "go_on");
  EXPECT_TRUE(writer_goes_on());
  EXPECT_EQ(session(thaw), 5);
  end_writing();
}

TEST_F(Store, FreezesAndThawsByVerbsOfItsOwn) {
  start();
  EXPECT_EQ(iris({"freeze", "IRIS", "timeout=900"}).status, 0);
  EXPECT_EQ(session(is_suspended), 5);
  EXPECT_EQ(iris({"freeze", "IRIS"}).status, 1);
  EXPECT_EQ(iris({"thaw", "IRIS"}).status, 0);
  EXPECT_EQ(iris({"thaw", "IRIS"}).status, 1);
  EXPECT_EQ(session(is_suspended), 3);
  fault("profile", "2025.3");
  const Ended unknown = iris({"freeze", "IRIS"});
  EXPECT_EQ(unknown.status, 1);
  EXPECT_TRUE(contains(unknown.output, "usage: iris ")) << unknown.output;
  EXPECT_EQ(session(is_suspended), 3);
}

TEST_F(Store, RefusesASuspendLimitBeforeItWasInvented) {
  start();
  fault("profile", "2020.1");
  const Ended refused =
      iris({"session", "IRIS", "-U", "%SYS", "##class(Backup.General).ExternalFreeze(,,,,,,,,,9)"});
  EXPECT_EQ(refused.status, 3);
  EXPECT_TRUE(contains(refused.output, "<PARAMETER>")) << refused.output;
  EXPECT_EQ(session(is_suspended), 3);
}

TEST_F(Store, AFreezeTellsWhereTheJournalGoesOn) {
  environment_["IRIS_STANDIN_JOURNAL_SYNC"] = "commit";
  start();
  ASSERT_EQ(user_session("set ^a=1").status, 0);
  const Ended frozen = iris(
      {"session", "IRIS", "-U", "%SYS", "##class(Backup.General).ExternalFreeze(,\"here\",,,,1)"});
  ASSERT_EQ(frozen.status, 5) << frozen.output;
  const std::string journal = newest_journal().string();
  EXPECT_TRUE(contains(frozen.output, "\nJournal file switched to:\n" + journal + "\n"));
  EXPECT_TRUE(contains(frozen.output, "with journal file: " + journal + "\n"));
  EXPECT_TRUE(contains(read(journal), "here"));
  EXPECT_FALSE(contains(read(journal), "mgr/user"));
  ASSERT_EQ(user_session("set ^a=2").status, 0);
  EXPECT_TRUE(contains(read(journal), "mgr/user"));
}

TEST_F(Store, OrOnlyMessagesLogTellsFromWhichJournalToRestore) {
  fault("freeze_tells_journal", "no");
  start();
  const Ended frozen =
      iris({"session", "IRIS", "-U", "%SYS", "##class(Backup.General).ExternalFreeze(,,,,,1)"});
  ASSERT_EQ(frozen.status, 5) << frozen.output;
  EXPECT_TRUE(contains(frozen.output, ": System suspended\n")) << frozen.output;
  EXPECT_FALSE(contains(frozen.output, "with journal file: ")) << frozen.output;
  EXPECT_TRUE(contains(messages(), "with journal file: " + newest_journal().string() + "\n"));
}

TEST_F(Store, SessionsGoOnWithoutTheWriteDaemonAndReadWhatTheyWrote) {
  start();
  ASSERT_EQ(user_session("set ^a(1)=\"written\"").status, 0);
  ASSERT_TRUE(
      eventually([this] { return contains(read(mgr() / "user" / "IRIS.DAT"), "written"); }));
  ASSERT_EQ(::kill(daemon("WRTDMN"), SIGKILL), 0);
  ASSERT_EQ(user_session("set ^a(2)=\"kept\"").status, 0);
  EXPECT_EQ(user_session("write ^a(1),^a(2)").output, "writtenkept");
}

TEST_F(Store, AWriterEndsWithItsInstance) {
  start();
  begin_writing("0.001");
  ASSERT_EQ(iris({"force", "IRIS"}).status, 0);
  EXPECT_EQ(await(writer_), 3);
  EXPECT_TRUE(contains(read(acknowledged()), "<SHUTDOWN>"));
}

TEST_F(Store, AStopLosesNothingThatAWriterGotAcknowledged) {
  start();
  begin_writing("0");
  ASSERT_EQ(iris({"stop", "IRIS"}).status, 0);
  EXPECT_EQ(await(writer_), 3);
  // Without the error that ended it.
  const std::string text = read(acknowledged());
  write(acknowledged(), text.substr(0, text.find("\n\n") + 1));
  const Ended stopped = verify();
  EXPECT_EQ(stopped.status, 0) << stopped.output;
  EXPECT_TRUE(contains(stopped.output, "missing as it is: 0 of ")) << stopped.output;
}

/// A crash inside a freeze: what was changed since then only the journal has.
class Crashed : public Store {
 protected:
  void SetUp() override {
    Store::SetUp();
    environment_["IRIS_STANDIN_JOURNAL_SYNC"] = "commit";
    start();
    ASSERT_EQ(user_session("set ^first=\"passed\"").status, 0);
    ASSERT_EQ(session(freeze), 5);
    const Ended changes = iris({"session", "IRIS", "-U", "USER", "--acknowledge",
                                "kill ^a(7) for i=1:1:50 set ^a(i)=\"value \""});
    ASSERT_EQ(changes.status, 0) << changes.output;
    write(acknowledged(), changes.output);
    ASSERT_EQ(iris({"force", "IRIS"}).status, 0);
  }

  void begin_a_start_that_dies_in_its_recovery() const {
    write(mgr() / "messages.log", "");
    fault("recovery_ms", "60000");
    const pid_t starting = launch("iris", {"start", "IRIS"}, top_ / "start");
    ASSERT_TRUE(eventually([this] { return contains(messages(), "Journal recovery"); }));
    ::kill(starting, SIGKILL);
    await(starting);
    // The process that recovered dies with the start.
    EXPECT_TRUE(eventually([this] { return orphans().empty(); }));
    fault("recovery_ms", "10");
  }
};

TEST_F(Crashed, ItsJournalIsReplayedAndMessagesLogTellsIt) {
  const Ended before = verify();
  EXPECT_EQ(before.status, 1) << before.output;
  EXPECT_TRUE(contains(before.output, "missing as it is: 50 (tail: ")) << before.output;
  EXPECT_TRUE(contains(before.output, "missing after recovery: 0 of ")) << before.output;
  start();
  EXPECT_EQ(verify().status, 0);
  EXPECT_EQ(user_session("write ^first,^a(50)").output, "passedvalue ");
  const std::string log = messages();
  std::size_t at = 0;
  for (const std::string& line :
       {std::string{"\n*** Recovery started at "}, "     WIJ file spec: " + mgr().string(),
        "\nRecovering local (" + mgr().string() + "/IRIS.WIJ) image journal file...\n",
        std::string{" blocks pending in this WIJ.\n"}, std::string{"\nStarting fast WIJ compare\n"},
        std::string{"\nExiting with status 3 (Success)\n"},
        std::string{" 2 [Generic.Event] Previous system shutdown was abnormal"},
        std::string{" 2 [Generic.Event] Preserving journal files "},
        std::string{"Journal recovery: 100% done"}}) {
    at = log.find(line, at);
    EXPECT_NE(at, std::string::npos) << line << "\n" << log;
  }
}

TEST_F(Crashed, RecoveryTellsAsOftenAsItIsToldTo) {
  fault("recovery_ms", "100");
  fault("recovery_line_ms", "10");
  start();
  EXPECT_TRUE(contains(messages(), "Journal recovery: 10% done"));
  ASSERT_EQ(iris({"force", "IRIS"}).status, 0);
  write(mgr() / "messages.log", "");
  fault("recovery_line_ms", "0");
  start();
  EXPECT_TRUE(contains(messages(), "Exiting with status 3 (Success)"));
  EXPECT_FALSE(contains(messages(), "Journal recovery"));
}

TEST_F(Crashed, AStartThatIsKilledInItsRecoveryIsRepeated) {
  begin_a_start_that_dies_in_its_recovery();
  start();
  EXPECT_TRUE(contains(verify().output, "missing as it is: 0 of "));
}

TEST_F(Crashed, AJournalCutInARecordLosesThatRecordOnly) {
  const fs::path journal = newest_journal();
  fs::resize_file(journal, fs::file_size(journal) - 3);
  const Ended before = verify();
  EXPECT_EQ(before.status, 1) << before.output;
  EXPECT_TRUE(contains(before.output, "its last record is half written")) << before.output;
  EXPECT_TRUE(contains(before.output, "missing after recovery: 1 (tail: ")) << before.output;
  start();
  EXPECT_EQ(user_session("write ^a(49),$get(^a(50),\"none\")").output, "value none");
  EXPECT_EQ(user_session("set ^b=\"after\"").status, 0);
  ASSERT_EQ(iris({"force", "IRIS"}).status, 0);
  const Ended after = verify();  // numbers go on without a gap
  EXPECT_LE(after.status, 1) << after.output;
}

TEST_F(Crashed, ADatabaseOfAnotherMomentIsTornAndMountedOnlyIfToldTo) {
  const fs::path database = mgr() / "user" / "IRIS.DAT";
  start();
  ASSERT_EQ(iris({"stop", "IRIS"}).status, 0);
  fs::copy_file(database, top_ / "old");
  start();
  ASSERT_EQ(user_session("set ^c=\"newer\"").status, 0);
  ASSERT_TRUE(eventually([&] { return contains(read(database), "newer"); }));
  // Until then, its pages in the write image journal would mend it.
  ASSERT_TRUE(eventually([this] { return verify().status == 0; }));
  ASSERT_EQ(iris({"force", "IRIS"}).status, 0);
  fs::copy_file(top_ / "old", database, fs::copy_options::overwrite_existing);
  EXPECT_EQ(verify().status, 2);
  const Ended refused = iris({"start", "IRIS"});
  EXPECT_EQ(refused.status, 1) << refused.output;
  EXPECT_TRUE(contains(messages(), "Database mgr/user is degraded: ")) << messages();
  EXPECT_TRUE(down());
  fault("torn_database", "mount");
  start();
  // Lost without a word.
  EXPECT_EQ(user_session("write $get(^c,\"lost\")").output, "lost");
}

TEST_F(Crashed, AMissingWriteImageJournalIsMadeAnew) {
  fs::remove(mgr() / "IRIS.WIJ");
  const Ended before = verify();
  EXPECT_EQ(before.status, 1) << before.output;  // the start below succeeds
  EXPECT_TRUE(contains(before.output, "missing after recovery: 0 of ")) << before.output;
  start();
  EXPECT_EQ(user_session("write ^first,^a(50)").output, "passedvalue ");
  ASSERT_EQ(user_session("set ^b=1").status, 0);
  ASSERT_EQ(iris({"stop", "IRIS"}).status, 0);
  const Ended after = verify();
  EXPECT_EQ(after.status, 0) << after.output;
}

TEST_F(Crashed, WithoutAWriteImageJournalADamagedDatabaseIsStillTorn) {
  fs::remove(mgr() / "IRIS.WIJ");
  const fs::path database = mgr() / "user" / "IRIS.DAT";
  std::string bytes = read(database);
  ASSERT_TRUE(contains(bytes, "passed"));
  bytes[bytes.find("passed")] = 'P';
  write(database, bytes);
  const Ended before = verify();
  EXPECT_EQ(before.status, 2) << before.output;
  EXPECT_EQ(iris({"start", "IRIS"}).status, 1);
  EXPECT_TRUE(contains(messages(), "Database mgr/user is degraded: page ")) << messages();
  fault("torn_database", "mount");
  start();
}

TEST_F(Crashed, WithoutAWriteImageJournalAnOlderDatabaseCatchesUp) {
  const fs::path database = mgr() / "user" / "IRIS.DAT";
  fs::copy_file(database, top_ / "old");
  start();
  ASSERT_EQ(session("set ^later=1"), 0);  // in another database
  ASSERT_TRUE(eventually([this] { return contains(read(mgr() / "IRIS.DAT"), "later"); }));
  ASSERT_EQ(iris({"force", "IRIS"}).status, 0);
  fs::copy_file(top_ / "old", database, fs::copy_options::overwrite_existing);
  fs::remove(mgr() / "IRIS.WIJ");
  const Ended before = verify();
  EXPECT_EQ(before.status, 1) << before.output;
  EXPECT_TRUE(contains(before.output, "missing as it is: 50 ")) << before.output;
  EXPECT_TRUE(contains(before.output, "missing after recovery: 0 of ")) << before.output;
  begin_a_start_that_dies_in_its_recovery();
  EXPECT_TRUE(contains(verify().output, "missing after recovery: 0 of "));
  start();
  EXPECT_EQ(user_session("write ^first,^a(50)").output, "passedvalue ");
}

TEST_F(Crashed, TheCheckerSaysWhyItCannotAnswer) {
  EXPECT_EQ(run("iris-standin", {"irisdb", "--verify"}).status, 64);
  EXPECT_EQ(run("iris-standin", {"irisdb", "--verify", (top_ / "none").string()}).status, 64);
  EXPECT_EQ(run("iris-standin", {"irisdb", "--verify", (top_ / "usr").string()}).status, 2);
}

}  // namespace
}  // namespace standin_test
