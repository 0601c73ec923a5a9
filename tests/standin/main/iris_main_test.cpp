// iris-main of the stand-in, as a container meets it.
#include <signal.h>

#include <algorithm>

#include "instance_fixture.h"

namespace standin_test {
namespace {

class StandinMain : public Standin {
 protected:
  pid_t launch_main(const Words& arguments = {}) {
    return launch("iris-main", arguments, output_file());
  }
  [[nodiscard]] fs::path output_file() const { return top_ / "main-output"; }
  [[nodiscard]] std::string output() const { return read(output_file()); }
  [[nodiscard]] bool says(const std::string& text) const {
    return eventually([&] { return contains(output(), text); });
  }
  static int terminate(pid_t child) {
    ::kill(child, SIGTERM);
    return await(child);
  }
};

TEST_F(StandinMain, KeepsALogOfWhatItSays) {
  const pid_t child = launch_main();
  ASSERT_TRUE(says("[INFO] ...started ")) << output();
  EXPECT_EQ(terminate(child), 0);
  const std::string log = read(top_ / "work" / "iris-main.log");
  EXPECT_NE(log, output());
  EXPECT_EQ(masked(log, top_), masked(output(), top_));
}

TEST_F(StandinMain, RunsTheHooksInOrder) {
  const pid_t child =
      launch_main({"--ISCAgent=false", "-c", "echo create", "-b", "echo before", "--after",
                   "echo after", "-e", "echo exit", "-t", "echo terminate"});
  ASSERT_TRUE(says("...executed command echo after\n")) << output();
  EXPECT_EQ(terminate(child), 0);
  std::size_t at = 0;
  for (const char* const line :
       {"[INFO] Executing command echo create...\n[INFO] create\n\n[INFO] ...", "[INFO] before\n",
        "...started", "[INFO] after\n", "...shut down", "[INFO] exit\n", "[INFO] terminate\n"}) {
    at = output().find(line, at);
    EXPECT_NE(at, std::string::npos) << line << output();
  }
}

TEST_F(StandinMain, MergesAChangedFileAndSurvivesABrokenOne) {
  environment_["ISC_CPF_MERGE_FILE"] = (top_ / "merge.cpf").string();
  const pid_t child = launch_main();
  ASSERT_TRUE(says("[INFO] ...started ")) << output();
  write(top_ / "new.cpf", "[Startup]\nMine=1\n");
  fs::rename(top_ / "new.cpf", top_ / "merge.cpf");
  EXPECT_TRUE(says("[INFO] ...copied ")) << output();
  EXPECT_TRUE(contains(read(data() / "iris.cpf"), "\nMine=1\n"));
  write(top_ / "new.cpf", "[Startup\n");
  fs::rename(top_ / "new.cpf", top_ / "merge.cpf");
  EXPECT_TRUE(says("IRIS Merge failed,Command \"iris merge IRIS " + (top_ / "merge.cpf").string() +
                   "\" exited with status 1792\n"))
      << output();
  EXPECT_EQ(terminate(child), 0);
}

TEST_F(StandinMain, DoesNotNoticeThatIrisIsGone) {
  environment_["IRIS_STANDIN_MAIN_EXIT_STATUS"] = "7";
  const pid_t child = launch_main();
  ASSERT_TRUE(says("[INFO] ...started ")) << output();
  ASSERT_EQ(iris({"force", "IRIS"}).status, 0);
  EXPECT_TRUE(down());
  EXPECT_EQ(::kill(child, 0), 0);
  EXPECT_EQ(terminate(child), 7);
}

TEST_F(StandinMain, LeavesIrisAloneWhenTold) {
  const pid_t idle =
      launch_main({"-u", "false", "--down", "false", "--ISCAgent", "false", "-a", "echo up"});
  ASSERT_TRUE(says("...executed command echo up")) << output();
  EXPECT_TRUE(down());
  EXPECT_EQ(terminate(idle), 0);
  const pid_t child = launch_main({"--down=false"});
  ASSERT_TRUE(says("[INFO] ...started ")) << output();
  EXPECT_EQ(terminate(child), 0);
  EXPECT_TRUE(running());
}

TEST_F(StandinMain, FailsAsIrisStartFails) {
  fault("start_fault", "fail");
  const Ended ended = run("iris-main", {});
  EXPECT_EQ(ended.status, 1);
  EXPECT_TRUE(contains(ended.output,
                       "[ERROR] Command \"iris start IRIS quietly\" exited with status 256\n"
                       "[ERROR] Possible causes:\n"))
      << ended.output;
  EXPECT_EQ(run("iris-main", {"--upp", "true"}).status, 1);
  EXPECT_EQ(run("iris-main", {"-up", "true"}).status, 1);
  EXPECT_EQ(run("iris-main", {"--help"}).status, 0);
}

TEST_F(StandinMain, StopsIrisWhenTheAfterCommandFails) {
  const Ended ended = run("iris-main", {"--after", "echo why >&2; exit 1"});
  EXPECT_EQ(ended.status, 1);
  EXPECT_TRUE(contains(ended.output, "[ERROR] why\n")) << ended.output;
  EXPECT_TRUE(down());
}

TEST_F(StandinMain, DiesWithoutALogOfItsOwn) {
  fs::create_directory(top_ / "work" / "iris-main.log");
  const Ended ended = run("iris-main", {});
  EXPECT_EQ(ended.status, 128 + SIGABRT);
  EXPECT_TRUE(contains(ended.output,
                       "std::runtime_error'\n  what():  Unable to find/open file iris-main.log in "
                       "current directory " +
                           (top_ / "work").string()))
      << ended.output;
}

TEST_F(StandinMain, ChangesAllPasswordsFromAFileOnce) {
  write(top_ / "password", "new one");
  const pid_t child = launch_main({"--password-file", (top_ / "password").string()});
  ASSERT_TRUE(says("[INFO] ...started ")) << output();
  EXPECT_EQ(login("_SYSTEM", "new one"), 1);
  EXPECT_EQ(login("CSPSystem", "new one"), 1);
  EXPECT_FALSE(fs::exists(top_ / "password"));
  EXPECT_EQ(terminate(child), 0);
}

}  // namespace
}  // namespace standin_test
