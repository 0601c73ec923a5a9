#pragma once
// What the tests of iris-init share: each runs on every build of PID 1 that there is.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ostream>
#include <string>
#include <vector>

#include "tests/integration/harness/namespaces.h"
#include "tests/integration/harness/processes.h"
#include "tests/integration/harness/program.h"
#include "tests/integration/harness/temp_dir.h"

namespace testing_support {

struct InitBuild {
  const char* name;
  const char* path;
};

inline std::vector<InitBuild> init_builds() {
  std::vector<InitBuild> builds;
#ifdef IRIS_INIT_GLIBC
  builds.push_back({"glibc", IRIS_INIT_GLIBC});
#endif
  // The sanitizers see nothing in it: the other presets have tested it.
#if defined(IRIS_INIT_MUSL) && !defined(__SANITIZE_ADDRESS__)
  builds.push_back({"musl", IRIS_INIT_MUSL});
#endif
  return builds;
}

/// The one that is released, where it is there: for what takes too long to be done twice.
inline std::vector<InitBuild> released_build() {
  return {init_builds().back()};
}

/// What gtest prints of it.
// NOLINTNEXTLINE(readability-identifier-naming): gtest's name
inline void PrintTo(const InitBuild& build, std::ostream* out) {
  *out << build.name;
}

inline std::string name_of_build(const ::testing::TestParamInfo<InitBuild>& info) {
  return info.param.name;
}

/// A test of PID 1; skipped, with the reason, where there are no namespaces.
class InitCase : public ::testing::TestWithParam<InitBuild> {
 protected:
  void SetUp() override { SKIP_WITHOUT_NAMESPACES(); }

  /// `iris-init WORDS…`
  [[nodiscard]] static Launch init_with(const std::vector<std::string>& words) {
    Launch launch{{GetParam().path}};
    launch.argv.insert(launch.argv.end(), words.begin(), words.end());
    return launch;
  }
  [[nodiscard]] static Program start(const std::vector<std::string>& words) {
    return Program::as_pid1(init_with(words));
  }
};

/// A user of whom nobody else runs anything.
constexpr uid_t crowded_user = 54'321;

/// How many processes `pid` and its user may have; done as that user, since who is not its owner
/// needs a capability that root in a container does not have.
inline bool limit_processes(pid_t pid, rlim_t most) {
  const pid_t owner = ::fork();
  if (owner == 0) {
    const rlimit limit{most, 1000};
    const bool done = ::setgid(crowded_user) == 0 && ::setuid(crowded_user) == 0 &&
                      ::prlimit(pid, RLIMIT_NPROC, &limit, nullptr) == 0;
    ::_exit(done ? 0 : 1);
  }
  int status = -1;
  ::waitpid(owner, &status, 0);
  return status == 0;
}

/// Every line of ours: what is not JSON is a failure.
inline void expect_json_lines(const Program& program) {
  for (const std::string& line : program.log_lines()) {
    const auto parsed = nlohmann::json::parse(line, nullptr, false);
    EXPECT_TRUE(parsed.is_object()) << line;
    if (!parsed.is_object()) continue;
    EXPECT_EQ(parsed.value("program", ""), "iris-init") << line;
    EXPECT_NE(parsed.value("event", "").find('.'), std::string::npos) << line;
    EXPECT_LE(line.size(), 4095U);
  }
}

}  // namespace testing_support
