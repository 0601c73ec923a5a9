// Counts how many randomised stops leave the data clean, with the released programs and the
// stand-in in the place of IRIS.
//   recovery_bench COUNT SCALE     the clock SCALE times faster
#include <signal.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tests/integration/iris/container.h"

namespace bench {
namespace {

using namespace testing_support;
using std::string;

void kill_database(const Program& init) {
  for (const pid_t pid : descendants_named(init.pid(), "irisdb"))
    ::kill(pid, SIGKILL);
}

/// For a while, and the log is read meanwhile.
void pass(Program& program, Deadline until) {
  program.wait_exit(until);
}

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
    // Before that a stop finds a killed IRIS, and nobody could leave its data clean.
    const Deadline deadline = within(30s);
    for (string command; command != "iris start";) {
      const auto started = init.wait_for_event("command.started", deadline);
      if (!started) return stop;
      command = started->at("msg");
    }
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
  if (!why_no_namespaces().empty()) {
    std::printf("cannot measure: %s\n", why_no_namespaces().c_str());
    return 1;
  }
  if (argc == 3) return stops(std::atoi(argv[1]), argv[2]);
  std::fputs("usage: recovery_bench COUNT SCALE\n", stderr);
  return 2;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  return bench::main_of(argc, argv);
}
