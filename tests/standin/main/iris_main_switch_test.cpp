// What nobody knows of iris-main: each value of its switches, as the product meets it.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "main/main_fixture.h"

namespace standin_test {
namespace {

std::string link_target(const fs::path& top, const std::string& number) {
  fs::create_directory(top / ("..version-" + number));
  write(top / ("..version-" + number) / "merge.cpf", "[Startup]\nMine=" + number + "\n");
  return "..version-" + number;
}

/// As the kubelet does it: the file is a link to ..data/merge.cpf, ..data a link that is replaced.
void swap(const fs::path& top, const std::string& number) {
  fs::create_symlink(link_target(top, number), top / "..new");
  fs::rename(top / "..new", top / "..data");
}

class StandinWatch : public StandinMain {
 protected:
  [[nodiscard]] pid_t launch_watching() {
    write(top_ / "key", "first");
    return launch_main({"--key", (top_ / "key").string()});
  }
  /// Until iris-main has looked at the merge file at least once: it looks at the key before.
  [[nodiscard]] bool has_looked() {
    const auto takes = [this](const std::string& key) {
      write(top_ / "new-key", key);
      fs::rename(top_ / "new-key", top_ / "key");
      return eventually([&] { return read(mgr() / "iris.key") == key; });
    };
    const std::string round = std::to_string(++rounds_);
    return takes(round + "a") && takes(round + "b");
  }
  int rounds_ = 0;
};

TEST_F(StandinWatch, SeesThatAnotherFileTookTheMergeFilesPlaceOrNot) {
  for (const bool noticed : {true, false}) {
    fault("merge_file_swap", noticed ? "noticed" : "missed");
    const fs::path directory = top_ / (noticed ? "noticed" : "missed");
    fs::create_directory(directory);
    swap(directory, "1");
    fs::create_symlink("..data/merge.cpf", directory / "merge.cpf");
    environment_["ISC_CPF_MERGE_FILE"] = (directory / "merge.cpf").string();
    const pid_t child = launch_watching();
    ASSERT_TRUE(says("...merged ")) << output();
    swap(directory, "2");
    ASSERT_TRUE(has_looked());
    EXPECT_EQ(contains(cpf(), "\nMine=2\n"), noticed) << output();
    // An edit of the file that it knows is noticed, and then merged what has the name now.
    if (!noticed) write(directory / "..version-1/merge.cpf", "[Startup]\nMine=old\n");
    EXPECT_TRUE(says("...merged ", 2)) << output();
    EXPECT_TRUE(contains(cpf(), "\nMine=2\n")) << cpf();
    EXPECT_EQ(terminate(child), 0);
  }
}

TEST_F(StandinWatch, GoesOnAfterSomebodyRestartedIrisOrNot) {
  environment_["ISC_CPF_MERGE_FILE"] = (top_ / "merge.cpf").string();
  write(top_ / "merge.cpf", "[Startup]\nMine=1\n");
  fault("merge_after_restart", "ends");
  const pid_t child = launch_watching();
  ASSERT_TRUE(says("...merged "));
  ASSERT_EQ(iris({"restart", "IRIS", "quietly"}).status, 0);
  write(top_ / "merge.cpf", "[Startup]\nMine=2\n");
  ASSERT_TRUE(has_looked());
  EXPECT_TRUE(contains(cpf(), "\nMine=1\n")) << output();
  fault("merge_after_restart", "goes_on");
  EXPECT_TRUE(says("...merged ", 2)) << output();
  EXPECT_TRUE(contains(cpf(), "\nMine=2\n")) << cpf();
  EXPECT_EQ(terminate(child), 0);
}

TEST_F(StandinWatch, EndsWithItsIrisAlthoughAnotherOneIsUpAtItsNextLook) {
  const pid_t child = launch_watching();
  ASSERT_TRUE(says("[INFO] ...started ")) << output();
  ASSERT_TRUE(has_looked());
  ASSERT_EQ(iris({"restart", "IRIS", "quietly"}).status, 0);
  ASSERT_TRUE(has_looked());
  ASSERT_TRUE(running());
  fault("main_outlives_iris", "ends");
  EXPECT_EQ(await(child), 1) << output();
}

/// A signal that comes while IRIS starts, and one more while it stops. Both phases last until the
/// test ends them.
class StandinSignal : public StandinMain {
 protected:
  static bool still_runs(pid_t child) { return ::waitpid(child, nullptr, WNOHANG) == 0; }
  [[nodiscard]] bool sees(const std::string& text) const {
    return eventually([&] { return status() == text; });
  }
};

TEST_F(StandinSignal, TakesOneAfterTheStart) {
  fault("hold_at", "start_merge");
  const pid_t child = launch_main();
  ASSERT_TRUE(sees("starting or stopping")) << output();
  ASSERT_EQ(::kill(child, SIGTERM), 0);
  EXPECT_TRUE(still_runs(child));
  EXPECT_FALSE(contains(output(), "Shutting down ")) << output();
  heal("hold_at");
  EXPECT_EQ(await(child), 0);
  EXPECT_TRUE(contains(output(), "...started ")) << output();
  EXPECT_TRUE(down());
}

TEST_F(StandinSignal, TakesOneAtOnce) {
  fault("term_during_start", "at_once");
  fault("hold_at", "start_merge");
  const pid_t child = launch_main();
  ASSERT_TRUE(sees("starting or stopping")) << output();
  EXPECT_EQ(terminate(child), 1);  // the start is still under way, and iris stop is refused
  EXPECT_FALSE(contains(output(), "...started ")) << output();
  EXPECT_TRUE(contains(output(), "[INFO] Shutting down ")) << output();
}

TEST_F(StandinSignal, IgnoresASecondOne) {
  const pid_t child = launch_main();
  ASSERT_TRUE(says("...started ")) << output();
  fault("hold_at", "stop");
  ASSERT_EQ(::kill(child, SIGTERM), 0);
  ASSERT_TRUE(sees("starting or stopping")) << output();
  ASSERT_EQ(::kill(child, SIGTERM), 0);
  EXPECT_TRUE(still_runs(child));
  heal("hold_at");
  EXPECT_EQ(await(child), 0);
  EXPECT_TRUE(contains(output(), "...shut down ")) << output();
  EXPECT_TRUE(down());
}

TEST_F(StandinSignal, EndsAtASecondOne) {
  fault("second_term", "ends");
  const pid_t child = launch_main();
  ASSERT_TRUE(says("...started ")) << output();
  fault("hold_at", "stop");
  ASSERT_EQ(::kill(child, SIGTERM), 0);
  ASSERT_TRUE(sees("starting or stopping")) << output();
  EXPECT_EQ(terminate(child), 128 + SIGTERM);
  EXPECT_FALSE(contains(output(), "...shut down ")) << output();
  EXPECT_EQ(status(), "starting or stopping");
  heal("hold_at");
  EXPECT_TRUE(eventually([this] { return down(); }));  // iris stop went on
}

TEST_F(StandinMain, LeavesTheAgentBehindOrEndsIt) {
  for (const bool ends : {false, true}) {
    fault("agent_at_stop", ends ? "ends" : "stays");
    const pid_t child = launch_main();
    ASSERT_TRUE(says("...started ")) << output();
    EXPECT_EQ(agents().size(), 2U);
    EXPECT_EQ(terminate(child), 0);
    if (ends) {
      EXPECT_TRUE(eventually([this] { return agents().empty(); }));
    } else {
      const auto left = agents();
      ASSERT_EQ(left.size(), 2U);
      EXPECT_EQ(::getsid(left[0]), ::getsid(left[1]));
      EXPECT_NE(::getsid(left[0]), ::getsid(0));
      ::kill(*std::min_element(left.begin(), left.end()), SIGTERM);
      EXPECT_TRUE(eventually([this] { return agents().empty(); }));
    }
  }
}

TEST_F(StandinMain, DoesNotStartAnAgentWithoutAPort) {
  for (const Words& words : {Words{"--ISCAgentPort", "70000"}, Words{"--ISCAgentPort=agent"}}) {
    const pid_t child = launch_main(words);
    ASSERT_TRUE(says("...started ")) << output();
    EXPECT_TRUE(contains(output(), "]: Cannot start ApplicationServer on *:")) << output();
    EXPECT_TRUE(agents().empty());
    EXPECT_EQ(terminate(child), 0);
  }
  fault("agent_fault", "busy");
  const pid_t child = launch_main();
  ASSERT_TRUE(says("...started ")) << output();
  EXPECT_TRUE(agents().empty());
  EXPECT_EQ(terminate(child), 0);
}

TEST_F(StandinMain, AForeignRegistryIsToldAndMayEndIt) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a directory away";
  environment_["IRISSYS"] = (top_ / "irissys").string();
  fs::create_directory(top_ / "irissys");
  ASSERT_EQ(::chown((top_ / "irissys").c_str(), 12345, 12345), 0);
  const Ended refused = run("iris-main", {});
  EXPECT_EQ(refused.status, 1);
  EXPECT_TRUE(contains(refused.output, "[INFO] Invalid registry ownership\n")) << refused.output;
  fault("foreign_registry", "start");
  const pid_t child = launch_main();
  ASSERT_TRUE(says("...started ")) << output();
  EXPECT_TRUE(says("[INFO] Invalid registry ownership\n"));
  EXPECT_EQ(terminate(child), 0);
}

TEST_F(StandinMain, AKeyIsIgnoredByACommunityImageAndMissedByAnotherOne) {
  write(top_ / "key", "a key");
  const pid_t community = launch_main({"--key", (top_ / "key").string()});
  ASSERT_TRUE(says("...started ")) << output();
  EXPECT_TRUE(contains(output(),
                       ") 2 [Generic.Event] This version of InterSystems IRIS will only accept a "
                       "Community license key, iris.key will be ignored.\n"))
      << output();
  EXPECT_EQ(qlist_field(iris({"qlist"}).output, 3), "2026.1.0.234.1com");
  write(top_ / "key", "another key");
  EXPECT_TRUE(eventually([this] { return read(mgr() / "iris.key") == "another key"; }));
  EXPECT_TRUE(eventually([this] { return contains(messages(), "License key taken up\n"); }));
  EXPECT_EQ(terminate(community), 0);

  fault("image", "licensed");
  const pid_t licensed = launch_main();
  ASSERT_TRUE(says("...started ")) << output();
  EXPECT_FALSE(contains(output(), "will be ignored")) << output();
  EXPECT_EQ(qlist_field(iris({"qlist"}).output, 3), "2026.1.0.234.1");
  EXPECT_EQ(terminate(licensed), 0);
  fs::remove(mgr() / "iris.key");
  const pid_t unlicensed = launch_main();
  ASSERT_TRUE(says("...started ")) << output();
  EXPECT_TRUE(contains(output(), "\nLocal license key file not found.\n")) << output();
  EXPECT_EQ(terminate(unlicensed), 0);
}

TEST_F(StandinMain, LeavesIrisUpWhenTheAfterCommandFailsAs2020_1Did) {
  fault("profile", "2020.1");
  EXPECT_EQ(run("iris-main", {"--after", "exit 1"}).status, 1);
  EXPECT_TRUE(running());
  ASSERT_EQ(iris({"stop", "IRIS"}).status, 0);
  fault("profile", "2026.1");
  EXPECT_EQ(run("iris-main", {"--after", "exit 1"}).status, 1);
  EXPECT_TRUE(down());
}

}  // namespace
}  // namespace standin_test
