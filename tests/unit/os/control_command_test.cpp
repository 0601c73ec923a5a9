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

bool has_exited(pid_t child) {
  siginfo_t end{};
  return ::waitid(P_PID, static_cast<id_t>(child), &end, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         end.si_pid == child;
}

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
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

  void await_its_stop() const { ::waitpid(pid_, nullptr, WUNTRACED); }
  [[nodiscard]] bool is_over() const { return has_exited(pid_); }
  [[nodiscard]] bool is_called(const string& name) const {
    ProcessInfo now;
    return read_process(pid_, now) && now.name.view() == name;
  }
  [[nodiscard]] bool is_control_command() const {
    ProcessInfo now;
    return read_process(pid_, now) && is_iris_control_command(now);
  }

 private:
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

TEST(ControlCommand, IsOneWhileItBecomesAnotherProgram) {
  const Script script{"iris", R"(test "$2" -eq 0 || exec "$0" stop $(($2 - 1)))", {"stop", "400"}};
  while (!script.is_called("iris") && !script.is_over()) {
  }
  long looks = 0;
  long misses = 0;
  // A miss counts when it was still there afterwards.
  for (; !script.is_over(); ++looks)
    if (!script.is_control_command() && !script.is_over()) ++misses;
  EXPECT_EQ(misses, 0) << "of " << looks;
  EXPECT_GT(looks, 0);
  EXPECT_FALSE(script.is_control_command());  // a zombie
}

}  // namespace
}  // namespace sup
