// Who starts or stops IRIS is known by name and arguments, in every instant of its life.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "supervisor/os/process_table.h"
#include "tests/integration/harness/temp_dir.h"

namespace sup {
namespace {

using std::string;
using std::vector;
using ::testing_support::TempDir;

/// A script called `name`, with these arguments, until the test is over.
class Script {
 public:
  Script(const string& name, const string& body, const vector<string>& arguments) {
    const string path = dir_.script(name, body);
    vector<const char*> words{path.c_str()};
    for (const string& argument : arguments)
      words.push_back(argument.c_str());
    words.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::execv(path.c_str(), const_cast<char**>(words.data()));
      ::_exit(127);
    }
  }
  Script(const Script&) = delete;
  Script& operator=(const Script&) = delete;
  ~Script() {
    kill();
    ::waitpid(pid_, nullptr, 0);
  }

  void kill() const { ::kill(pid_, SIGKILL); }
  void await_its_stop() const { ::waitpid(pid_, nullptr, WUNTRACED); }
  [[nodiscard]] bool has_stopped() const { return is_now(WSTOPPED); }
  [[nodiscard]] bool has_exited() const { return is_now(WEXITED); }
  [[nodiscard]] bool is_called(const string& name) const {
    ProcessInfo now;
    return read_process(pid_, now) && now.name.view() == name;
  }
  [[nodiscard]] bool is_control_command() const {
    ProcessInfo now;
    return read_process(pid_, now) && is_iris_control_command(now);
  }

 private:
  [[nodiscard]] bool is_now(int what) const {
    siginfo_t news{};
    return ::waitid(P_PID, static_cast<id_t>(pid_), &news, what | WNOHANG | WNOWAIT) == 0 &&
           news.si_pid == pid_;
  }

  TempDir dir_;
  pid_t pid_ = 0;
};

TEST(ControlCommand, IsKnownByItsNameAndArguments) {
  struct Row {
    const char* name;
    vector<string> arguments;
    bool is_one;
  };
  const vector<Row> rows{
      {"iris", {"start", "IRIS"}, true},
      {"iris", {"startnostu", "IRIS"}, true},
      {"iris", {"stop", "IRIS", "quietly"}, true},
      {"iris", {"stopnoshut", "IRIS"}, true},
      {"iris", {"force", "IRIS"}, true},
      {"iris", {"restart", "IRIS"}, true},
      {"irisstart", {}, true},
      {"irisstop", {"quietly"}, true},
      {"irisforce", {}, true},
      {"iris", {"session", "IRIS"}, false},
      {"iris", {"qlist"}, false},
      {"iris", {"starting"}, false},
      {"irisdb", {"start"}, false},
      {"irisstarter", {"start"}, false},
  };
  for (const Row& row : rows) {
    const Script script{row.name, "kill -STOP $$", row.arguments};
    script.await_its_stop();
    string words = row.name;
    for (const string& argument : row.arguments)
      words += " " + argument;
    EXPECT_EQ(script.is_control_command(), row.is_one) << words;
  }
}

struct Looks {
  long all = 0;
  long yes = 0;  ///< it was taken for a control command
};

/// At an `iris VERB` that executes itself 400 times and then stops. At least one look.
Looks looks_while_executed(const string& verb) {
  const Script script{
      "iris", R"(test "$2" -ne 0 && exec "$0" "$1" $(($2 - 1)); kill -STOP $$)", {verb, "400"}};
  while (!script.is_called("iris")) {
  }
  Looks looks;
  do {
    ++looks.all;
    if (script.is_control_command()) ++looks.yes;
  } while (!script.has_stopped());
  return looks;
}

TEST(ControlCommand, IsOneWhileItBecomesAnotherProgram) {
  const Looks looks = looks_while_executed("stop");
  EXPECT_EQ(looks.yes, looks.all);
}

TEST(ControlCommand, IsNotAnotherCommandWhileItBecomesAnotherProgram) {
  const Looks looks = looks_while_executed("qlist");
  // Who does not get the processor for longer than is waited may be anything; that is rare.
  EXPECT_LT(looks.yes * 50, looks.all);
}

/// Who ends loses its arguments first, and its other things take their time.
TEST(ControlCommand, IsNoneThatIsOver) {
  const Script script{"iris", "while :; do :; done", {"qlist"}};
  while (!script.is_called("iris")) {
  }
  script.kill();
  while (!script.has_exited())
    ASSERT_FALSE(script.is_control_command());
  EXPECT_FALSE(script.is_control_command());
}

}  // namespace
}  // namespace sup
