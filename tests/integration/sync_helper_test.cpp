// `cpfmerge helper sync` and power that is lost: what was written before it is on the disk, on each
// of the file systems that iris.cpf names. In the same test without it, it is not.
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include "tests/integration/harness/namespaces.h"
#include "tests/integration/harness/own_disk.h"
#include "tests/integration/harness/program.h"
#include "tests/integration/harness/temp_dir.h"

namespace testing_support {
namespace {

using std::string;

/// The only setting of iris.cpf that names a directory of the second file system: `line`, with the
/// data directory for DATA and the second file system for FAR.
struct Named {
  const char* what;
  const char* line;
};

class SyncHelper : public ::testing::TestWithParam<Named> {
 protected:
  void SetUp() override {
    SKIP_WITHOUT_NAMESPACES();
    if (!OwnDisk::is_possible())
      GTEST_SKIP() << "file systems of its own need root, loop devices and /usr/sbin/mkfs.ext4";
    for (const char* const directory : {"data", "far"})
      std::filesystem::create_directories(dir_ / directory);
  }
  /// In place, so that it is on the disk when the file's one page is, and not before.
  void write(const string& content) const {
    for (const char* const file : files)
      std::fstream{dir_ / file, std::ios::binary | std::ios::in | std::ios::out} << content;
  }
  void expect(const string& content, const char* why) const {
    for (const char* const file : files)
      EXPECT_EQ(dir_.read(file), content) << file << ": " << why;
  }
  /// What a machine finds that has lost its power and starts again.
  static void lose_power(OwnDisk& disk) {
    ASSERT_TRUE(disk.cut_off());
    ASSERT_TRUE(disk.mount_again());
  }
  [[nodiscard]] string iris_cpf() const {
    string line = GetParam().line;
    for (const auto& [word, path] : {std::pair{"DATA", dir_ / "data"}, {"FAR", dir_ / "far"}})
      if (const auto at = line.find(word); at != string::npos)
        line.replace(at, string{word}.size(), path);
    return line;
  }

  static constexpr std::array files{"data/mgr/IRIS.DAT", "far/file"};
  const TempDir dir_;
};

INSTANTIATE_TEST_SUITE_P(
    OfIrisCpf, SyncHelper,
    ::testing::Values(Named{"Database", "[Databases]\nAPP=FAR/\n"},
                      Named{"Streams", "[Databases]\nAPP=DATA/mgr/,,1,,,FAR/\n"},
                      Named{"Journals", "[Journal]\nCurrentDirectory=FAR/\n"},
                      Named{"AlternateJournals", "[Journal]\nAlternateDirectory=FAR/\n"},
                      Named{"WriteImageJournal", "[config]\nwijdir=FAR/\n"}),
    [](const auto& each) { return string{each.param.what}; });

TEST_P(SyncHelper, WhatWasWrittenBeforeItOutlivesALossOfPower) {
  OwnDisk near{dir_ / "near.image", dir_ / "data"};
  OwnDisk far{dir_ / "far.image", dir_ / "far"};
  dir_.write("data/iris.cpf", iris_cpf());
  for (const char* const file : files)
    dir_.write(file, "old");
  for (OwnDisk* const disk : {&near, &far})
    ASSERT_TRUE(disk->mount_again());  // all of it is on the disk

  write("new");
  lose_power(near);
  lose_power(far);
  expect("old", "or nothing is lost here, and nothing can be shown");

  write("new");
  Program helper = Program::as_pid1({.argv = {CPFMERGE, "helper", "sync", dir_ / "data"}});
  ASSERT_EQ(helper.wait_code(within(60s)), 0) << helper.log();
  lose_power(near);
  lose_power(far);
  expect("new", "it is lost");
}

}  // namespace
}  // namespace testing_support
