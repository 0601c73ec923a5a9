// cpfmerge helper: what the agent lets a child do with the data volume.
#include <array>
#include <cstdio>
#include <sstream>

#include "tests/unit/cpfmerge/program.h"

namespace cpf {
namespace {

using Helper = ProgramTest;
/// An instance whose iris.cpf names what a test adds.
class FreezeHelper : public ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    fs::create_directories(root / "data/mgr/user");
    fs::create_directories(root / "data/mgr/journal");
    write(root / "data/mgr/IRIS.DAT", "12");
    write(root / "data/mgr/user/IRIS.DAT", "12345");
    write(root / "data/mgr/IRIS.WIJ", "123");
    write(root / "data/mgr/messages.log", "x");
    name({});
  }
  [[nodiscard]] std::string data() const { return root / "data"; }
  /// Writes iris.cpf: `databases` beside IRISSYS and USER, `rest` behind them.
  void name(const std::string& databases, const std::string& rest = {}) const {
    const std::string mgr = data() + "/mgr/";
    write(root / "data/iris.cpf",
          "[Databases]\r\nIRISSYS=" + mgr + "\r\nUSER=" + mgr + "user/\r\n" + databases +
              "[Journal]\r\nCurrentDirectory=" + mgr + "journal/\r\n" + rest);
  }
  /// Paths and sizes, without the times.
  std::vector<std::string> witnesses() {
    const Ended ended = run({"helper", "witness", data()});
    EXPECT_EQ(ended.code, 0) << ended.err;
    std::vector<std::string> lines;
    std::istringstream in{ended.out};
    for (std::string line; std::getline(in, line);)
      lines.push_back(line.substr(0, line.rfind(' ')));
    return lines;
  }
  void expect_both_fail(const std::string& path, const std::string& what) {
    for (const char* const helper : {"sync", "witness"}) {
      const Ended ended = run({"helper", helper, data()});
      EXPECT_EQ(ended.code, 1) << helper;
      EXPECT_TRUE(has(ended.err, "'" + path + "'")) << ended.err;
      EXPECT_TRUE(has(ended.err, what)) << ended.err;
    }
  }
};

TEST_F(FreezeHelper, SyncSaysNothing) {
  const Ended ended = run({"helper", "sync", data()});
  EXPECT_EQ(ended.code, 0);
  EXPECT_EQ(ended.out + ended.err, "");
}

TEST_F(FreezeHelper, WithoutAnIrisCpfNothingIsKnown) {
  fs::remove(root / "data/iris.cpf");
  for (const char* const helper : {"sync", "witness", "resumed"}) {
    const Ended ended = run({"helper", helper, data()});
    EXPECT_EQ(ended.code, 1);
    EXPECT_TRUE(has(ended.err, "data/iris.cpf")) << ended.err;
    EXPECT_EQ(run({"helper", helper, data(), data()}).code, 2);
  }
}

TEST_F(FreezeHelper, WitnessListsDatabasesAndTheWriteImageJournalSorted) {
  fs::create_directories(root / "data/db/app");
  write(root / "data/db/app/IRIS.DAT", "1");
  write(root / "data/db/app/IRIS-0001.VOL", "1");
  fs::create_symlink(root / "data/mgr", root / "data/again");
  EXPECT_EQ(witnesses(), (std::vector<std::string>{
                             data() + "/db/app/IRIS-0001.VOL 1", data() + "/db/app/IRIS.DAT 1",
                             data() + "/mgr/IRIS.DAT 2", data() + "/mgr/IRIS.WIJ 3",
                             data() + "/mgr/user/IRIS.DAT 5"}));
}

TEST_F(FreezeHelper, WitnessFollowsIrisCpfOutOfTheDataDirectory) {
  for (const char* const directory : {"far/app", "far/wij", "far/unlisted"})
    fs::create_directories(root / directory);
  write(root / "far/app/IRIS.DAT", "1");
  write(root / "far/wij/IRIS.WIJ", "12");
  write(root / "far/unlisted/IRIS.DAT", "");
  const std::string far = root / "far";
  name("APP=" + far + "/app/,,1\r\nREMOTE=/no/such/,OTHER\r\n",
       "[config]\r\nwijdir=" + far + "/wij\r\n");
  EXPECT_EQ(witnesses(),
            (std::vector<std::string>{data() + "/mgr/IRIS.DAT 2", data() + "/mgr/IRIS.WIJ 3",
                                      data() + "/mgr/user/IRIS.DAT 5", far + "/app/IRIS.DAT 1",
                                      far + "/wij/IRIS.WIJ 2"}));
  EXPECT_EQ(run({"helper", "sync", data()}).code, 0);
}

TEST_F(FreezeHelper, ADirectoryThatIrisCpfNamesAndThatIsNotThereIsNamed) {
  name("APP=/no/such/app/\r\n");
  expect_both_fail("/no/such/app", "database APP in '" + data() + "/iris.cpf'");
  name({}, "[config]\nwijdir=/no/such/wij/\n");
  expect_both_fail("/no/such/wij", "write image journal");
  name("APP=mgr/app\r\n");
  expect_both_fail("mgr/app", "no absolute path");
  name({}, "AlternateDirectory=/no/such/journal/\n");
  const Ended ended = run({"helper", "sync", data()});
  EXPECT_EQ(ended.code, 1);
  EXPECT_TRUE(has(ended.err, "'/no/such/journal' (alternate journals")) << ended.err;
}

TEST_F(FreezeHelper, WitnessSeesAWriteByItsTime) {
  const std::string before_it = run({"helper", "witness", data()}).out;
  EXPECT_EQ(run({"helper", "witness", data()}).out, before_it);
  const fs::path file = root / "data/mgr/user/IRIS.DAT";
  fs::last_write_time(file, fs::last_write_time(file) + std::chrono::nanoseconds{1});
  EXPECT_NE(run({"helper", "witness", data()}).out, before_it);
}

TEST_F(FreezeHelper, WitnessGoesSixLevelsDeep) {
  fs::create_directories(root / "data/1/2/3/4/5/6/7");
  write(root / "data/1/2/3/4/5/6/IRIS.DAT", "");
  write(root / "data/1/2/3/4/5/6/7/IRIS.DAT", "");
  const std::string out = run({"helper", "witness", data()}).out;
  EXPECT_TRUE(has(out, "/6/IRIS.DAT"));
  EXPECT_FALSE(has(out, "/7/IRIS.DAT"));
}

TEST_F(FreezeHelper, ResumedQuotesWhoResumedItFirstAfterTheLastSuspension) {
  const auto resumed = [this] { return run({"helper", "resumed", data()}).out; };
  EXPECT_EQ(resumed(), "");
  write(root / "data/mgr/messages.log",
        "1 ExternalFreeze: System suspended\n2 ExternalThaw: Resuming system\n"
        "3 ExternalFreeze: System suspended\n4 something else\n5 ExternalThaw: Resuming system\n"
        "6 ExternalThaw: System resumed\n");
  EXPECT_EQ(resumed(), "5 ExternalThaw: Resuming system\n");
  write(root / "elsewhere.log", "7 irisstat -W: resuming suspended system\n");
  name({}, "[config]\nconsole=" + (root / "elsewhere.log").string() + ",\n");
  EXPECT_EQ(resumed(), "7 irisstat -W: resuming suspended system\n");
}

TEST_F(Helper, DiskTellsFreeSpaceAndHowAWriteWentAndLeavesNothing) {
  const Ended ended = run({"helper", "disk", root / "data"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  unsigned long long free = 0;
  unsigned long long size = 0;
  std::array<char, 16> word{};
  ASSERT_EQ(
      std::sscanf(ended.out.c_str(), "free=%llu size=%llu write=%15s", &free, &size, word.data()),
      3)
      << ended.out;
  EXPECT_GT(free, 0U);
  EXPECT_GT(size, free);
  EXPECT_EQ(std::string{word.data()}, "done");
  EXPECT_TRUE(fs::is_empty(root / "data"));
}

TEST_F(Helper, DiskOfWhatIsNotThereIsNoReport) {
  const Ended ended = run({"helper", "disk", root / "none"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_EQ(ended.out, "");
}

TEST_F(Helper, TailPrintsTheSizeAndWhatIsNew) {
  write(root / "data/log", "first\nsecond\n");
  EXPECT_EQ(run({"helper", "tail", root / "data/log", "6"}).out, "13\nsecond\n");
  EXPECT_EQ(run({"helper", "tail", root / "data/log", "13"}).out, "13\n");
  EXPECT_EQ(run({"helper", "tail", root / "data/log", "99"}).out, "13\n");
  EXPECT_EQ(run({"helper", "tail", root / "data/none", "0"}).code, 1);
  EXPECT_EQ(run({"helper", "tail", root / "data", "0"}).code, 1);
  EXPECT_EQ(run({"helper", "tail", root / "data/log", "x"}).code, 2);
}

}  // namespace
}  // namespace cpf
