// Measures what a death of the database costs, and whether stops leave the data clean, with the
// released programs and the stand-in in the place of IRIS.
//   recovery_bench outage [ROUNDS]       kill -9 of every irisdb until IRIS serves again: ours;
//   tini with an
//                                        exec liveness probe and a kubelet that starts the
//                                        container anew; tini and iris-main alone
//   recovery_bench stops COUNT SCALE     randomised stops, the clock SCALE times faster: clean
//   data?
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/integration/iris/container.h"

namespace bench {
namespace {

using namespace testing_support;
using Clock = std::chrono::steady_clock;
using std::string;

/// Of 18 recorded starts of 2025.3 the median took 3 s; that of a recovery is not recorded.
constexpr const char* start_ms = "3000";
constexpr double start_seconds = 3.1;  ///< with the stand-in's recovery of 100 ms

/// What the kubelet is told by the manifests that we are compared with, and its own defaults.
constexpr const char* exec_probe = "iris qlist iris | grep running";
constexpr auto probe_delay = 25s;
constexpr auto probe_period = 10s;
constexpr int probe_threshold = 3;
constexpr auto grace = 30s;

double seconds_since(Clock::time_point began) {
  return std::chrono::duration<double>(Clock::now() - began).count();
}

double median(std::vector<double> values) {
  if (values.empty()) return NAN;
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void kill_database(const Program& init) {
  for (const pid_t pid : descendants_named(init.pid(), "irisdb"))
    ::kill(pid, SIGKILL);
}

/// For a while, and the log is read meanwhile.
void pass(Program& program, Deadline until) {
  program.wait_exit(until);
}

double our_outage() {
  IrisContainer container;
  container.fault("start_ms", start_ms);
  Program init = container.start_up();
  http_wait_for(IrisContainer::port, "/readyz", 200, within(30s));
  const auto began = Clock::now();
  kill_database(init);
  if (http_wait_for(IrisContainer::port, "/readyz", 503, within(10s)).status != 503) return NAN;
  if (http_wait_for(IrisContainer::port, "/readyz", 200, within(60s)).status != 200) return NAN;
  return seconds_since(began);
}

// --- without us
// ------------------------------------------------------------------------------------

Program start_with_tini(IrisContainer& container) {
  // What is PID 1 is a matter of these words; iris-init is then a program among iris-main's
  // arguments no more: `sh` drops it.
  container.before_init = {"sh", "-c", "exec tini-static -- iris-main", "tini"};
  return container.start();
}

bool serves(const IrisContainer& container, const Program& init) {
  return container.exec(init, {"sh", "-c", exec_probe}).code == 0 &&
         !descendants_named(init.pid(), "irisdb").empty();
}

bool until_it_serves(const IrisContainer& container, Program& init,
                     std::chrono::milliseconds limit) {
  const Deadline deadline = within(limit);
  while (milliseconds_left(deadline) > 0) {
    if (serves(container, init)) return true;
    pass(init, within(50ms));
  }
  return false;
}

/// The kubelet asks every period, from a random moment on; ends what fails too often; starts it
/// anew.
double outage_with_exec_probe(std::mt19937_64& random) {
  IrisContainer container;
  container.fault("start_ms", start_ms);
  Program init = start_with_tini(container);
  if (!until_it_serves(container, init, 60s)) return NAN;
  const auto began = Clock::now();
  kill_database(init);
  pass(init, within(std::chrono::milliseconds{std::uniform_int_distribution<int>{
                 0, static_cast<int>(probe_period / 1ms)}(random)}));
  for (int failures = 0; failures < probe_threshold;) {
    failures = serves(container, init) ? 0 : failures + 1;
    if (failures < probe_threshold) pass(init, within(probe_period));
  }
  init.signal(SIGTERM);
  if (!init.wait_exit(within(grace))) {
    init.signal(SIGKILL);
    init.wait_exit(within(10s));
  }
  Program again = start_with_tini(container);
  return until_it_serves(container, again, 120s) ? seconds_since(began) : NAN;
}

/// Nobody asks: does it come back by itself within `limit`?
double outage_alone(std::chrono::milliseconds limit) {
  IrisContainer container;
  container.fault("start_ms", start_ms);
  Program init = start_with_tini(container);
  if (!until_it_serves(container, init, 60s)) return NAN;
  const auto began = Clock::now();
  kill_database(init);
  return until_it_serves(container, init, limit) ? seconds_since(began) : NAN;
}

void print(const char* what, const std::vector<double>& values) {
  const double worst = values.empty() ? NAN : *std::max_element(values.begin(), values.end());
  std::printf("%-46s %8.2f %8.2f %14.2f\n", what, median(values), worst,
              median(values) - start_seconds);
}

int outages(int rounds) {
  std::vector<double> ours, probed;
  std::mt19937_64 random{1};
  for (int round = 0; round < rounds; ++round) {
    ours.push_back(our_outage());
    probed.push_back(outage_with_exec_probe(random));
    std::printf("round %2d: %6.2f s, %6.2f s\n", round + 1, ours.back(), probed.back());
  }
  constexpr auto watched = 120s;
  const double alone = outage_alone(watched);
  std::printf(
      "\nkill -9 of every irisdb until IRIS serves again; a start of IRIS takes %.1f s of it\n",
      start_seconds);
  std::printf("%-46s %8s %8s %14s\n", "seconds", "median", "worst", "but the start");
  print("iris-init", ours);
  print("tini, exec liveness probe (10 s, 3 failures)", probed);
  if (std::isnan(alone))
    std::printf("%-46s %8s (watched for %lld s)\n", "tini and iris-main alone", "never",
                static_cast<long long>(watched / 1s));
  else
    std::printf("%-46s %8.2f\n", "tini and iris-main alone", alone);
  const double over = median(ours) - start_seconds;
  const double ratio = over / (median(probed) - start_seconds);
  std::printf(
      "\nGoals: at most 0.5 s beside IRIS's own start: %.2f, %s; at most a tenth of the probed "
      "one's: "
      "%.3f, %s\n",
      over, over <= 0.5 ? "met" : "FALLS SHORT", ratio, ratio <= 0.1 ? "met" : "FALLS SHORT");
  return 0;
}

// --- stops
// -----------------------------------------------------------------------------------------

struct Stop {
  int code = -1;
  int verdict = -1;  ///< the checker's: 0 is data that needs no recovery
  string what;
};

/// One container, brought into one of five situations, stopped at a random moment.
Stop stop_once(std::mt19937_64& random, const string& scale) {
  const auto up_to = [&](int most) { return std::uniform_int_distribution{0, most}(random); };
  IrisContainer container;
  container.set("IRIS_STANDIN_CLOCK_SCALE", scale);
  container.set("IRIS_INIT_HEALTH_POLL_STARTING", "100ms");
  const int factor = std::max(1, std::atoi(scale.c_str()));
  Program init = container.start();
  Stop stop;
  const int situation = up_to(4);
  if (situation == 0) {
    stop.what = "while it starts";
    // Before PID 1 has blocked its signals the kernel drops them.
    init.wait_for_event("prepare.locked", within(30s));
  } else if (!init.wait_for_event("iris.up", within(60s))) {
    return stop;
  }
  std::optional<Program> load;
  if (situation > 1)
    load.emplace(container.begin(init, {STANDIN_PROGRAM, "load", "600", "2", "--hang", "0.002"}));
  if (situation == 1) stop.what = "at rest";
  if (situation == 2) stop.what = "under load";
  if (situation == 3) {
    stop.what = "while frozen";
    static_cast<void>(container.irisctl(init, {"freeze", "--owner", "bench"}));
  }
  if (situation == 4) {
    stop.what = "while it is restarted";
    kill_database(init);
  }
  pass(init, within(std::chrono::milliseconds{
                 up_to(situation == 0 || situation == 4 ? 500 : 2000 / factor + 50)}));
  init.signal(SIGTERM);
  if (load) load->wait_exit(within(60s));
  stop.code = init.wait_code(within(400s));
  const std::filesystem::path data = container.dir / "data/iris";
  if (!std::filesystem::exists(data) ||
      std::filesystem::is_empty(data)) {  // stopped before IRIS had put anything there
    stop.verdict = 0;
    return stop;
  }
  Program checker = Program::as_pid1({.argv = {STANDIN_PROGRAM, "irisdb", "--verify", data}});
  stop.verdict = checker.wait_code(within(60s));
  if (stop.code != 0 || stop.verdict != 0)
    std::printf("NOT CLEAN, %s: exit code %d, checker %d\n%s%s\n", stop.what.c_str(), stop.code,
                stop.verdict, checker.out().c_str(), init.log().c_str());
  return stop;
}

int stops(int count, const string& scale) {
  std::mt19937_64 random{static_cast<std::uint64_t>(count)};
  int clean = 0;
  std::map<string, int> kinds;
  for (int i = 0; i < count; ++i) {
    const Stop stop = stop_once(random, scale);
    ++kinds[stop.what];
    if (stop.code == 0 && stop.verdict == 0) ++clean;
    if ((i + 1) % 100 == 0) std::printf("%d stops, %d clean\n", i + 1, clean);
  }
  std::printf("clock 1/%s: %d of %d stops left data that needs no recovery (", scale.c_str(), clean,
              count);
  for (const auto& [what, times] : kinds)
    std::printf("%d %s%s", times, what.c_str(), what == kinds.rbegin()->first ? ")\n" : ", ");
  return clean == count ? 0 : 1;
}

int main_of(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const std::string_view part = argc > 1 ? argv[1] : "";
  if (!why_no_namespaces().empty()) {
    std::printf("cannot measure: %s\n", why_no_namespaces().c_str());
    return 1;
  }
  if (part == "outage") return outages(argc > 2 ? std::atoi(argv[2]) : 15);
  if (part == "stops" && argc == 4) return stops(std::atoi(argv[2]), argv[3]);
  std::fputs("usage: recovery_bench outage [ROUNDS] | stops COUNT SCALE\n", stderr);
  return 2;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  return bench::main_of(argc, argv);
}
