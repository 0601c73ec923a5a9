// Measures the probes of the released programs, with the stand-in in the place of IRIS, beside what
// a plain container does: a liveness probe that execs `sh -c "iris qlist iris | grep running"`
// every 10 s.
//   probes_bench [--quick] [PART…]     parts: a (with e), b, c, d; none: all
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "supervisor/base/text.h"
#include "supervisor/os/clock.h"
#include "tests/bench/probes_clients.h"
#include "tests/integration/iris/container.h"

namespace bench {
namespace {

using namespace testing_support;

constexpr int port = IrisContainer::port;
/// The probe that we are compared with; failureThreshold is Kubernetes' default.
constexpr const char* exec_probe = "iris qlist iris | grep running";
constexpr double exec_period = 10, exec_threshold = 3;

bool quick = false;
int rounds(int full, int few) {
  return quick ? few : full;
}

double median(std::vector<double> values) {
  if (values.empty()) return NAN;
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// CPU that a process has used itself, in milliseconds: the scheduler counts nanoseconds.
double cpu_ms(pid_t pid) {
  std::ifstream file{"/proc/" + std::to_string(pid) + "/schedstat"};
  double nanoseconds = 0;
  file >> nanoseconds;
  return nanoseconds / 1e6;
}
double number_of(pid_t pid, const char* field) {
  const std::string text = status_field(pid, field);
  return text.empty() ? NAN : std::stod(text);
}
pid_t agent_of(const Program& init) {
  const auto agents = descendants_named(init.pid(), "iris-agent");
  return agents.empty() ? 0 : agents.front();
}

struct Cost {
  double cpu_ms = NAN;
  double wall_ms = NAN;
};

/// What running a command in the container costs: a shell runs it many times and tells its
/// children's CPU.
Cost cost_of(const IrisContainer& container, const Program& init, const std::string& command) {
  const int times = rounds(300, 30);
  const std::string loop = "i=0; while [ $i -lt " + std::to_string(times) + " ]; do " + command +
                           " >/dev/null; i=$((i+1)); done; times";
  const auto began = sup::monotonic_now();
  const auto answer = container.exec(init, {"sh", "-c", loop});
  const double wall = static_cast<double>(sup::monotonic_now() - began) / 1e6;
  // `0m0.01s 0m0.02s` of the shell, then of its children.
  double user_minutes = 0, user = 0, system_minutes = 0, system = 0;
  const auto lines = sup::lines_of(answer.out);
  if (lines.size() < 2 || std::sscanf(std::string{lines[1]}.c_str(), "%lfm%lfs %lfm%lfs",
                                      &user_minutes, &user, &system_minutes, &system) != 4)
    return {};
  const double cpu = (user_minutes + system_minutes) * 60'000 + (user + system) * 1000;
  return {cpu / times, wall / times};
}

void cpu_of_probes() {
  std::printf("\n(a) CPU\n");
  const IrisContainer container;
  Program init = container.start_up();
  const pid_t agent = agent_of(init);
  const Cost exec = cost_of(container, init, std::string{"sh -c '"} + exec_probe + "'");
  const Cost qlist = cost_of(container, init, "iris qlist IRIS");
  const Cost disk =
      cost_of(container, init, "cpfmerge helper disk '" + (container.dir / "data") + "'");
  const double before = cpu_ms(agent);
  const int count = rounds(20'000, 1000);
  const Latencies http = ask(port, "/livez", 200, count, 0);
  const double http_cpu = (cpu_ms(agent) - before) / count;
  std::printf(
      "    one exec probe       %8.3f ms of CPU  %8.3f ms long (without what the kubelet and the "
      "runtime add)\n",
      exec.cpu_ms, exec.wall_ms);
  std::printf("    one httpGet probe    %8.3f ms of CPU  %8.3f ms long\n", http_cpu, http.at(0.5));
  std::printf("    ratio                %8.0f times     %8.0f times  (goal: 100)\n",
              exec.cpu_ms / http_cpu, exec.wall_ms / http.at(0.5));
  // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread
  const char* const told = std::getenv("RUNTIME_MS");
  const double runtime = told == nullptr || *told == '\0' ? NAN : std::strtod(told, nullptr);
  if (!std::isnan(runtime))
    std::printf("    with the runtime's own part of an exec, %.1f ms: %.0f times\n", runtime,
                (exec.cpu_ms + runtime) / http_cpu);

  // A minute of the whole scheme: two probes each 10 s, the polls and the disk helper as they come.
  const double minute = rounds(60, 10) / 60.0;
  const double agent_before = cpu_ms(agent), pid1_before = cpu_ms(init.pid());
  const double switches_before = number_of(agent, "voluntary_ctxt_switches") +
                                 number_of(init.pid(), "voluntary_ctxt_switches");
  ask(port, "/livez", 200, static_cast<int>(6 * minute), 0);
  ask(port, "/readyz", 200, static_cast<int>(6 * minute), 0);
  ::usleep(static_cast<unsigned>(minute * 60e6));
  const double agent_cpu = (cpu_ms(agent) - agent_before) / minute;
  const double pid1_cpu = (cpu_ms(init.pid()) - pid1_before) / minute;
  const double ours = agent_cpu + pid1_cpu + 6 * qlist.cpu_ms + 2 * disk.cpu_ms;
  std::printf(
      "    the whole scheme, a minute: exec, liveness alone %.1f ms; with readiness as well %.1f "
      "ms\n",
      6 * exec.cpu_ms, 12 * exec.cpu_ms);
  std::printf(
      "      ours %.1f ms = agent %.1f + PID 1 %.1f + 6 qlist %.1f + 2 disk %.1f: %.1f and %.1f "
      "times cheaper (goal: 5)\n",
      ours, agent_cpu, pid1_cpu, 6 * qlist.cpu_ms, 2 * disk.cpu_ms, 6 * exec.cpu_ms / ours,
      12 * exec.cpu_ms / ours);
  if (!std::isnan(runtime))
    std::printf(
        "      with the runtime's own part of each exec, which ours has not: %.1f and %.1f times\n",
        6 * (exec.cpu_ms + runtime) / ours, 12 * (exec.cpu_ms + runtime) / ours);
  const double switches = number_of(agent, "voluntary_ctxt_switches") +
                          number_of(init.pid(), "voluntary_ctxt_switches") - switches_before;
  std::printf("(e) wake-ups of agent and PID 1 in a minute, with 12 probes: %.0f\n",
              switches / minute);
}

void under_attack() {
  std::printf("\n(b) 1,000 probes a second beside 500 slow clients and a hung qlist\n");
  IrisContainer container;
  container.set("IRIS_INIT_HEALTH_QLIST_TIMEOUT", "2s");
  Program init = container.start_up();
  const Latencies alone = ask(port, "/livez", 200, rounds(5000, 1000), 1000);
  container.fault("qlist_fault", "hang");
  const pid_t slow = start_slow_clients(port, 500);
  ask(port, "/livez", 200, 1000, 1000);  // they are all there by now
  const Latencies probes = ask(port, "/livez", 200, rounds(20'000, 2000), 1000);
  ::kill(slow, SIGKILL);
  ::waitpid(slow, nullptr, 0);
  std::printf(
      "    without them: p50 %.2f ms, p99 %.2f ms, slowest %.2f ms: what this machine allows now\n",
      alone.at(0.5), alone.at(0.99), alone.at(1));
  std::printf(
      "    p50 %.2f ms, p99 %.2f ms, p99.9 %.2f ms, slowest %.2f ms; refused or lost %llu of %zu "
      "(goal: p99 under 5 ms, none)\n",
      probes.at(0.5), probes.at(0.99), probes.at(0.999), probes.at(1),
      static_cast<unsigned long long>(probes.lost), probes.milliseconds.size());
}

void time_to_notice() {
  std::printf(
      "\n(c) from kill -9 of the control process to readyz 503, qlist still saying running\n");
  std::vector<double> ours;
  IrisContainer container;
  container.set("IRIS_INIT_RESTART_LIMIT", "1000");
  container.set("IRIS_INIT_RESTART_WINDOW", "1s");  // or the pauses between restarts grow
  Program init = container.start_up();
  for (int i = 0; i < rounds(21, 3); ++i) {
    if (http_wait_for(port, "/readyz", 200, within(30s)).status != 200) break;
    const auto began = sup::monotonic_now();
    ::kill(IrisContainer::control_process(init), SIGKILL);
    while (http_get(port, "/readyz", within(5s)).status != 503) {
    }
    ours.push_back(static_cast<double>(sup::monotonic_now() - began) / 1e6);
    if (!init.wait_for_event("iris.up", within(60s))) break;
  }
  std::printf("    ours: median %.1f ms, slowest %.1f ms of %zu (goal: 250 ms)\n", median(ours),
              ours.empty() ? NAN : *std::max_element(ours.begin(), ours.end()), ours.size());

  IrisContainer plain;
  Program bare = plain.start({"--agent=off"});
  if (!bare.wait_for_output("...started ", within(30s))) return;
  ::kill(IrisContainer::control_process(bare), SIGKILL);
  int failed = 0;
  const int probes = rounds(6, 2);
  for (int i = 0; i < probes; ++i) {
    if (plain.exec(bare, {"sh", "-c", exec_probe}).code != 0) ++failed;
    if (i + 1 < probes) ::usleep(quick ? 100'000 : 10'000'000);
  }
  std::printf("    the exec probe, every 10 s: %d of %d failed\n", failed, probes);
  std::mt19937 random{1};
  std::vector<double> arithmetic;
  for (int i = 0; i < 10'001; ++i) {
    const double phase = std::uniform_real_distribution<>{0, exec_period}(random);
    arithmetic.push_back(phase + (exec_threshold - 1) * exec_period);
  }
  std::printf(
      "    and if qlist did say down at once, by its settings (period 10 s, threshold 3): median "
      "%.0f s\n",
      median(arithmetic));
}

void memory() {
  std::printf("\n(d) memory of the agent over a million requests\n");
  const IrisContainer container;
  Program init = container.start_up();
  const pid_t agent = agent_of(init);
  const std::uint64_t step = quick ? 10'000 : 100'000;
  std::printf("    kB:");
  for (int i = 0; i <= 10; ++i) {
    std::printf(" %.0f", number_of(agent, "VmRSS"));
    std::fflush(stdout);
    if (i == 10) break;
    const char* target = i % 2 == 0 ? "/livez" : "/readyz?verbose";
    if (!ask_pipelined(port, target, step)) std::printf(" (cut off)");
  }
  std::printf("  after each %llu (goal: flat)\n", static_cast<unsigned long long>(step));
}

int run(const std::string& parts) {
  if (!why_no_namespaces().empty()) {
    std::printf("cannot measure: %s\n", why_no_namespaces().c_str());
    return 1;
  }
  if (quick) std::printf("quick: the figures mean nothing\n");
  const auto wanted = [&](char part) { return parts.empty() || parts.find(part) != parts.npos; };
  if (wanted('a')) cpu_of_probes();
  if (wanted('b')) under_attack();
  if (wanted('c')) time_to_notice();
  if (wanted('d')) memory();
  return 0;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  std::string parts;
  for (const std::string_view word : std::vector<const char*>(argv + 1, argv + argc)) {
    if (word == "--quick")
      bench::quick = true;
    else
      parts += word;
  }
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  return bench::run(parts);
}
