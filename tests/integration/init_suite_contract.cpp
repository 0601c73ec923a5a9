// Codes, texts and what the program inherits.
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "tests/integration/init_suite.h"

namespace testing_support {
namespace {

Verdict program_code(const std::string& init) {
  for (const int code : {0, 1, 3, 77, 127, 254, 255}) {
    const Verdict why = expect_code(init, {"--", "sh", "-c", "exit " + std::to_string(code)}, code);
    if (!why.empty()) return why;
  }
  return {};
}

Verdict signal_code(const std::string& init) {
  for (const int number : {1, 2, 6, 9, 11, 15, 34, 64}) {
    const std::string die = "ulimit -c 0; kill -" + std::to_string(number) + " $$";
    const Verdict why = expect_code(init, {"--", "sh", "-c", die}, 128 + number);
    if (!why.empty()) return why;
  }
  return {};
}

Verdict not_found(const std::string& init) {
  return expect_code(init, {"--", "/no/such/program"}, 127);
}

Verdict not_executable(const std::string& init) {
  return expect_code(init, {"--", "/etc/passwd"}, 126);
}

Verdict no_dashes(const std::string& init) {
  return expect_code(init, {"sh", "-c", "exit 7"}, 7);
}

Verdict script_without_interpreter(const std::string& init) {
  const TempDir dir;
  return expect_code(init, {"--", dir.write("entrypoint", "exit 9\n", 0755)}, 9);
}

Verdict environment_and_directory(const std::string& init) {
  Launch launch = launch_of(init, {"--", "sh", "-c", "pwd; echo $HELLO; umask"});
  launch.environment = {"HELLO=world"};
  launch.directory = "/usr";
  launch.before_exec = [] { ::umask(027); };
  Program program = Program::as_pid1(launch);
  program.wait_exit(within(20s));
  return program.out() == "/usr\nworld\n0027\n" ? "" : "the program saw: " + program.out();
}

Verdict mask_and_ignored(const std::string& init) {
  Launch launch = launch_of(init, {"--", "sleep", "1000"});
  launch.before_exec = [] {
    for (const int number : {SIGUSR1, SIGHUP, SIGCHLD})
      ::signal(number, SIG_IGN);
    sigset_t blocked;
    ::sigemptyset(&blocked);
    for (const int number : {SIGUSR2, SIGSEGV, 40})
      ::sigaddset(&blocked, number);
    ::sigprocmask(SIG_SETMASK, &blocked, nullptr);
  };
  Program program = Program::as_pid1(launch);
  const auto sleeps = [&] { return !descendants_named(program.pid(), "sleep").empty(); };
  if (!wait_until(sleeps, within(20s))) return "the program does not run";
  const pid_t pid = descendants_named(program.pid(), "sleep")[0];
  const auto bit = [](int number) { return std::uint64_t{1} << (number - 1); };
  if (signal_set(pid, "SigBlk") != (bit(SIGUSR2) | bit(SIGSEGV) | bit(40))) return "another mask";
  if (signal_set(pid, "SigIgn") != (bit(SIGUSR1) | bit(SIGHUP) | bit(SIGCHLD)))
    return "other ignored signals";
  return {};
}

Verdict descriptors(const std::string& init) {
  Launch launch = launch_of(init, {"--", "sh", "-c", "echo handed over >&9"});
  launch.before_exec = [] { ::dup2(STDOUT_FILENO, 9); };
  Program program = Program::as_pid1(launch);
  program.wait_exit(within(20s));
  return program.out() == "handed over\n" ? "" : "descriptor 9 did not arrive";
}

Verdict blocking(const std::string& init) {
  Program program = Program::as_pid1(
      launch_of(init, {"--", "sh", "-c", "grep -h flags /proc/self/fdinfo/1 /proc/self/fdinfo/2"}));
  program.wait_exit(within(20s));
  // O_NONBLOCK is 04000.
  return program.out().find("04") == std::string::npos ? "" : "O_NONBLOCK on 0, 1 or 2";
}

Verdict leaves_at_once(const std::string& init) {
  return expect_code(init, {"--", "sh", "-c", "sleep 1000 & trap '' TERM; exit 4"}, 4);
}

Verdict quiet(const std::string& init) {
  Program program = Program::as_pid1(launch_of(init, {"--", "true"}));
  program.wait_exit(within(20s));
  return program.log().empty() && program.out().empty() ? "" : "it said: " + program.log();
}

constexpr std::array checks{
    Check{"ends with the program's code", program_code},
    Check{"ends with 128 + the signal that ended the program", signal_code},
    Check{"127 for a program that is not found", not_found},
    Check{"126 for a program that cannot be executed", not_executable},
    Check{"leaves the program's own options alone without --", no_dashes},
    Check{"runs a script that names no interpreter", script_without_interpreter},
    Check{"environment, working directory and umask are kept", environment_and_directory},
    Check{"mask and ignored signals come back to the last bit", mask_and_ignored},
    Check{"descriptors that were handed over arrive", descriptors},
    Check{"O_NONBLOCK is never set on 0, 1, 2", blocking},
    Check{"ends with the program, whatever it left behind", leaves_at_once},
    Check{"says nothing when all is well", quiet},
};

}  // namespace

std::span<const Check> contract_checks() {
  return checks;
}

}  // namespace testing_support
