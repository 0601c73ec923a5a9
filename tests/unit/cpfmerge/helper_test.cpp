// cpfmerge helper: what the agent lets a child do with the data volume.
#include <array>
#include <cstdio>

#include "tests/unit/cpfmerge/program.h"

namespace cpf {
namespace {

using Helper = ProgramTest;

TEST_F(Helper, SyncSaysNothing) {
  const Ended ended = run({"helper", "sync", root / "data", root / "run"});
  EXPECT_EQ(ended.code, 0);
  EXPECT_EQ(ended.out + ended.err, "");
}

TEST_F(Helper, SyncOfWhatIsNotThereFailsWithOneLine) {
  const Ended ended = run({"helper", "sync", root / "none"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_TRUE(has(ended.err, "none"));
}

TEST_F(Helper, WitnessListsDatabasesAndTheWriteImageJournalSorted) {
  fs::create_directories(root / "data/mgr/user");
  fs::create_directories(root / "data/db/app");
  write(root / "data/mgr/user/IRIS.DAT", "12345");
  write(root / "data/db/app/IRIS.DAT", "1");
  write(root / "data/mgr/IRIS.WIJ", "123");
  write(root / "data/mgr/messages.log", "x");
  fs::create_symlink(root / "data/mgr", root / "data/again");
  const Ended ended = run({"helper", "witness", root / "data", root / "data/mgr"});
  EXPECT_EQ(ended.code, 0);
  std::vector<std::string> lines;
  std::istringstream in{ended.out};
  for (std::string line; std::getline(in, line);)
    lines.push_back(line.substr(0, line.rfind(' ')));  // without the time
  const std::string data = root / "data";
  EXPECT_EQ(lines, (std::vector<std::string>{data + "/db/app/IRIS.DAT 1", data + "/mgr/IRIS.WIJ 3",
                                             data + "/mgr/user/IRIS.DAT 5"}));
}

TEST_F(Helper, WitnessSeesAWriteByItsTime) {
  write(root / "data/IRIS.DAT", "1");
  const std::string before_it = run({"helper", "witness", root / "data"}).out;
  EXPECT_EQ(run({"helper", "witness", root / "data"}).out, before_it);
  fs::last_write_time(root / "data/IRIS.DAT",
                      fs::last_write_time(root / "data/IRIS.DAT") + std::chrono::nanoseconds{1});
  EXPECT_NE(run({"helper", "witness", root / "data"}).out, before_it);
}

TEST_F(Helper, WitnessGoesSixLevelsDeep) {
  fs::create_directories(root / "data/1/2/3/4/5/6/7");
  write(root / "data/1/2/3/4/5/6/IRIS.DAT", "");
  write(root / "data/1/2/3/4/5/6/7/IRIS.DAT", "");
  const std::string out = run({"helper", "witness", root / "data"}).out;
  EXPECT_TRUE(has(out, "/6/IRIS.DAT"));
  EXPECT_FALSE(has(out, "/7/IRIS.DAT"));
}

TEST_F(Helper, WitnessOfWhatIsNotThereFails) {
  EXPECT_EQ(run({"helper", "witness", root / "none"}).code, 1);
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
