#pragma once
// What an init owes the program that it runs, as a table of checks that take any init's binary.
#include <span>
#include <string>
#include <vector>

#include "tests/integration/harness/namespaces.h"
#include "tests/integration/harness/processes.h"
#include "tests/integration/harness/program.h"
#include "tests/integration/harness/temp_dir.h"

namespace testing_support {

/// Signals in a storm, and ten times the orphans in one; sanitized builds are too slow for it.
#ifdef __SANITIZE_ADDRESS__
constexpr int storm_size = 10'000;
#else
constexpr int storm_size = 100'000;
#endif

/// Why the check was not passed; empty when it was.
using Verdict = std::string;

struct Check {
  const char* name;
  Verdict (*run)(const std::string& init);
};

std::span<const Check> contract_checks();
std::span<const Check> option_checks();
std::span<const Check> signal_checks();
std::span<const Check> terminal_checks();
std::span<const Check> hard_checks();

/// `INIT WORDS…`
inline Launch launch_of(const std::string& init, const std::vector<std::string>& words) {
  Launch launch{{init}};
  launch.argv.insert(launch.argv.end(), words.begin(), words.end());
  return launch;
}

/// As PID 1, until its end; the code as a shell would say it.
inline int code_of(const std::string& init, const std::vector<std::string>& words) {
  Program program = Program::as_pid1(launch_of(init, words));
  return program.wait_code(within(20s));
}

inline Verdict expect_code(const std::string& init, const std::vector<std::string>& words,
                           int expected) {
  const int code = code_of(init, words);
  if (code == expected) return {};
  return "code " + std::to_string(code) + " instead of " + std::to_string(expected);
}

}  // namespace testing_support
