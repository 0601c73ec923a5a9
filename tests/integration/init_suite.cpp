// Runs every check against each init named, and prints who passes what.
//   init_suite BINARY [BINARY…]      a path, or a name in PATH; one that is not installed is left
//   out
// Exit code: 0 when the first one passes everything, 1 when it does not, 2 wrong use, 77 when this
// machine has no namespaces.
#include "tests/integration/init_suite.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "supervisor/base/text.h"

namespace testing_support {
namespace {

std::optional<std::string> find_program(const std::string& name) {
  if (name.find('/') != std::string::npos)
    return ::access(name.c_str(), X_OK) == 0 ? std::optional{std::filesystem::absolute(name)}
                                             : std::nullopt;
  const char* path = std::getenv("PATH");
  for (const std::string_view directory : sup::split(path == nullptr ? "" : path, ':')) {
    const std::string candidate = std::string{directory} + "/" + name;
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return std::nullopt;
}

std::vector<Check> all_checks() {
  std::vector<Check> all;
  for (const auto checks :
       {contract_checks(), option_checks(), signal_checks(), terminal_checks(), hard_checks()})
    all.insert(all.end(), checks.begin(), checks.end());
  return all;
}

struct Candidate {
  std::string name;
  std::string path;
  std::size_t passed = 0;
  std::vector<std::string> complaints = {};
};

void run(const Check& check, std::vector<Candidate>& candidates) {
  std::printf("%-62s", check.name);
  for (Candidate& candidate : candidates) {
    const Verdict why = check.run(candidate.path);
    if (why.empty())
      ++candidate.passed;
    else
      candidate.complaints.push_back(std::string{check.name} + ": " + why);
    std::printf(" %-12s", why.empty() ? "ok" : "-");
    std::fflush(stdout);
  }
  std::printf("\n");
}

int run_all(std::vector<Candidate>& candidates) {
  const std::vector<Check> checks = all_checks();
  std::printf("%-62s", "");
  for (const Candidate& candidate : candidates)
    std::printf(" %-12s", candidate.name.c_str());
  std::printf("\n");
  for (const Check& check : checks)
    run(check, candidates);
  std::printf("%-62s", "passed");
  for (const Candidate& candidate : candidates)
    std::printf(" %zu of %-6zu", candidate.passed, checks.size());
  std::printf("\n");
  for (const Candidate& candidate : candidates) {
    if (candidate.complaints.empty()) continue;
    std::printf("\n%s (%s):\n", candidate.name.c_str(), candidate.path.c_str());
    for (const std::string& complaint : candidate.complaints)
      std::printf("  %s\n", complaint.c_str());
  }
  return candidates.front().passed == checks.size() ? 0 : 1;
}

int main_of(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: init_suite BINARY [BINARY…]\n", stderr);
    return 2;
  }
  if (!why_no_namespaces().empty()) {
    std::printf("SKIPPED: %s\n", why_no_namespaces().c_str());
    return 77;
  }
  std::vector<Candidate> candidates;
  for (int i = 1; i < argc; ++i) {
    const auto path = find_program(argv[i]);
    if (path) {
      candidates.push_back({std::filesystem::path{argv[i]}.filename(), *path});
    } else if (i == 1) {
      std::fprintf(stderr, "init_suite: cannot execute '%s'\n", argv[i]);
      return 2;
    } else {
      std::printf("not installed, left out: %s\n", argv[i]);
    }
  }
  return run_all(candidates);
}

}  // namespace
}  // namespace testing_support

int main(int argc, char** argv) {
  return testing_support::main_of(argc, argv);
}
