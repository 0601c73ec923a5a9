// An instance for a test.
#include "suite/instance_fixture.h"

#include <regex.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

namespace standin_test {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

std::string read(const fs::path& path) {
  const std::ifstream file{path};
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void write(const fs::path& path, const std::string& text) {
  std::ofstream{path} << text;
}

bool eventually(const std::function<bool()>& holds) {
  for (const auto until = steady_clock::now() + 20s; steady_clock::now() < until;
       std::this_thread::sleep_for(5ms))
    if (holds()) return true;
  return holds();
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in{text};
  for (std::string line; std::getline(in, line);)
    lines.push_back(line);
  return lines;
}

std::string qlist_field(const std::string& line, std::size_t number) {
  std::istringstream in{line};
  std::string field;
  for (std::size_t i = 0; i < number; ++i)
    std::getline(in, field, '^');
  return field;
}

std::string replace_pattern(const std::string& text, const std::string& pattern,
                            const std::string& replacement) {
  // Not std::regex: g++ 12 warns inside of it when sanitizers are on.
  regex_t expression{};
  if (::regcomp(&expression, pattern.c_str(), REG_EXTENDED) != 0) {
    ADD_FAILURE() << "bad expression " << pattern;
    return text;
  }
  std::string out;
  const char* rest = text.c_str();
  for (regmatch_t match{}; ::regexec(&expression, rest, 1, &match, 0) == 0;) {
    out.append(rest, static_cast<std::size_t>(match.rm_so)).append(replacement);
    rest += match.rm_eo;
  }
  ::regfree(&expression);
  return out + rest;
}

std::string masked(std::string text, const fs::path& top) {
  const std::string name = top.string();
  for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name))
    text.replace(at, name.size(), "@");
  text = replace_pattern(text, "\\^[^ ]*\\^" + top.filename().string(), "^@");
  text = replace_pattern(text, "[0-9]{2}/[0-9]{2}/[0-9]{2}-[0-9:]{12} \\([0-9]+\\)", "STAMP (PID)");
  text = replace_pattern(text, "[0-9]{2}:[0-9]{2}:[0-9]{2} [0-9]{4}-[0-9]{2}-[0-9]{2} \\[", "[");
  text = replace_pattern(text, "ISCAgent\\[[0-9]+\\]", "ISCAgent[PID]");
  text = replace_pattern(text, "/[0-9]{8}\\.", "/DAY.");
  return replace_pattern(text, "[A-Z][a-z]{2} [A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8} [0-9]{4}",
                         "CTIME");
}

void Standin::SetUpTestSuite() {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  // No segment outlives the tests.
  if (::geteuid() == 0) {
    ASSERT_EQ(::unshare(CLONE_NEWIPC), 0);
  }
}

void Standin::SetUp() {
  std::string name = (fs::temp_directory_path() / "standin-XXXXXX").string();
  ASSERT_NE(::mkdtemp(name.data()), nullptr);
  top_ = name;
  for (const char* const directory : {"bin", "usr", "work", "faults"})
    fs::create_directory(top_ / directory);
  for (const char* const program : {"iris", "iris-main", "irisHealth.sh", "iris-standin"})
    fs::create_symlink(STANDIN_PROGRAM, top_ / "bin" / program);
  environment_ = {{"ISC_PACKAGE_INSTALLDIR", (top_ / "usr").string()},
                  {"ISC_DATA_DIRECTORY", data().string()},
                  {"IRIS_STANDIN_FAULTS", (top_ / "faults").string()},
                  {"IRIS_STANDIN_START_MS", "20"},
                  {"IRIS_STANDIN_STOP_MS", "10"},
                  {"IRIS_STANDIN_RECOVERY_MS", "10"},
                  {"IRIS_STANDIN_FREEZE_MS", "10"},
                  {"IRIS_STANDIN_THAW_MS", "10"},
                  {"IRIS_STANDIN_MERGE_POLL_MS", "20"},
                  {"IRIS_STANDIN_WD_PERIOD_MS", "20"}};
}

void Standin::TearDown() {
  fs::remove_all(top_ / "faults");
  EXPECT_EQ(iris({"force", "IRIS"}).status, 0);
  // What a failed test left is a child of ours by now.
  const std::string self = std::to_string(::getpid());
  do {
    std::istringstream children{read("/proc/self/task/" + self + "/children")};
    for (pid_t pid = 0; children >> pid;)
      ::kill(pid, SIGKILL);
  } while (::waitpid(-1, nullptr, 0) > 0);
  fs::remove_all(top_);
}

void Standin::fault(const std::string& name, const std::string& value) const {
  // By rename: a switch is read at any moment.
  write(top_ / "new", value);
  fs::rename(top_ / "new", top_ / "faults" / name);
}

void Standin::heal(const std::string& name) const {
  fs::remove(top_ / "faults" / name);
}

pid_t Standin::launch(const std::string& program, const Words& arguments,
                      const fs::path& output) const {
  const pid_t child = ::fork();
  if (child == 0) become(program, arguments, output);
  return child;
}

void Standin::become(const std::string& program, const Words& arguments,
                     const fs::path& output) const {
  for (const auto& [name, value] : environment_)
    ::setenv(name.c_str(), value.c_str(), 1);
  Words words{program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words)
    argv.push_back(word.data());
  argv.push_back(nullptr);
  const bool placed = std::freopen(output.c_str(), "w", stdout) != nullptr &&
                      ::dup2(STDOUT_FILENO, STDERR_FILENO) >= 0 &&
                      ::chdir((top_ / "work").c_str()) == 0;
  if (placed) ::execv((top_ / "bin" / program).c_str(), argv.data());
  ::_exit(127);
}

int Standin::await(pid_t child) {
  int status = 0;
  if (!eventually([&] { return ::waitpid(child, &status, WNOHANG) == child; })) {
    ADD_FAILURE() << "process " << child << " did not end";
    ::kill(child, SIGKILL);
    ::waitpid(child, &status, 0);
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool Standin::still_running(pid_t child) {
  siginfo_t about{};
  return ::waitid(P_PID, static_cast<id_t>(child), &about, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         about.si_pid == 0;
}

Ended Standin::run(const std::string& program, const Words& arguments) const {
  const fs::path output = top_ / "output";
  Ended ended;
  ended.status = await(launch(program, arguments, output));
  ended.output = read(output);
  return ended;
}

Ended Standin::iris(const Words& arguments) const {
  return run("iris", arguments);
}

int Standin::session(const std::string& code) const {
  return iris({"session", "IRIS", "-U", "%SYS", code}).status;
}

Ended Standin::user_session(const std::string& code) const {
  return iris({"session", "IRIS", "-U", "USER", code});
}

int Standin::login(const std::string& user, const std::string& password) const {
  return session("##class(%SYSTEM.Security).Login(\"" + user + "\",\"" + password + "\")");
}

std::string Standin::status() const {
  return qlist_field(iris({"qlist", "IRIS"}).output, 4);
}
bool Standin::running() const {
  return status().starts_with("running, since ");
}
bool Standin::down() const {
  return status().starts_with("down, last used ");
}

void Standin::start() const {
  const Ended ended = iris({"start", "IRIS", "quietly"});
  ASSERT_EQ(ended.status, 0) << ended.output;
}

std::vector<pid_t> Standin::orphans() const {
  const std::string self = std::to_string(::getpid());
  std::vector<pid_t> pids;
  std::istringstream in{read("/proc/self/task/" + self + "/children")};
  for (pid_t pid = 0; in >> pid;)
    if (contains(read("/proc/" + std::to_string(pid) + "/cmdline"), mgr().string()))
      pids.push_back(pid);
  return pids;
}

void Standin::kill_control() const {
  const std::vector<pid_t> control = orphans();
  ASSERT_EQ(control.size(), 1U);
  ASSERT_EQ(::kill(control[0], SIGKILL), 0);
  ASSERT_EQ(await(control[0]), 128 + SIGKILL);
}

}  // namespace standin_test
