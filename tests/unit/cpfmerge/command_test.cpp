// The commands for people: check, merge, passwordhash, --help, --version.
#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "tests/unit/cpfmerge/program.h"
#include "tests/unit/cpfmerge/vectors.h"

namespace cpf {
namespace {

using Command = ProgramTest;

TEST_F(Command, HelpAndVersionGoToStandardOutput) {
  EXPECT_EQ(run({"--help"}).code, 0);
  EXPECT_TRUE(has(run({"--help"}).out, "usage: cpfmerge"));
  EXPECT_EQ(run({"--version"}).out, "cpfmerge " IRIS_INIT_VERSION "\n");
}

TEST_F(Command, WrongUsageIsExitTwoWithOneLine) {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{},
                                             {"nonsense"},
                                             {"check"},
                                             {"check", "--nope", "f"},
                                             {"merge", "one"},
                                             {"diff", "one"},
                                             {"diff", "--color", "red", "a", "b"},
                                             {"passwordhash", "secret"},
                                             {"passwordhash", "--workfactor", "0"},
                                             {"passwordhash", "--algorithm", "MD5"},
                                             {"passwordhash", "--verify", "a,b,c"},
                                             {"prepare", "--report-fd", "77"},
                                             {"prepare", "--run-dir", "x"},
                                             {"prepare", "x"},
                                             {"helper"},
                                             {"helper", "dance", "/"}}) {
    const Ended ended = run(words);
    EXPECT_EQ(ended.code, 2) << testing::PrintToString(words);
    EXPECT_EQ(std::count(ended.err.begin(), ended.err.end(), '\n'), 1) << ended.err;
    EXPECT_EQ(ended.out, "");
  }
}

TEST_F(Command, CheckNamesFileLineAndColumn) {
  write(root / "a.cpf", "[config]\nglobals=0,0,800,0,0,0\ngmheap=256000");
  write(root / "b.cpf", "[config\n[Confg]\n");
  EXPECT_EQ(run({"check", root / "a.cpf"}).code, 0);
  const Ended ended = run({"check", root / "a.cpf", root / "b.cpf"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_TRUE(has(ended.out, (root / "b.cpf").string() + ":1:1: error: "));
  EXPECT_TRUE(has(ended.out, (root / "b.cpf").string() + ":2:2: warning: "));
}

TEST_F(Command, CheckTakesWarningsForErrorsWhenStrict) {
  write(root / "a.cpf", "[Confg]\n");
  EXPECT_EQ(run({"check", root / "a.cpf"}).code, 0);
  EXPECT_EQ(run({"check", "--strict", root / "a.cpf"}).code, 1);
}

TEST_F(Command, CheckTellsTheSameAsJson) {
  write(root / "a.cpf", "[config]\ngmhep=1\n[config\n");
  const Ended ended = run({"check", "-o", "json", root / "a.cpf"});
  EXPECT_EQ(ended.code, 1);
  const auto json = nlohmann::json::parse(ended.out);
  EXPECT_EQ(json.at("version"), 1);
  EXPECT_EQ(json.at("errors"), 1);
  EXPECT_EQ(json.at("warnings"), 1);
  const auto& first = json.at("diagnostics").at(0);
  EXPECT_EQ(first.at("rule"), "unknown-parameter");
  EXPECT_EQ(first.at("severity"), "warning");
  EXPECT_EQ(first.at("line"), 2);
  EXPECT_EQ(first.at("column"), 1);
  EXPECT_EQ(first.at("nearest"), "gmheap");
  EXPECT_EQ(json.at("diagnostics").at(1).at("rule"), "syntax");
  EXPECT_EQ(run({"check", "-o", "xml", root / "a.cpf"}).code, 2);
}

TEST_F(Command, CheckNamesBothPlacesWhereFragmentsContradict) {
  write(root / "a.cpf", "[config]\nroutines=64\n");
  write(root / "b.cpf", "\n[config]\nroutines=128\n");
  const Ended ended = run({"check", root / "a.cpf", root / "b.cpf"});
  EXPECT_EQ(ended.code, 0);
  EXPECT_EQ(ended.out, (root / "b.cpf").string() +
                           ":3:1: warning: [config] routines has another value in " +
                           (root / "a.cpf").string() + ":2; the last source counts\n");
  EXPECT_EQ(run({"check", "--strict", root / "a.cpf", root / "b.cpf"}).code, 1);
}

TEST_F(Command, CheckOfIrissOwnCpfWantsNoActions) {
  write(root / "iris.cpf", "[config]\nbbsiz=-1\n[Actions]\nCreateDatabase:Name=A,Directory=/a\n");
  EXPECT_EQ(run({"check", root / "iris.cpf"}).code, 0);
  const Ended ended = run({"check", "--active", root / "iris.cpf"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_TRUE(has(ended.out, ":3:2: error: [Actions] in IRIS's own CPF"));
}

TEST_F(Command, DiffShowsWhatAMergeWouldChange) {
  write(root / "base", "[config]\nroutines=0\n");
  write(root / "one", "[config]\nroutines=64\n");
  const std::string base = root / "base";
  const Ended ended = run({"diff", base, root / "one"});
  EXPECT_EQ(ended.code, 0);
  EXPECT_EQ(ended.out, "--- " + base + "\n+++ " + base +
                           " (merged)\n@@ -1,2 +1,2 @@\n [config]\n-routines=0\n+routines=64\n");
  EXPECT_TRUE(has(run({"diff", "--color=always", base, root / "one"}).out, "\x1b[32m+routines=64"));
  EXPECT_EQ(run({"diff", base, base}).out, "");
  EXPECT_EQ(contents(root / "base"), "[config]\nroutines=0\n");
}

TEST_F(Command, MergeNeverWritesIntoACpfThatHasActions) {
  write(root / "base", "[config]\nroutines=0\n[Actions]\nX:Y=1\n");
  write(root / "one", "[config]\nroutines=64\n");
  EXPECT_EQ(run({"merge", root / "base", root / "one", "-o", root / "base"}).code, 1);
}

TEST_F(Command, PasswordHashTakesTheOptionsOfInterSystemsTool) {
  EXPECT_TRUE(run({"passwordhash", "-workfactor", "20000", "-algorithm", "SHA512"}, "x\n")
                  .out.ends_with(",20000,SHA512\n"));
  EXPECT_TRUE(run({"passwordhash", "-workfactor=20000"}, "x\n").out.ends_with(",20000,SHA512\n"));
}

TEST_F(Command, CheckOfAFileThatIsNotThereFails) {
  const Ended ended = run({"check", root / "none.cpf"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_TRUE(has(ended.out, "none.cpf: error: cannot open"));
}

TEST_F(Command, MergePrintsTheResultAndLeavesTheFilesAlone) {
  write(root / "base", "[config]\nglobals=0\n");
  write(root / "one", "[config]\nglobals=1");
  write(root / "two", "[Actions]\nCreateDatabase:Name=A\n[config]\ngmheap=2\n");
  const Ended ended = run({"merge", root / "base", root / "one", root / "two"});
  EXPECT_EQ(ended.code, 0);
  EXPECT_EQ(ended.out, "[config]\nglobals=1\ngmheap=2\n");
  EXPECT_EQ(contents(root / "base"), "[config]\nglobals=0\n");
}

TEST_F(Command, MergeIntoAFileKeepsItsModeAndADatedBackup) {
  write(root / "base", "[config]\nglobals=0\n");
  ::chmod((root / "base").c_str(), 0604);
  write(root / "one", "[config]\nglobals=1");
  ASSERT_EQ(run({"merge", root / "base", root / "one", "-o", root / "base"}).code, 0);
  EXPECT_EQ(contents(root / "base"), "[config]\nglobals=1\n");
  struct stat info {};
  ASSERT_EQ(::stat((root / "base").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777U, 0604U);
  std::vector<fs::path> backups;
  for (const auto& entry : fs::directory_iterator{root})
    if (entry.path().filename().string().starts_with("base_")) backups.push_back(entry.path());
  ASSERT_EQ(backups.size(), 1U);
  EXPECT_EQ(backups[0].filename().string().size(), std::string{"base_yyyymmdd"}.size());
  EXPECT_EQ(contents(backups[0]), "[config]\nglobals=0\n");
}

TEST_F(Command, MergeWithDryRunOnlyNamesWhatWouldChange) {
  write(root / "base", "[config]\nglobals=0\n");
  write(root / "one", "[config]\nglobals=1\n[Startup]\nPasswordHash=" + vectors::sha512_value());
  const Ended ended =
      run({"merge", root / "base", root / "one", "--out", root / "base", "--dry-run"});
  EXPECT_EQ(ended.out, "replaces [config] globals\nadds [Startup] PasswordHash\n");
  EXPECT_EQ(contents(root / "base"), "[config]\nglobals=0\n");
}

TEST_F(Command, MergeOfAFileWithErrorsChangesNothing) {
  write(root / "base", "[config]\nglobals=0\n");
  write(root / "one", "[config\nglobals=1\n");
  const Ended ended = run({"merge", root / "base", root / "one", "-o", root / "base"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_TRUE(has(ended.err, "one:1:1: error: "));
  EXPECT_EQ(contents(root / "base"), "[config]\nglobals=0\n");
}

TEST_F(Command, PasswordHashVerifiesWhatItMade) {
  for (const std::string algorithm : {"SHA512", "SHA1"}) {
    const Ended made = run({"passwordhash", "--algorithm", algorithm}, "Secret 1\n");
    ASSERT_EQ(made.code, 0);
    ASSERT_TRUE(made.out.starts_with("PasswordHash="));
    EXPECT_EQ(run({"passwordhash", "--verify", made.out}, "Secret 1").code, 0);
    EXPECT_EQ(run({"passwordhash", "--verify", made.out}, "Secret 1\r\n").code, 0);
    EXPECT_EQ(run({"passwordhash", "--verify", made.out}, "secret 1").code, 65);
    EXPECT_NE(run({"passwordhash", "--algorithm", algorithm}, "Secret 1\n").out, made.out);
  }
  EXPECT_TRUE(run({"passwordhash", "--workfactor=12345"}, "x").out.ends_with(",12345,SHA512\n"));
}

TEST_F(Command, PasswordHashRefusesAnEmptyPassword) {
  for (const std::string input : {"", "\n", "a\nb\n"}) {
    const Ended ended = run({"passwordhash"}, input);
    EXPECT_EQ(ended.code, 1);
    EXPECT_EQ(ended.out, "");
  }
  EXPECT_EQ(run({"passwordhash"}, std::string(5000, 'x')).code, 1);
}

}  // namespace
}  // namespace cpf
