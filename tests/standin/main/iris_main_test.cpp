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

constexpr const char* start_and_stop =
    R"([INFO] Writing status to file: /home/irisowner/irissys/iscagent.status
Reading configuration from file: /home/irisowner/irissys/iscagent.conf
ISCAgent[PID]: Starting
ISCAgent[PID]: Starting ApplicationServer on *:2188

[INFO] Starting InterSystems IRIS instance IRIS...
[INFO] log: STAMP (PID) 0 [Generic.Event] Allocated 104MB shared memory

Allocated 104MB shared memory
16MB global buffers, 35MB routine buffers
log: STAMP (PID) 0 [Generic.Event] 16MB global buffers, 35MB routine buffers, 16MB journal buffers

log: STAMP (PID) 0 [SIMD] SIMD optimization level: DEFAULT

log: STAMP (PID) 0 [Database.MountedRW] Mounted database @/data/mgr/ (SFN 0) read-write.

log: STAMP (PID) 0 [Database.MountedRW] Mounted database @/data/mgr/irissecurity/ (SFN 2) read-write.

log: STAMP (PID) 0 [Utility.Event] Merging @/merge.cpf into @/data/iris.cpf

log: STAMP (PID) 0 [Utility.Event] Validating CPF file @/data/iris.cpf_Merge

log: STAMP (PID) 0 [Utility.Event] No errors found in CPF file @/data/iris.cpf_Merge

log: STAMP (PID) 0 [Database.MountedRW] Mounted database @/data/mgr/irislocaldata/ (SFN 3) read-write.

Starting Control Process
Global buffer setting requires attention.  Auto-selected 25% of total memory.
Allocated 2626MB shared memory
1900MB global buffers, 190MB routine buffers
This copy of InterSystems IRIS has been licensed for use exclusively by:
InterSystems IRIS Community
Copyright (c) 1986-2026 by InterSystems Corporation
Any other use is a violation of your license agreement

1 alert(s) during startup. See messages.log for details.
Merging IRIS, please wait...
Starting IRIS


[INFO] IRIS^@/usr^2026.1.0.234.1com^running, since CTIME^iris.cpf^1972^52773^0^ok^IRIS^^^@/data^1972

[INFO] ...started InterSystems IRIS instance IRIS
[INFO] Files differ; merging @/merge.cpf...
[INFO] ...merged @/merge.cpf
[INFO] Copying @/merge.cpf to @/usr/^@^merge.cpf.last_merge...
[INFO] ...copied @/merge.cpf to @/usr/^@^merge.cpf.last_merge
[INFO] Shutting down InterSystems IRIS instance IRIS...
[INFO] IRIS^@/usr^2026.1.0.234.1com^down, last used CTIME^iris.cpf^1972^52773^0^^IRIS^^^@/data^1972

[INFO] ...shut down InterSystems IRIS instance IRIS
)";

TEST_F(StandinMain, SpeaksAsIn2026_1) {
  write(top_ / "merge.cpf", "[config]\ngmheap=40000\n");
  environment_["ISC_CPF_MERGE_FILE"] = (top_ / "merge.cpf").string();
  environment_["IRISSYS"] = "/home/irisowner/irissys";
  const pid_t child = launch_main();
  ASSERT_TRUE(says("[INFO] ...copied ")) << output();
  EXPECT_EQ(terminate(child), 0);
  const auto said = lines_of(masked(output(), top_));
  const auto expected = lines_of(start_and_stop);
  for (std::size_t i = 0; i < std::min(said.size(), expected.size()); ++i)
    EXPECT_EQ(said[i], expected[i]) << "line " << i + 1;
  EXPECT_EQ(said.size(), expected.size());
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
