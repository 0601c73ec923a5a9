// cpfmerge prepare: sources, refusals, passwords and the effective file.
#include <sys/stat.h>

#include "tests/unit/cpfmerge/program.h"
#include "tests/unit/cpfmerge/vectors.h"

namespace cpf {
namespace {

using PrepareMerge = ProgramTest;

TEST_F(PrepareMerge, AFirstStartGetsTheSettingsAndTheHashedPassword) {
  write(root / "merge.d/10.cpf", "[config]\nglobals=0,0,800,0,0,0\ngmheap=256000");
  const Ended ended = prepare();
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_TRUE(has(merge_file(), "[config]\n# from " + (root / "merge.d/10.cpf").string() +
                                    "\nglobals=0,0,800,0,0,0\ngmheap=256000\n"));
  const auto at = merge_file().find("PasswordHash=");
  ASSERT_NE(at, std::string::npos);
  EXPECT_EQ(run({"passwordhash", "--verify", merge_file().substr(at)}, "Secret 1").code, 0);
  struct stat info {};
  ASSERT_EQ(::stat((root / "run/merge.cpf").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777U, 0600U);
  EXPECT_TRUE(fs::is_empty(root / "data")) << "nothing of ours in the data directory";
}

TEST_F(PrepareMerge, WhatIsLeftToIrissDefaultsIsSaid) {
  const Ended silent = prepare();
  ASSERT_EQ(silent.code, 0) << silent.err;
  EXPECT_TRUE(has(silent.err, "[config] globals is not set")) << silent.err;
  write(root / "merge.d/10.cpf", "[config]\nglobals=0,0,800,0,0,0\n[Startup]\nWebServer=0\n");
  const Ended ended = prepare();
  EXPECT_FALSE(has(ended.err, "[config] globals is not set")) << ended.err;
  EXPECT_TRUE(has(ended.err, "[Startup] WebServer is 0")) << ended.err;
}

TEST_F(PrepareMerge, SourcesCountInTheirOrderAndTheSummaryNamesThem) {
  write(root / "user.cpf", "[config]\na=user\nb=user\n");
  write(root / "merge.d/20.cpf", "[config]\nb=20\nc=20\n");
  write(root / "merge.d/10.cpf", "[config]\nb=10\nc=10\n");
  write(root / "merge.d/.hidden.cpf", "[config]\nd=1\n");
  write(root / "merge.d/other.txt", "[config]\nd=1\n");
  environment["ISC_CPF_MERGE_FILE"] = root / "user.cpf";
  const Ended ended = prepare();
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_TRUE(has(merge_file(), "\na=user\n"));
  EXPECT_TRUE(has(merge_file(), "\nb=20\nc=20\n"));
  EXPECT_FALSE(has(merge_file(), "d=1"));
  EXPECT_TRUE(has(ended.err, "merge.contradiction"));
  const std::string summary = contents(root / "run/merge.json");
  EXPECT_TRUE(has(summary, "\"first_start\": true"));
  EXPECT_TRUE(has(summary, "user.cpf"));
}

TEST_F(PrepareMerge, ConfigMapsAreReadThroughTheirSymbolicLinks) {
  fs::create_directory(root / "merge.d/..2026_06_30");
  write(root / "merge.d/..2026_06_30/m.cpf", "[config]\na=1\n");
  fs::create_symlink("..2026_06_30", root / "merge.d/..data");
  fs::create_symlink("..data/m.cpf", root / "merge.d/m.cpf");
  ASSERT_EQ(prepare().code, 0);
  EXPECT_TRUE(has(merge_file(), "\na=1\n"));
}

TEST_F(PrepareMerge, ABadSourceRefusesAFirstStartAndNothingIsWritten) {
  write(root / "merge.d/10.cpf", "[config]\na=1\n");
  write(root / "merge.d/20.cpf", "[config\nglobals=1\n");
  const Ended ended = prepare();
  EXPECT_EQ(ended.code, 78);
  EXPECT_TRUE(has(ended.err, "20.cpf:1:1: error: "));
  EXPECT_TRUE(fs::is_empty(root / "run"));
}

TEST_F(PrepareMerge, ABadSourceNeverCostsALaterStart) {
  make_instance();
  write(root / "merge.d/10.cpf", "[config]\na=1\n");
  write(root / "merge.d/20.cpf", "[config\nglobals=1\n");
  const Ended ended = prepare();
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_TRUE(has(ended.err, "merge.refused"));
  EXPECT_TRUE(has(ended.err, "20.cpf:1:1: error: "));
  EXPECT_TRUE(has(merge_file(), "\na=1\n"));
  EXPECT_FALSE(has(merge_file(), "globals"));
  EXPECT_TRUE(has(contents(root / "run/merge.json"), "\"status\": \"refused\""));
}

TEST_F(PrepareMerge, ABadSourceIsFatalOnALaterStartWhenStrict) {
  make_instance();
  write(root / "merge.d/20.cpf", "[config\n");
  environment["IRIS_INIT_MERGE_STRICT"] = "on";
  EXPECT_EQ(prepare().code, 78);
}

TEST_F(PrepareMerge, WithEverySourceRefusedIrisStillGetsAFileWithoutThem) {
  make_instance();
  fs::remove(root / "password");
  environment.erase("IRIS_INIT_MERGE_PASSWORD_FILE");
  write(root / "user.cpf", "[config\n");
  environment["ISC_CPF_MERGE_FILE"] = root / "user.cpf";
  EXPECT_EQ(prepare().code, 0);
  EXPECT_TRUE(fs::exists(root / "run/merge.cpf"));
  EXPECT_FALSE(has(merge_file(), "[config"));
}

TEST_F(PrepareMerge, AMissingUserFileIsPassedOverAsIrisDoes) {
  environment["ISC_CPF_MERGE_FILE"] = root / "none.cpf";
  const Ended ended = prepare();
  EXPECT_EQ(ended.code, 0);
  EXPECT_TRUE(has(ended.err, "none.cpf"));
}

TEST_F(PrepareMerge, WithoutAnySourceThereIsNoFileAndAnOldOneGoes) {
  make_instance();
  environment.erase("IRIS_INIT_MERGE_PASSWORD_FILE");
  write(root / "run/merge.cpf", "[old]\n");
  environment["ISC_CPF_MERGE_FILE"] = root / "run/merge.cpf";  // ours from an earlier life
  EXPECT_EQ(prepare().code, 0);
  EXPECT_FALSE(fs::exists(root / "run/merge.cpf"));
}

TEST_F(PrepareMerge, ANewInstanceWithoutAPasswordIsRefused) {
  environment.erase("IRIS_INIT_MERGE_PASSWORD_FILE");
  const Ended ended = prepare();
  EXPECT_EQ(ended.code, 78);
  EXPECT_TRUE(has(ended.err, "IRIS_INIT_MERGE_ALLOW_DEFAULT_PASSWORD=on"));
  environment["IRIS_INIT_MERGE_ALLOW_DEFAULT_PASSWORD"] = "on";
  EXPECT_EQ(prepare().code, 0);
}

TEST_F(PrepareMerge, WhatAPasswordDoesNotReachIsNamed) {
  const Ended ended = prepare();
  EXPECT_TRUE(has(ended.err, "account CSPSystem keeps IRIS's default password"));
  EXPECT_TRUE(has(ended.err, "the line end behind the password is not part of it"));
  EXPECT_FALSE(has(ended.err, "which everybody knows"));
  write(root / "merge.d/1.cpf",
        "[Actions]\nModifyUser:Name=CSPSystem,PasswordHash=" + std::string{vectors::sha1_value});
  EXPECT_FALSE(has(prepare().err, "CSPSystem keeps"));
}

TEST_F(PrepareMerge, IrissOwnDefaultPasswordIsNamedAsSuch) {
  write(root / "password", "SYS");
  EXPECT_TRUE(has(prepare().err, "is that of IRIS's default password"));
}

TEST_F(PrepareMerge, APasswordFileThatIsNamedMustBeThere) {
  fs::remove(root / "password");
  EXPECT_EQ(prepare().code, 78);
  make_instance();
  EXPECT_EQ(prepare().code, 0);
}

TEST_F(PrepareMerge, AHashMayComeFromAFileOrFromASource) {
  environment.erase("IRIS_INIT_MERGE_PASSWORD_FILE");
  write(root / "hash", "PasswordHash=" + vectors::sha512_value() + "\n");
  environment["IRIS_INIT_MERGE_PASSWORD_HASH_FILE"] = root / "hash";
  EXPECT_EQ(prepare().code, 0);
  EXPECT_TRUE(has(merge_file(), "\nPasswordHash=" + vectors::sha512_value() + "\n"));
  environment.erase("IRIS_INIT_MERGE_PASSWORD_HASH_FILE");
  write(root / "merge.d/1.cpf", "[Startup]\nPasswordHash=" + std::string{vectors::sha1_value});
  EXPECT_EQ(prepare().code, 0);
}

TEST_F(PrepareMerge, ALaterStartSaysThatThePasswordHasNoEffect) {
  make_instance();
  const Ended ended = prepare();
  EXPECT_EQ(ended.code, 0);
  EXPECT_TRUE(has(ended.err, "sets the first password only"));
  EXPECT_TRUE(has(merge_file(), "PasswordHash="));
}

TEST_F(PrepareMerge, SecretsAreInNoLineAndInNoSummary) {
  write(root / "password", "topsecret\n");
  write(root / "merge.d/1.cpf",
        "[Startup]\nPasswordHash=topsecret,topsecret,7\ntopsecret\n[Actions]\ntopsecret\n"
        "ModifyUser:Name=A,PasswordHash=topsecret\nX:Password=\"topsecret\n");
  write(root / "merge.d/2.cpf", "[Startup]\nPasswordHash=" + vectors::sha512_value() + "\n");
  make_instance();
  const Ended ended = prepare();
  EXPECT_EQ(ended.code, 0);
  for (const std::string& said : {ended.out, ended.err, contents(root / "run/merge.json")}) {
    EXPECT_FALSE(has(said, "topsecret"));
    EXPECT_FALSE(has(said, std::string{vectors::sha512_hash.substr(0, 16)}));
  }
}

TEST_F(PrepareMerge, WrongSettingsAreRefusedWithTheirNames) {
  environment["IRIS_INIT_MERGE_STRICT"] = "maybe";
  const Ended ended = prepare();
  EXPECT_EQ(ended.code, 78);
  EXPECT_TRUE(has(ended.err, "IRIS_INIT_MERGE_STRICT"));
}

TEST_F(PrepareMerge, SettingsComeFromTheFileToo) {
  environment.erase("IRIS_INIT_MERGE_PASSWORD_FILE");
  write(root / "iris-init.ini", "[merge]\nallow_default_password = on\n");
  EXPECT_EQ(prepare().code, 0);
}

}  // namespace
}  // namespace cpf
