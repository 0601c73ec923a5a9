#pragma once
// Runs cpfmerge in a temporary directory with an environment of its own, and keeps what it said.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

namespace cpf {

namespace fs = std::filesystem;

inline std::string contents(const fs::path& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

inline void write(const fs::path& path, std::string_view text) {
  std::ofstream{path, std::ios::binary} << text;
}

struct Ended {
  int code = -1;  ///< exit code, or 128 + signal
  std::string out;
  std::string err;
};

class ProgramTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "cpfmerge-test-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    root = name;
    for (const char* const directory : {"run", "data", "merge.d", "work"})
      fs::create_directory(root / directory);
    environment = {{"PATH", "/usr/sbin:/usr/bin:/sbin:/bin"},
                   {"IRIS_INIT_PATHS_CONFIG", root / "iris-init.ini"},
                   {"IRIS_INIT_PATHS_RUN_DIR", root / "run"},
                   {"IRIS_INIT_MERGE_DIR", root / "merge.d"},
                   {"IRIS_INIT_MERGE_PASSWORD_FILE", root / "password"},
                   {"IRIS_INIT_MERGE_IPC_CLEANUP", "report"},
                   {"IRIS_INIT_LOG_FORMAT", "text"},
                   {"ISC_DATA_DIRECTORY", root / "data"}};
    write(root / "password", "Secret 1\n");
  }
  void TearDown() override {
    std::error_code error;
    fs::remove_all(root, error);
  }

  /// An instance is there: iris.cpf, mgr/ and its messages.log.
  void make_instance() const {
    fs::create_directories(root / "data/mgr");
    write(root / "data/mgr/messages.log", "");
    write(root / "data/iris.cpf", "[config]\nglobals=0\n");
  }

  /// `passed` becomes descriptor 3 of the child.
  pid_t start(const std::vector<std::string>& arguments, const std::string& input = {},
              int passed = -1) {
    write(root / "stdin", input);
    posix_spawn_file_actions_t actions{};
    posix_spawn_file_actions_init(&actions);
    const auto open = [&](int fd, const char* name, int flags) {
      posix_spawn_file_actions_addopen(&actions, fd, (root / name).c_str(), flags, 0600);
    };
    if (passed >= 0) posix_spawn_file_actions_adddup2(&actions, passed, 3);
    open(0, "stdin", O_RDONLY);
    open(1, "stdout", O_WRONLY | O_CREAT | O_TRUNC);
    open(2, "stderr", O_WRONLY | O_CREAT | O_TRUNC);
    posix_spawn_file_actions_addchdir_np(&actions, (root / "work").c_str());
    std::vector<std::string> words = before;
    words.emplace_back(CPFMERGE);
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (std::string& word : words)
      argv.push_back(word.data());
    argv.push_back(nullptr);
    std::vector<std::string> assignments;
    for (const auto& [name, value] : environment)
      assignments.push_back(name + "=" + value);
    std::vector<char*> envp;
    for (std::string& assignment : assignments)
      envp.push_back(assignment.data());
    envp.push_back(nullptr);
    pid_t pid = -1;
    EXPECT_EQ(::posix_spawnp(&pid, argv[0], &actions, nullptr, argv.data(), envp.data()), 0);
    posix_spawn_file_actions_destroy(&actions);
    return pid;
  }
  [[nodiscard]] Ended finish(pid_t pid) const {
    int status = 0;
    if (pid <= 0 || ::waitpid(pid, &status, 0) != pid) return {};
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
            contents(root / "stdout"), contents(root / "stderr")};
  }
  Ended run(const std::vector<std::string>& arguments, const std::string& input = {}) {
    return finish(start(arguments, input));
  }
  Ended prepare() { return run({"prepare"}); }
  [[nodiscard]] std::string merge_file() const { return contents(root / "run/merge.cpf"); }

  fs::path root;
  std::map<std::string, std::string> environment;
  std::vector<std::string> before;  ///< words before the program, such as unshare
};

inline testing::AssertionResult has(const std::string& text, const std::string& part) {
  if (text.find(part) != std::string::npos) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "'" << part << "' is not in: " << text;
}

}  // namespace cpf
