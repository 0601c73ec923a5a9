// The rules of the durable directory.
#include <signal.h>

#include "suite/instance_fixture.h"

namespace standin_test {
namespace {

class Durable : public Standin {
 protected:
  [[nodiscard]] fs::path build() const { return data() / "dist/install/misc/buildver"; }
};

TEST_F(Durable, AnAbsentOrEmptyDirectoryIsFilled) {
  fs::create_directory(data());
  start();
  for (const char* const name : {"iris.cpf", "mgr/IRIS.DAT", "mgr/user/IRIS.DAT", "mgr/IRIS.WIJ",
                                 "mgr/messages.log", "dist/install/misc/buildver"})
    EXPECT_TRUE(fs::exists(data() / name)) << name;
  EXPECT_FALSE(fs::exists(data() / "clone.incomplete"));
}

TEST_F(Durable, OneThatHoldsOtherThingsIsRefused) {
  fs::create_directory(data());
  write(data() / "lost+found", "");
  const Ended ended = run("iris-main", {});
  EXPECT_EQ(ended.status, 1);
  EXPECT_TRUE(contains(ended.output, data().string() + " is not empty")) << ended.output;
  EXPECT_TRUE(contains(ended.output, "exited with status 256\n")) << ended.output;
  EXPECT_EQ(lines_of(ended.output).back(), "[FATAL] Error starting InterSystems IRIS");
}

TEST_F(Durable, AnInterruptedCloneIsDoneAgain) {
  environment_["IRIS_STANDIN_CLONE_MS"] = "60000";
  const pid_t cut_off = launch("iris", {"start", "IRIS"}, top_ / "cut-off");
  ASSERT_TRUE(eventually([this] { return fs::exists(mgr() / "journal"); }));
  ASSERT_EQ(::kill(cut_off, SIGKILL), 0);
  await(cut_off);
  EXPECT_TRUE(fs::exists(data() / "clone.incomplete"));
  write(mgr() / "half", "");
  environment_["IRIS_STANDIN_CLONE_MS"] = "0";
  start();
  EXPECT_FALSE(fs::exists(mgr() / "half"));
  EXPECT_FALSE(fs::exists(data() / "clone.incomplete"));
}

TEST_F(Durable, WithoutAVolumeOrRoomOnItNothingStarts) {
  environment_["ISC_DATA_DIRECTORY"] = (top_ / "no-volume/iris").string();
  const std::string refusal =
      "Error while moving data directories ERROR #5001: Cannot create "
      "target: " +
      (top_ / "no-volume/iris").string() + "/\n";
  const Ended none = iris({"start", "IRIS"});
  EXPECT_EQ(none.status, 1);
  EXPECT_TRUE(contains(none.output, refusal)) << none.output;
  EXPECT_FALSE(fs::exists(top_ / "no-volume"));

  fs::create_directory(top_ / "no-volume");
  environment_["IRIS_STANDIN_CLONE_FREE_BYTES"] = "9000000000000000000";
  EXPECT_EQ(iris({"start", "IRIS"}).output, none.output);
  environment_.erase("IRIS_STANDIN_CLONE_FREE_BYTES");
  start();
}

TEST_F(Durable, ACleanlyStoppedOneIsUpgraded) {
  environment_["IRIS_STANDIN_PROFILE"] = "2025.3";
  start();
  ASSERT_EQ(iris({"stop", "IRIS"}).status, 0);
  EXPECT_EQ(read(build()), "2025.3.0.226.0\n");
  environment_["IRIS_STANDIN_PROFILE"] = "2026.1";
  start();
  EXPECT_EQ(read(build()), "2026.1.0.234.1\n");
  EXPECT_TRUE(contains(messages(), "Upgraded from 2025.3.0.226.0 to 2026.1.0.234.1\n"));
}

TEST_F(Durable, AnotherVersionsDataThatWereNotShutDownAreRefusedUntilTheyAre) {
  environment_["IRIS_STANDIN_PROFILE"] = "2025.3";
  start();
  ASSERT_EQ(iris({"force", "IRIS"}).status, 0);
  environment_["IRIS_STANDIN_PROFILE"] = "2026.1";
  const Ended refused = iris({"start", "IRIS"});
  EXPECT_EQ(refused.status, 1);
  EXPECT_TRUE(refused.output.starts_with("Error during Upgrade,ERROR #5001: ")) << refused.output;
  EXPECT_EQ(read(build()), "2025.3.0.226.0\n");
  environment_["IRIS_STANDIN_PROFILE"] = "2025.3";
  start();
  ASSERT_EQ(iris({"stop", "IRIS"}).status, 0);
  environment_["IRIS_STANDIN_PROFILE"] = "2026.1";
  start();
}

}  // namespace
}  // namespace standin_test
