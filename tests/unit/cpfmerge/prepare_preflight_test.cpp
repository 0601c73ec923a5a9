// cpfmerge prepare: what is refused before IRIS could fail with a cryptic message.
#include <sys/stat.h>

#include "tests/unit/cpfmerge/program.h"

namespace cpf {
namespace {

using Preflight = ProgramTest;

TEST_F(Preflight, AForeignDirectoryIsRefusedWithTheRemedy) {
  write(root / "data/somebody-elses", "x");
  const Ended ended = prepare();
  EXPECT_EQ(ended.code, 78);
  EXPECT_TRUE(has(ended.err, "subdirectory of the mount"));
}

TEST_F(Preflight, TheRootOfAFileSystemIsRecognised) {
  fs::create_directory(root / "data/lost+found");
  const Ended ended = prepare();
  EXPECT_EQ(ended.code, 78);
  EXPECT_TRUE(has(ended.err, "lost+found"));
}

TEST_F(Preflight, AMissingDataDirectoryIsMade) {
  environment["ISC_DATA_DIRECTORY"] = root / "data/iris";
  EXPECT_EQ(prepare().code, 0);
  EXPECT_TRUE(fs::is_directory(root / "data/iris"));
}

TEST_F(Preflight, ADataDirectoryWithoutAParentIsRefused) {
  environment["ISC_DATA_DIRECTORY"] = root / "none/iris";
  const Ended ended = prepare();
  EXPECT_EQ(ended.code, 78);
  EXPECT_TRUE(has(ended.err, "mount the volume"));
  environment["ISC_DATA_DIRECTORY"] = "data";
  EXPECT_EQ(prepare().code, 78);
  write(root / "file", "");
  environment["ISC_DATA_DIRECTORY"] = root / "file";
  EXPECT_EQ(prepare().code, 78);
}

TEST_F(Preflight, AnInstanceWithoutMessagesLogIsRefusedWithTheRemedy) {
  make_instance();
  fs::remove(root / "data/mgr/messages.log");
  const Ended ended = prepare();
  EXPECT_EQ(ended.code, 78);
  EXPECT_TRUE(has(ended.err, "touch '" + (root / "data/mgr/messages.log").string() + "'"));
}

TEST_F(Preflight, AnInstanceThatWasNeverFinishedIsLeftToIris) {
  fs::create_directory(root / "data/mgr");
  const Ended ended = prepare();
  EXPECT_EQ(ended.code, 0);
  EXPECT_TRUE(has(ended.err, "never finished"));
}

TEST_F(Preflight, TheRunDirectoryIsMadeForOurUserAndGroup) {
  const Ended ended = run({"prepare", "--run-dir", root / "work/run"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  struct stat info {};
  ASSERT_EQ(::stat((root / "work/run").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777U, 0770U);
  EXPECT_TRUE(fs::exists(root / "work/run/merge.cpf"));
}

TEST_F(Preflight, TheRunDirectoryMayNotLieInTheDataDirectory) {
  EXPECT_EQ(run({"prepare", "--run-dir", root / "data/run"}).code, 78);
  EXPECT_TRUE(fs::is_empty(root / "data"));
}

TEST_F(Preflight, ARunDirectoryThatCannotBeMadeIsRefused) {
  const Ended ended = run({"prepare", "--run-dir", root / "none/run"});
  EXPECT_EQ(ended.code, 78);
  EXPECT_TRUE(has(ended.err, "IRIS_INIT_PATHS_RUN_DIR"));
}

/// As IRIS's user, whom directories may refuse.
class AsIrisowner : public ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    if (::geteuid() != 0) GTEST_SKIP() << "needs root: to become another user";
    before = {"setpriv", "--reuid=51773", "--regid=51773", "--clear-groups"};
    if (run({"--version"}).code != 0) GTEST_SKIP() << "setpriv does not work here";
    ::chmod(root.c_str(), 0755);
    ::chmod((root / "password").c_str(), 0644);
    for (const char* const directory : {"run", "data", "work"})
      ASSERT_EQ(::chown((root / directory).c_str(), 51773, 51773), 0);
  }
};

TEST_F(AsIrisowner, AllIsWellWithItsOwnDirectories) {
  const Ended ended = prepare();
  EXPECT_EQ(ended.code, 0) << ended.err;
}

TEST_F(AsIrisowner, AVolumeOfAnotherUserIsRefusedWithTheRemedy) {
  ASSERT_EQ(::chown((root / "data").c_str(), 0, 0), 0);
  const Ended ended = prepare();
  EXPECT_EQ(ended.code, 78);
  EXPECT_TRUE(has(ended.err, "fsGroup: 51773"));
  EXPECT_TRUE(has(ended.err, "owned by 0:0"));
  environment["ISC_DATA_DIRECTORY"] = root / "data/iris";
  EXPECT_TRUE(has(prepare().err, "fsGroup: 51773"));
}

TEST_F(AsIrisowner, AnInstanceThatWasCopiedByRootIsRefusedWithTheRemedy) {
  make_instance();
  const Ended ended = prepare();
  EXPECT_EQ(ended.code, 78);
  EXPECT_TRUE(has(ended.err, "cannot write to '" + (root / "data/mgr").string() + "'"));
  EXPECT_TRUE(has(ended.err, "fsGroup: 51773"));
}

TEST_F(AsIrisowner, ARegistryOfAnotherUserIsAWarning) {
  fs::create_directory(root / "registry");
  environment["IRISSYS"] = root / "registry";
  const Ended ended = prepare();
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_TRUE(has(ended.err, "Invalid registry ownership"));
}

TEST_F(Preflight, ActionsInIrissOwnCpfAreToldBeforeIrisFailsOverThem) {
  make_instance();
  write(root / "data/iris.cpf", "[config]\nbbsiz=-1\n[Actions]\nCreateResource:Name=A\n");
  const Ended ended = prepare();
  EXPECT_EQ(ended.code, 0) << "only IRIS can say for sure";
  EXPECT_TRUE(has(ended.err, "iris.cpf:3:2: error: [Actions] in IRIS's own CPF"));
}

TEST_F(Preflight, DataWithoutAVolumeAreAWarning) {
  environment.erase("ISC_DATA_DIRECTORY");
  environment["ISC_PACKAGE_INSTALLDIR"] = root / "work";
  EXPECT_TRUE(has(prepare().err, "ISC_DATA_DIRECTORY is not set: the data lie in the container"));
}

TEST_F(Preflight, WhatTheImageSetsAndIsMissingIsAWarning) {
  EXPECT_TRUE(has(prepare().err, "not set: ISC_PACKAGE_INSTANCENAME, "));
}

TEST_F(AsIrisowner, AWorkingDirectoryWithoutIrisMainLogIsRefused) {
  ASSERT_EQ(::chown((root / "work").c_str(), 0, 0), 0);
  const Ended ended = prepare();
  EXPECT_EQ(ended.code, 78);
  EXPECT_TRUE(has(ended.err, "iris-main.log"));
}

TEST_F(AsIrisowner, MissingCapabilitiesAreAWarning) {
  before.insert(before.end(), "--bounding-set=-setuid,-fowner");
  const Ended ended = prepare();
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_TRUE(has(ended.err, "missing: cap_setuid, cap_fowner;"));
}

TEST_F(AsIrisowner, AnUnreadableSourceNeverCostsALaterStart) {
  make_instance();
  for (const char* const path : {"data/mgr", "data/mgr/messages.log", "data/iris.cpf"})
    ASSERT_EQ(::chown((root / path).c_str(), 51773, 51773), 0);
  write(root / "merge.d/1.cpf", "[config]\na=1\n");
  ::chmod((root / "merge.d/1.cpf").c_str(), 0600);
  const Ended ended = prepare();
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_TRUE(has(ended.err, "leaving out"));
}

TEST_F(Preflight, AVolumeWithoutRoomForANewInstanceIsRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root: to mount a small tmpfs";
  before = {"unshare",
            "--mount",
            "sh",
            "-c",
            "mount -t tmpfs -o size=1m tmpfs '" + (root / "data").string() + "' && exec \"$@\"",
            "sh"};
  if (run({"--version"}).code != 0) GTEST_SKIP() << "no new mount namespace here";
  const Ended ended = prepare();
  EXPECT_EQ(ended.code, 78);
  EXPECT_TRUE(has(ended.err, "200 MB"));
}

TEST_F(Preflight, AVolumeThatIsMountedReadOnlyIsRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root: to mount a small tmpfs";
  before = {"unshare",
            "--mount",
            "sh",
            "-c",
            "mount -t tmpfs -o ro tmpfs '" + (root / "data").string() + "' && exec \"$@\"",
            "sh"};
  if (run({"--version"}).code != 0) GTEST_SKIP() << "no new mount namespace here";
  const Ended ended = prepare();
  EXPECT_EQ(ended.code, 78);
  EXPECT_TRUE(has(ended.err, "read-only"));
}

}  // namespace
}  // namespace cpf
