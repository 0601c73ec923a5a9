// Merging: parameters, actions, and the copies of iris.cpf.
#include <array>
#include <ctime>

#include "suite/instance_fixture.h"

namespace standin_test {
namespace {

// PBKDF2-HMAC-SHA1 of "first" and of "second", 1024 rounds, salt saltsalt.
constexpr const char* hash_of_first = "85797906978e661e3531097832afc8edd2a8f328,saltsalt";
constexpr const char* hash_of_second = "C8BD3DBDD9289A7508BC30B191FF83E008F66FA9,saltsalt";

class Merge : public Standin {
 protected:
  void SetUp() override {
    Standin::SetUp();
    environment_["ISC_CPF_MERGE_FILE"] = file().string();
  }
  [[nodiscard]] fs::path file() const { return top_ / "merge.cpf"; }
  [[nodiscard]] std::string cpf() const { return read(data() / "iris.cpf"); }
  [[nodiscard]] std::string actions() const { return read(mgr() / "actions.log"); }
  [[nodiscard]] Ended merge(const std::string& text) const {
    write(file(), text);
    return iris({"merge", "IRIS"});
  }
  [[nodiscard]] bool has(const std::string& line) const { return contains(cpf(), line); }
  static std::string today() {
    const std::time_t now = std::time(nullptr);
    std::array<char, 16> text{};
    std::tm parts{};
    std::strftime(text.data(), text.size(), "%Y%m%d", ::localtime_r(&now, &parts));
    return text.data();
  }
};

TEST_F(Merge, HappensBeforeTheStart) {
  write(file(),
        "[Startup]\r\nDefaultPort=51773   \r\nNew=1 ; why\r\n[CONFIG]\ngmheap=77777\n[Mine]\n"
        "a=b=c\n[Actions]\nModifyService:Name=%Service_CallIn,Enabled=1\n[Startup]\n"
        "DefaultPort=51774");
  start();
  for (const char* const line :
       {"\nDefaultPort=51774\n", "\nNew=1\n", "\ngmheap=77777\n", "\n[Mine]\na=b=c\n"})
    EXPECT_TRUE(has(line)) << line << cpf();
  EXPECT_FALSE(has("Actions"));
  EXPECT_EQ(qlist_field(iris({"qlist"}).output, 6), "51774");
}

TEST_F(Merge, AMissingFileIsSkippedAndABrokenOneEndsTheStart) {
  write(file(), "[Startup\nDefaultPort=1\n");
  EXPECT_EQ(iris({"start", "IRIS"}).status, 1);
  EXPECT_TRUE(down());
  fs::remove(file());
  start();
  EXPECT_TRUE(contains(messages(), "/merge.cpf' does not exist; skipping"));
  const Ended broken = merge("[Startup\n");
  EXPECT_EQ(broken.status, 7);
  EXPECT_TRUE(contains(broken.output, "\nIRIS Merge failed\n")) << broken.output;
}

TEST_F(Merge, WhichOfTwoValuesCountsIsASwitch) {
  start();
  ASSERT_EQ(merge("[Startup]\nMine=1\n[config]\ngmheap=1\n[startup]\nmine=2\n").status, 0);
  EXPECT_TRUE(has("\nMine=2\n"));
  fault("repeated_key", "first");
  ASSERT_EQ(merge("[Startup]\nMine=3\n[config]\ngmheap=1\n[startup]\nmine=4\n").status, 0);
  EXPECT_TRUE(has("\nMine=3\n"));
}

TEST_F(Merge, ACommentBehindAValueEndsItOrBelongsToIt) {
  start();
  ASSERT_EQ(merge("; first\n[Startup] ; second\nMine=1 ; third\nYours=a;b\n").status, 0);
  EXPECT_TRUE(has("\nMine=1\n"));
  EXPECT_TRUE(has("\nYours=a;b\n"));
  fault("comment_after_value", "kept");
  ASSERT_EQ(merge("; first\n[Startup]\nMine=1 ; third\n").status, 0);
  EXPECT_TRUE(has("\nMine=1 ; third\n"));
}

TEST_F(Merge, AFileThatCannotBeMergedCostsTheStartOrIsIgnored) {
  environment_["ISC_CPF_MERGE_FILE"] = (top_ / "bad.cpf").string();
  write(top_ / "bad.cpf", "[Startup\nMine=1\n");
  EXPECT_EQ(iris({"start", "IRIS", "quietly"}).status, 1);
  fault("merge_failure_at_start", "skip");
  start();
  EXPECT_TRUE(contains(messages(), "; merge file ignored"));
  EXPECT_FALSE(has("Mine"));
}

TEST_F(Merge, PutsWhatIsNewWhereIrisHasIt) {
  start();
  ASSERT_EQ(merge("[Startup]\nEnsembleAutoStart=1\n[Databases]\nAAA=/a/\n").status, 0);
  EXPECT_TRUE(has("\nDefaultPort=1972\nEnsembleAutoStart=1\nPasswordHash=")) << cpf();
  EXPECT_TRUE(has("\nAAA=/a/\n\n[Namespaces]\n")) << cpf();
}

TEST_F(Merge, QuotesAroundNothingMeanEmptyAndOnceMeantTheDefault) {
  start();
  ASSERT_EQ(merge("[Startup]\nShutdownTimeout=500\n").status, 0);
  ASSERT_EQ(merge("[Startup]\nShutdownTimeout=\"\"\n").status, 0);
  EXPECT_TRUE(has("\nShutdownTimeout=\n"));
  fault("profile", "2020.1");
  ASSERT_EQ(merge("[Startup]\nShutdownTimeout=\"\"\n").status, 0);
  EXPECT_TRUE(has("\nShutdownTimeout=300\n"));
}

TEST_F(Merge, KeepsTheLastGoodOneAndThatOfTheDay) {
  start();
  const std::string first = cpf();
  EXPECT_EQ(read(data() / "_LastGood_.cpf"), first);
  EXPECT_FALSE(fs::exists(data() / ("iris.cpf_" + today())));
  ASSERT_EQ(merge("[config]\ngmheap=11111\n").status, 0);
  ASSERT_EQ(merge("[config]\ngmheap=22222\n").status, 0);
  EXPECT_EQ(read(data() / ("iris.cpf_" + today())), first);
  EXPECT_EQ(read(data() / "_LastGood_.cpf"), first);
  ASSERT_EQ(iris({"stop", "IRIS"}).status, 0);
  EXPECT_EQ(read(data() / "_LastGood_.cpf"), cpf());
  EXPECT_TRUE(has("gmheap=22222"));
}

TEST_F(Merge, ARefusedOneLeavesNothingBehind) {
  start();
  const std::string before = cpf();
  for (const char* const text :
       {"[config]\ngmheap=5\n[Startup]\nDefaultPort=70000\n", "[config]\ngmheap=much\n",
        "[config]\ngmheap=5\n[Actions]\nCreateEverything:Name=X\n",
        "[config]\ngmheap=5\n[Actions]\nCreateUser:Name=Jim,PasswordHash=abc,def,1000\n"}) {
    const Ended refused = merge(text);
    EXPECT_EQ(refused.status, 7) << text;
    EXPECT_TRUE(contains(refused.output, "\nERROR #")) << refused.output;
    EXPECT_EQ(cpf(), before);
    EXPECT_FALSE(fs::exists(data() / "iris.cpf_Merge"));
  }
}

TEST_F(Merge, ADatabaseItsNamespaceAndItsUserComeToLife) {
  const std::string where = (top_ / "db/app").string();
  // Written the wrong way round: IRIS has an order of its own.
  write(file(), std::string{"[Actions]\nExecute:Namespace=\"APP\",RoutineName=\"a^B\"\n"} +
                    "CreateUser:Name=Jim,Roles=%All,PasswordHash=" + hash_of_first +
                    "\nCreateNamespace:Name=app,Globals=App,Interop=1\n"
                    "CreateDatabase:Name=APP,Directory=" +
                    where + "\n");
  start();
  EXPECT_TRUE(fs::exists(where + "/IRIS.DAT"));
  EXPECT_TRUE(has("\nAPP=" + where + "\n")) << cpf();
  EXPECT_TRUE(has("\nAPP=APP\n")) << cpf();
  EXPECT_EQ(login("jim", "first"), 1);
  EXPECT_EQ(login("jim", "second"), 0);
  EXPECT_EQ(iris({"session", "IRIS", "-U", "APP", "set ^a=1"}).status, 0);
  EXPECT_EQ(actions(), "CreateDatabase APP\nCreateNamespace app\nCreateUser Jim\nExecute\n");
}

TEST_F(Merge, ActionsThatHaveNothingToDoDoNothing) {
  start();
  const std::string create =
      "[Actions]\nCreateRole:Name=R\nConfigProduction:Namespace=USER,Name=P\nDeleteUser:Nobody\n"
      "ModifyUser:Name=Nobody,Enabled=0\nDeleteApplication:/none\nModifyNamespace:Name=NO\n";
  ASSERT_EQ(merge(create).status, 0);
  ASSERT_EQ(merge(create).status, 0);
  EXPECT_EQ(actions(), "CreateRole R\nConfigProduction P\n");
  ASSERT_EQ(merge("[Actions]\nConfigProduction:Namespace=USER,Name=P,AutoStart=1\n").status, 0);
  ASSERT_EQ(merge("[Actions]\nModifyStartup:SystemMode=TEST\nDeleteRole:R\n").status, 0);
  EXPECT_EQ(actions(),
            "CreateRole R\nConfigProduction P\nConfigProduction P\nModifyStartup\nDeleteRole R\n");
  EXPECT_TRUE(has("\nSystemMode=TEST\n"));
}

TEST_F(Merge, AFailingActionFailsTheMergeAndChangesNoParameter) {
  start();
  const std::string before = cpf();
  write(top_ / "a-file", "");
  const Ended failed = merge("[config]\ngmheap=5\n[Actions]\nCreateDatabase:Name=X,Directory=" +
                             (top_ / "a-file/x").string() + "\n");
  EXPECT_EQ(failed.status, 7);
  EXPECT_TRUE(contains(failed.output, "\nERROR #5002: ObjectScript error: <DIRECTORY>"))
      << failed.output;
  EXPECT_TRUE(contains(failed.output, "\nIRIS Merge failed\n"));
  EXPECT_EQ(merge("[Actions]\nCreateNamespace:Name=X,Globals=NONE\n").status, 7);
  EXPECT_EQ(merge("[Actions]\nExecute:Namespace=NONE,RoutineName=X\n").status, 7);
  EXPECT_EQ(cpf(), before);
  EXPECT_EQ(actions(), "");
  ASSERT_EQ(iris({"stop", "IRIS"}).status, 0);
  const Ended start = iris({"start", "IRIS"});
  EXPECT_EQ(start.status, 1);
  EXPECT_TRUE(contains(start.output, "** Startup aborted **\n")) << start.output;
  EXPECT_EQ(cpf(), before);
}

TEST_F(Merge, ActionsInTheActiveFileEndTheStart) {
  start();
  ASSERT_EQ(iris({"stop", "IRIS"}).status, 0);
  write(data() / "iris.cpf", cpf() + "\n[Actions]\nCreateRole:Name=R\n");
  EXPECT_EQ(iris({"start", "IRIS"}).status, 1);
  EXPECT_TRUE(down());
}

TEST_F(Merge, TheFirstPasswordIsSetOnce) {
  start();
  EXPECT_EQ(login("_SYSTEM", "SYS"), 1);
  ASSERT_EQ(iris({"stop", "IRIS"}).status, 0);
  write(file(), std::string{"[Startup]\nPasswordHash="} + hash_of_first + "\n");
  start();
  EXPECT_EQ(login("_system", "first"), 1);
  EXPECT_EQ(login("_SYSTEM", "SYS"), 0);
  EXPECT_EQ(login("CSPSystem", "SYS"), 1);
  ASSERT_EQ(merge(std::string{"[Startup]\nPasswordHash="} + hash_of_second + "\n").status, 0);
  EXPECT_EQ(login("_SYSTEM", "first"), 1);
  ASSERT_EQ(
      merge(std::string{"[Actions]\nModifyUser:Name=Admin,PasswordHash="} + hash_of_second + "\n")
          .status,
      0);
  EXPECT_EQ(login("Admin", "second"), 1);
}

}  // namespace
}  // namespace standin_test
