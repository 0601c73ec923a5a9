// tini's command line and variables.
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>

#include "tests/integration/init_suite.h"

namespace testing_support {
namespace {

/// Somewhere where it is not PID 1.
Program not_pid1(const Program& pid1, const Launch& launch) {
  return pid1.inside(launch);
}
Program other_pid1() {
  return Program::as_pid1({{"sleep", "1000"}});
}

bool says(const Program& program, std::string_view text) {
  return program.log().find(text) != std::string::npos ||
         program.out().find(text) != std::string::npos;
}

Verdict remaps(const std::string& init) {
  if (code_of(init, {"-e", "143", "-e", "0", "-e", "255", "--", "sh", "-c", "kill $$"}) != 0)
    return "143 was not remapped";
  if (code_of(init, {"-e255", "--", "sh", "-c", "exit 255"}) != 0) return "255 was not remapped";
  return expect_code(init, {"-e", "143", "--", "sh", "-c", "exit 5"}, 5);
}

Verdict wrong_use(const std::string& init) {
  for (const std::vector<std::string>& words : {std::vector<std::string>{"-e", "256", "true"},
                                                {"-e", "abc", "true"},
                                                {"-p", "SIGFOO", "true"},
                                                {"-x", "true"},
                                                {"-e"},
                                                {}}) {
    Program program = Program::as_pid1(launch_of(init, words));
    if (program.wait_code(within(20s)) != 1) return "a wrong option is not code 1";
    if (program.log().empty()) return "a wrong option without a word";
  }
  return {};
}

Verdict informs(const std::string& init) {
  for (const char* option : {"-h", "-l", "--version"}) {
    Program program = Program::as_pid1(launch_of(init, {option}));
    if (program.wait_code(within(20s)) != 0 || program.out().empty())
      return std::string{option} + " does not print and end with 0";
  }
  return {};
}

Verdict version_for_docker(const std::string& init) {
  const TempDir dir;
  for (const char* name : {"docker-init", "tini"}) {
    Program program = Program::as_pid1({{dir.copy(init, name), "--version"}});
    program.wait_exit(within(20s));
    if (!program.out().starts_with("tini version ")) return "it says: " + program.out();
  }
  return {};
}

Verdict subreaper(const std::string& init) {
  const Program pid1 = other_pid1();
  for (const bool by_variable : {false, true}) {
    std::vector<std::string> words{"--", "sh", "-c", "(sleep 1000 &); echo ready; exec sleep 1000"};
    if (!by_variable) words.insert(words.begin(), "-s");
    Launch launch = launch_of(init, words);
    if (by_variable) launch.environment = {"TINI_SUBREAPER="};
    Program program = not_pid1(pid1, launch);
    if (!program.wait_for_output("ready\n", within(20s))) return "does not run";
    if (!wait_until([&] { return descendants_named(program.pid(), "sleep").size() == 2; },
                    within(5s)))
      return "an orphan did not come to it";
  }
  return {};
}

Verdict no_subreaper(const std::string& init) {
  const Program pid1 = other_pid1();
  Program program = not_pid1(
      pid1, launch_of(init, {"--", "sh", "-c", "(sleep 1000 &); echo ready; exec sleep 1001"}));
  if (!program.wait_for_output("ready\n", within(20s))) return "does not run";
  return wait_until([&] { return descendants_of(program.pid()).size() == 1; }, within(5s))
             ? ""
             : "an orphan came to it unasked";
}

Verdict warns(const std::string& init) {
  const Program pid1 = other_pid1();
  Program program = not_pid1(pid1, launch_of(init, {"--", "true"}));
  program.wait_exit(within(20s));
  return says(program, "zombie reaping won't work") ? "" : "no warning";
}

Verdict warns_of_zombies(const std::string& init) {
  Program program = Program::as_pid1(
      launch_of(init, {"-w", "--", "sh", "-c", "(sleep 0.05 &); exec sleep 1000"}));
  return wait_until(
             [&] {
               program.pump();
               return says(program, "Reaped zombie process with pid=");
             },
             within(5s))
             ? ""
             : "no warning";
}

Verdict group(const std::string& init) {
  for (const bool by_variable : {false, true}) {
    std::vector<std::string> words{
        "--", "sh", "-c",
        "trap 'echo one' USR1; (trap 'echo two' USR1; echo ready; while :; do sleep 0.02; done) & "
        "while :; do sleep 0.02; done"};
    if (!by_variable) words.insert(words.begin(), "-g");
    Launch launch = launch_of(init, words);
    if (by_variable) launch.environment = {"TINI_KILL_PROCESS_GROUP=1"};
    Program program = Program::as_pid1(launch);
    if (!program.wait_for_output("ready\n", within(20s))) return "does not run";
    // The short sleeps are in the group too, and end of it.
    program.signal(SIGUSR1);
    if (!program.wait_for_output("one\n", within(5s)) ||
        !program.wait_for_output("two\n", within(5s)))
      return "not everybody in the group got it";
  }
  return {};
}

Verdict parent_death(const std::string& init) {
  const Program pid1 = other_pid1();
  const TempDir dir;
  const std::string orphaned = dir / "orphaned";
  const std::string main = dir.script("main", "trap 'echo yes > " + orphaned +
                                                  "; exit' USR1; echo ready; "
                                                  "while :; do sleep 0.02; done\n");
  const std::string parent_text = "'" + init + "' -s -p SIGUSR1 -- " + main + " & exec sleep 1000";
  Program parent = pid1.inside({{"sh", "-c", parent_text}});
  if (!parent.wait_for_output("ready\n", within(20s))) return "does not run";
  parent.signal(SIGKILL);
  return wait_until([&] { return dir.read("orphaned") == "yes\n"; }, within(5s))
             ? ""
             : "the signal did not come";
}

Verdict verbosity(const std::string& init) {
  Launch launch = launch_of(init, {"--", "true"});
  launch.environment = {"TINI_VERBOSITY=3"};
  Program by_variable = Program::as_pid1(launch);
  by_variable.wait_exit(within(20s));
  Program by_flag = Program::as_pid1(launch_of(init, {"-vvv", "--", "true"}));
  by_flag.wait_exit(within(20s));
  const bool more =
      !(by_variable.log() + by_variable.out()).empty() && !(by_flag.log() + by_flag.out()).empty();
  return more ? "" : "it says no more";
}

constexpr std::array checks{
    Check{"-e maps codes to 0, repeatedly, and no other", remaps},
    Check{"wrong options: a word and code 1", wrong_use},
    Check{"-h, -l and --version print and end with 0", informs},
    Check{"'tini version' when called docker-init", version_for_docker},
    Check{"-s and TINI_SUBREAPER: orphans come without being PID 1", subreaper},
    Check{"no subreaper unless asked", no_subreaper},
    Check{"warns that zombie reaping won't work", warns},
    Check{"-w: Reaped zombie process with pid=", warns_of_zombies},
    Check{"-g and TINI_KILL_PROCESS_GROUP: the whole group", group},
    Check{"-p: the signal when the parent dies", parent_death},
    Check{"-v and TINI_VERBOSITY say more", verbosity},
};

}  // namespace

std::span<const Check> option_checks() {
  return checks;
}

}  // namespace testing_support
