// Measures inits side by side, in interleaved rounds, and prints medians and ratios.
//   pid1_bench [--quick] OURS TINI_STATIC [OTHER…]
// Ratios are to the second one. Orphans are counted by the pids controller of cgroups: a process
// leaves it when it is reaped.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "supervisor/os/clock.h"
#include "tests/bench/pid1_roles.h"
#include "tests/integration/harness/namespaces.h"
#include "tests/integration/harness/processes.h"
#include "tests/integration/harness/program.h"

namespace bench {
namespace {

using namespace testing_support;
namespace fs = std::filesystem;

constexpr int orphan_count = 20'000;
const std::string self = fs::read_symlink("/proc/self/exe");

double median(std::vector<double> values, double quantile = 0.5) {
  if (values.empty()) return NAN;
  std::sort(values.begin(), values.end());
  const auto at = static_cast<std::size_t>(quantile * static_cast<double>(values.size() - 1) + 0.5);
  return values[at];
}

struct Init {
  std::string name;
  std::string path;
  double bytes = NAN;
  bool is_static = false;
  std::vector<double> rss{}, anonymous{}, start{}, signals{}, reaping{};
  double wake_ups = NAN;

  /// Only tini's kind complains where it is not PID 1; a complaint is not what we measure.
  [[nodiscard]] std::vector<std::string> outside(std::vector<std::string> words) const {
    std::vector<std::string> all{path};
    if (name == "iris-init" || name.starts_with("tini")) all.emplace_back("-s");
    all.emplace_back("--");
    all.insert(all.end(), words.begin(), words.end());
    return all;
  }
};

struct Rounds {
  int memory = 7;
  int start = 400;
  int signals = 20;  ///< of 100 each
  int reaping = 11;
  std::chrono::milliseconds idle = 10s;
};

// --- size and memory
// ------------------------------------------------------------------------------

void measure_size(Init& init) {
  init.bytes = static_cast<double>(fs::file_size(init.path));
  std::ifstream file{init.path, std::ios::binary};
  const std::string all{std::istreambuf_iterator<char>{file}, {}};
  init.is_static = all.find("/ld-linux") == std::string::npos;
}

Program supervising_sleep(const Init& init) {
  Program program = Program::as_pid1({{init.path, "--", "sleep", "1000"}});
  wait_until([&] { return descendants_named(program.pid(), "sleep").size() == 1; }, within(10s));
  wait_until([&] { return status_field(program.pid(), "State").starts_with("S"); }, within(10s));
  return program;
}

void measure_memory(Init& init) {
  const Program program = supervising_sleep(init);
  init.rss.push_back(std::atof(status_field(program.pid(), "VmRSS").c_str()));
  init.anonymous.push_back(std::atof(status_field(program.pid(), "RssAnon").c_str()));
}

void measure_wake_ups(std::vector<Init>& inits, const Rounds& rounds) {
  std::vector<Program> running;
  std::vector<double> before;
  const auto switches = [](const Program& program) {
    return std::atof(status_field(program.pid(), "voluntary_ctxt_switches").c_str());
  };
  for (const Init& init : inits)
    running.push_back(supervising_sleep(init));
  for (const Program& program : running)
    before.push_back(switches(program));
  running[0].wait_for_output("never said", within(rounds.idle));
  for (std::size_t i = 0; i < inits.size(); ++i)
    inits[i].wake_ups = switches(running[i]) - before[i];
}

// --- start to exit
// --------------------------------------------------------------------------------

double run_once(const std::vector<std::string>& words) {
  std::vector<char*> argv;
  for (const std::string& word : words)
    argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const sup::Nanos began = sup::monotonic_now();
  pid_t pid = 0;
  if (::posix_spawn(&pid, argv[0], nullptr, nullptr, argv.data(), environ) != 0) return NAN;
  ::waitpid(pid, nullptr, 0);
  return static_cast<double>(sup::monotonic_now() - began) / 1e6;
}

std::vector<double> measure_start(std::vector<Init>& inits, const Rounds& rounds) {
  std::vector<double> direct;
  for (int round = 0; round < rounds.start; ++round) {
    direct.push_back(run_once({"/bin/true"}));
    for (std::size_t i = 0; i < inits.size(); ++i) {  // each time another one begins
      Init& init = inits[(i + static_cast<std::size_t>(round)) % inits.size()];
      init.start.push_back(run_once(init.outside({"/bin/true"})));
    }
  }
  return direct;
}

// --- signals
// --------------------------------------------------------------------------------------

struct Echo {
  pid_t pid = 0;
  sup::UniqueFd answers;
};

Echo start_echo(std::vector<std::string> words) {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) std::abort();
  Echo echo{0, sup::UniqueFd{ends[0]}};
  const sup::UniqueFd writer{ends[1]};
  std::vector<char*> argv;
  for (std::string& word : words)
    argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, writer.get(), STDOUT_FILENO);
  if (::posix_spawn(&echo.pid, argv[0], &actions, nullptr, argv.data(), environ) != 0) std::abort();
  ::posix_spawn_file_actions_destroy(&actions);
  char ready = 0;
  if (::read(echo.answers.get(), &ready, 1) != 1) std::abort();
  return echo;
}

void measure_signals_of(const Echo& echo, std::vector<double>& out) {
  for (int i = 0; i < 100; ++i) {
    char answer = 0;
    const sup::Nanos began = sup::monotonic_now();
    ::kill(echo.pid, SIGUSR1);
    if (::read(echo.answers.get(), &answer, 1) != 1) return;
    out.push_back(static_cast<double>(sup::monotonic_now() - began) / 1e3);
  }
}

std::vector<double> measure_signals(std::vector<Init>& inits, const Rounds& rounds) {
  std::vector<double> direct;
  const Echo no_init = start_echo({self, "echo"});
  std::vector<Echo> echoes;
  for (const Init& init : inits)
    echoes.push_back(start_echo(init.outside({self, "echo"})));
  for (int round = 0; round < rounds.signals; ++round) {
    measure_signals_of(no_init, direct);
    for (std::size_t i = 0; i < inits.size(); ++i)
      measure_signals_of(echoes[i], inits[i].signals);
  }
  echoes.push_back({no_init.pid, sup::UniqueFd{}});
  for (const Echo& echo : echoes) {
    ::kill(echo.pid, SIGTERM);
    ::waitpid(echo.pid, nullptr, 0);
  }
  return direct;
}

// --- reaping
// --------------------------------------------------------------------------------------

/// A cgroup of our own with the pids controller, v1 or v2.
class PidsGroup {
 public:
  PidsGroup() {
    for (const char* root : {"/sys/fs/cgroup/pids", "/sys/fs/cgroup"}) {
      const fs::path directory = fs::path{root} / ("pid1_bench." + std::to_string(::getpid()));
      std::error_code error;
      if (!fs::create_directory(directory, error)) continue;
      path_ = directory;
      if (fs::exists(directory / "pids.current")) return;
      fs::remove(directory, error);
      path_.clear();
    }
  }
  PidsGroup(const PidsGroup&) = delete;
  PidsGroup& operator=(const PidsGroup&) = delete;
  ~PidsGroup() {
    std::error_code error;
    if (!path_.empty()) ::rmdir(path_.c_str());
  }
  [[nodiscard]] bool usable() const { return !path_.empty(); }
  [[nodiscard]] std::string procs() const { return path_ / "cgroup.procs"; }
  [[nodiscard]] int count() const {
    std::ifstream file{path_ / "pids.current"};
    int count = 0;
    file >> count;
    return count;
  }

 private:
  fs::path path_;
};

std::optional<double> reap_once(const PidsGroup& group, const std::vector<std::string>& pid1) {
  int gate[2] = {-1, -1};
  if (::pipe2(gate, O_CLOEXEC) != 0) return std::nullopt;
  const sup::UniqueFd reader{gate[0]};
  sup::UniqueFd writer{gate[1]};
  Launch launch{pid1};
  launch.before_exec = [&] {
    ::dup2(reader.get(), STDIN_FILENO);
    const sup::UniqueFd procs{::open(group.procs().c_str(), O_WRONLY | O_CLOEXEC)};
    [[maybe_unused]] const ssize_t ignored = ::write(procs.get(), "0", 1);
  };
  Program program = Program::as_pid1(launch);
  if (!program.wait_for_output("ready\n", within(60s)) || group.count() < orphan_count)
    return std::nullopt;
  const sup::Nanos began = sup::monotonic_now();
  writer.reset();              // they all end now
  while (group.count() > 2) {  // PID 1 and the one that made them
    ::poll(nullptr, 0, 1);
    if (sup::monotonic_now() - began > sup::seconds(60)) return std::nullopt;
  }
  return static_cast<double>(sup::monotonic_now() - began) / 1e9;
}

std::vector<double> measure_reaping(std::vector<Init>& inits, const Rounds& rounds) {
  std::vector<double> floor;
  const PidsGroup group;
  if (!group.usable()) {
    std::printf("reaping: not measured, no pids controller of cgroups to be had\n");
    return floor;
  }
  const std::vector<std::string> work{self, "orphans", std::to_string(orphan_count)};
  for (int round = 0; round < rounds.reaping; ++round) {
    std::vector<std::string> words{self, "floor"};
    words.insert(words.end(), work.begin(), work.end());
    if (const auto took = reap_once(group, words)) floor.push_back(*took);
    for (std::size_t i = 0; i < inits.size(); ++i) {
      Init& init = inits[(i + static_cast<std::size_t>(round)) % inits.size()];
      words = {init.path, "--"};
      words.insert(words.end(), work.begin(), work.end());
      if (const auto took = reap_once(group, words)) init.reaping.push_back(*took);
    }
  }
  return floor;
}

// --- the table
// ------------------------------------------------------------------------------------

/// One row: each init's figure, and its ratio to `base`'s in brackets.
void print_row(const char* what, const std::vector<Init>& inits, double base,
               const std::function<double(const Init&)>& figure, int digits) {
  std::printf("%-38s", what);
  for (const Init& init : inits) {
    const double value = figure(init);
    char text[48];
    if (std::isnan(value))
      std::snprintf(text, sizeof text, "-");
    else if (base > 0)
      std::snprintf(text, sizeof text, "%.*f (%.2f)", digits, value, value / base);
    else
      std::snprintf(text, sizeof text, "%.*f", digits, value);
    std::printf(" %17s", text);
  }
  std::printf("\n");
}

void print_goal(const char* what, double value, double most) {
  std::printf("  %-58s %10.3f, at most %10.3f: %s\n", what, value, most,
              std::isnan(value) ? "not measured"
              : value <= most   ? "met"
                                : "FALLS SHORT");
}

int measure_all(std::vector<Init>& inits, const Rounds& rounds) {
  for (Init& init : inits)
    measure_size(init);
  for (int round = 0; round < rounds.memory; ++round)
    for (Init& init : inits)
      measure_memory(init);
  const std::vector<double> direct = measure_start(inits, rounds);
  const std::vector<double> no_init = measure_signals(inits, rounds);
  const std::vector<double> floor = measure_reaping(inits, rounds);
  measure_wake_ups(inits, rounds);

  const Init& ours = inits[0];
  const Init& base = inits[1];
  const double true_alone = median(direct);
  const auto overhead = [&](const Init& init) { return median(init.start) - true_alone; };
  const auto figure = [](std::vector<double> Init::*values, double quantile = 0.5) {
    return [values, quantile](const Init& init) { return median(init.*values, quantile); };
  };
  std::printf("Medians; in brackets the ratio to %s (reaping: to the kernel's floor).\n\n%-38s",
              base.name.c_str(), "");
  for (const Init& init : inits)
    std::printf(" %17s", init.name.c_str());
  std::printf("\n");
  print_row(
      "file, bytes", inits, base.bytes, [](const Init& init) { return init.bytes; }, 0);
  print_row(
      "static (1: yes)", inits, 0, [](const Init& init) { return init.is_static ? 1 : 0; }, 0);
  print_row("RSS, kB", inits, median(base.rss), figure(&Init::rss), 0);
  print_row("anonymous RSS, kB", inits, median(base.anonymous), figure(&Init::anonymous), 0);
  print_row("start to exit of true, ms over direct", inits, overhead(base), overhead, 3);
  print_row("signal there and back, p50 µs", inits, median(base.signals), figure(&Init::signals),
            1);
  print_row("signal there and back, p99 µs", inits, median(base.signals, 0.99),
            figure(&Init::signals, 0.99), 1);
  print_row("20,000 orphans reaped, s", inits, median(floor), figure(&Init::reaping), 3);
  print_row("  the fastest round, s", inits, median(floor, 0), figure(&Init::reaping, 0), 3);
  print_row(
      "wake-ups while idle", inits, 0, [](const Init& init) { return init.wake_ups; }, 0);
  std::printf(
      "\nWithout any init: true takes %.3f ms; a signal %.1f µs (p50), %.1f µs (p99); the "
      "kernel alone reaps in %.3f s.\nIdle means %lld s.\n\nGoals of %s:\n",
      true_alone, median(no_init), median(no_init, 0.99), median(floor),
      static_cast<long long>(rounds.idle / 1s), ours.name.c_str());
  print_goal("file, bytes", ours.bytes, 131'072);
  print_goal("RSS, of tini-static's", median(ours.rss) / median(base.rss), 0.15);
  print_goal("start overhead, of tini-static's", overhead(ours) / overhead(base), 0.6);
  print_goal("reaping, of the kernel's floor", median(ours.reaping) / median(floor), 1.15);
  print_goal("wake-ups", ours.wake_ups, 0);
  return 0;
}

int main_of(int argc, char** argv) {
  if (argc > 1 && is_role(argv[1])) return play_role(argv + 1);
  Rounds rounds;
  std::vector<Init> inits;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view{argv[i]} == "--quick") {
      rounds = {3, 50, 3, 1, 2s};
    } else if (::access(argv[i], X_OK) == 0) {
      inits.push_back({fs::path{argv[i]}.filename(), fs::absolute(argv[i])});
    } else {
      std::printf("left out, not there: %s\n", argv[i]);
    }
  }
  if (inits.size() < 2) {
    std::fputs("usage: pid1_bench [--quick] OURS TINI_STATIC [OTHER…]\n", stderr);
    return 2;
  }
  if (!why_no_namespaces().empty()) {
    std::printf("cannot measure: %s\n", why_no_namespaces().c_str());
    return 1;
  }
  return measure_all(inits, rounds);
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  return bench::main_of(argc, argv);
}
