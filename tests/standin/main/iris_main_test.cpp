// iris-main of the stand-in, as a container meets it.
#include <linux/capability.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>

#include "main/main_fixture.h"

namespace standin_test {
namespace {

TEST_F(StandinMain, KeepsALogOfWhatItSays) {
  const pid_t child = launch_main();
  ASSERT_TRUE(says("[INFO] ...started ")) << output();
  EXPECT_EQ(terminate(child), 0);
  const std::string log = read(top_ / "work" / "iris-main.log");
  EXPECT_NE(log, output());
  EXPECT_EQ(masked(log, top_), masked(output(), top_));
}

TEST_F(StandinMain, TakesEveryOptionInEveryForm) {
  const Ended help = run("iris-main", {"--help"});
  EXPECT_EQ(help.status, 0);
  for (const char* const name :
       {"--instance", "--down", "--up", "--nostu", "--key", "--log", "--before", "--after",
        "--exit", "--create", "--terminate", "--password-file", "--ISCAgent ", "--ISCAgentPort",
        "--check-caps", "--version", "--help"})
    EXPECT_TRUE(contains(help.output, name)) << name;
  EXPECT_EQ(run("iris-main", {"-h"}).output, help.output);
  EXPECT_EQ(run("iris-main", {"--version"}).output, "iris-main 2026.1.0.234.1com\n");
  for (const Words& wrong : {Words{"--upp", "true"},
                             {"-up", "true"},
                             {"--up", "maybe"},
                             {"--up"},
                             {"-k"},
                             {"word"},
                             {"-a=x"},
                             {"--check-caps="}}) {
    const Ended refused = run("iris-main", wrong);
    EXPECT_EQ(refused.status, 1) << wrong[0];
    EXPECT_EQ(refused.output, help.output) << wrong[0];
  }
  fault("single_hyphen", "accept");
  const pid_t child = launch_main({"-i", "iris", "--down=true", "-u", "true", "-s=true"});
  EXPECT_EQ(await(child), 1);  // a short name has no equals sign
  const pid_t good = launch_main({"-i", "iris", "--down=true", "-up", "true", "-s", "true",
                                  "--check-caps=false", "--ISCAgent=false", "--log", "/dev/null"});
  ASSERT_TRUE(says("...started ")) << output();
  EXPECT_EQ(terminate(good), 0);
}

TEST_F(StandinMain, EndsWithoutAMessagesLog) {
  start();
  ASSERT_EQ(iris({"stop", "IRIS"}).status, 0);
  fs::remove(mgr() / "messages.log");
  const Ended ended = run("iris-main", {});
  EXPECT_EQ(ended.status, 1);
  EXPECT_EQ(
      ended.output,
      "[FATAL] No log file specified, could not open $ISC_PACKAGE_INSTALLDIR/mgr/messages.log "
      "for reading.  Cannot log.\n");
}

TEST_F(StandinMain, DoesEverythingInTheDocumentedOrder) {
  write(top_ / "key", "a key");
  write(top_ / "merge.cpf", "[Startup]\nMine=1\n");
  environment_["ISC_CPF_MERGE_FILE"] = (top_ / "merge.cpf").string();
  const pid_t child =
      launch_main({"-c", "echo create", "-b", "echo before", "-k", (top_ / "key").string(),
                   "--after", "echo after", "-e", "echo exit", "-t", "echo terminate"});
  ASSERT_TRUE(says("...executed command echo after\n")) << output();
  EXPECT_EQ(terminate(child), 0);
  std::size_t at = 0;
  for (const std::string& line :
       {std::string{"[INFO] Executing command echo create...\n[INFO] create\n\n[INFO] ...executed"},
        std::string{"[INFO] before\n"}, "[INFO] Copying " + (top_ / "key").string(),
        std::string{"[INFO] Writing status to file"}, std::string{"[INFO] Starting InterSystems"},
        std::string{"[INFO] ...started"}, std::string{"[INFO] ...merged"},
        std::string{"[INFO] after\n"}, std::string{"[INFO] ...shut down"},
        std::string{"[INFO] exit\n"}, std::string{"[INFO] terminate\n"}}) {
    const std::size_t next = output().find(line, at);
    ASSERT_NE(next, std::string::npos) << line << " is not in its place:\n" << output();
    at = next;
  }
}

TEST_F(StandinMain, NeedsItsCapabilitiesUnlessToldNotToLook) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can drop a capability from the bounding set";
  for (const Words& words : {Words{}, Words{"--check-caps", "false"}}) {
    fs::remove(output_file());
    const pid_t child = ::fork();
    if (child == 0) {
      ::prctl(PR_CAPBSET_DROP, CAP_SETUID, 0, 0, 0);
      become("iris-main", words, output_file());
    }
    if (words.empty()) {
      EXPECT_EQ(await(child), 1);
      EXPECT_EQ(output(), "[ERROR] Required Linux capability cap_setuid is missing.\n");
    } else {
      EXPECT_TRUE(says("...started ")) << output();
      EXPECT_EQ(terminate(child), 0);
    }
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
  write(top_ / "password", "a later one");
  const pid_t again = launch_main({"--password-file", (top_ / "password").string()});
  ASSERT_TRUE(says("[INFO] ...started ")) << output();
  EXPECT_EQ(login("_SYSTEM", "new one"), 1);
  EXPECT_EQ(terminate(again), 0);
}

}  // namespace
}  // namespace standin_test
