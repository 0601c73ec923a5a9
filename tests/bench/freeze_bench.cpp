// Measures freezes with the released programs and the stand-in in the place of IRIS.
//   freeze_bench added [ROUNDS]     what a freeze and a thaw take beside the sessions that they
//   consist of freeze_bench killed [COUNT]     agent, requester or both are killed at random
//   instants: how long is
//                                   IRIS frozen beyond the lease?
//   freeze_bench copies [COUNT [SEED]]   copies of the data under full write load, inside freezes,
//                                   of which a share is broken in mid-copy, and without
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/freeze_copies.h"
#include "tests/integration/iris/container.h"

namespace bench {
namespace {

using namespace testing_support;
using Clock = std::chrono::steady_clock;
using std::string;

constexpr int yes = 5;  ///< a session's answer: success, suspended
const string is_suspended = "##class(Backup.General).IsWDSuspendedExt()";
const string freeze_call = "##class(Backup.General).ExternalFreeze()";
const string thaw_call = "##class(Backup.General).ExternalThaw()";

double seconds_since(Clock::time_point began) {
  return std::chrono::duration<double>(Clock::now() - began).count();
}

double quantile(std::vector<double> values, double at) {
  if (values.empty()) return NAN;
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(at * static_cast<double>(values.size() - 1) + 0.5)];
}

string session(const string& code) {
  return "iris session IRIS -U %SYS '" + code + "'; ";
}

// --- what we add
// ----------------------------------------------------------------------------------

int added(int rounds) {
  const IrisContainer container;
  Program init = container.start_up();
  const auto timed = [&](const std::vector<string>& argv, int code) {
    const auto began = Clock::now();
    const auto answer = container.exec(init, argv);
    if (answer.code != code) std::printf("unexpected: %d, %s\n", answer.code, answer.err.c_str());
    return seconds_since(began) * 1000;
  };
  std::vector<double> freeze, thaw, bare_freeze, bare_thaw;
  for (int i = 0; i < rounds; ++i) {
    freeze.push_back(timed({"irisctl", "freeze", "--owner", "bench"}, 0));
    thaw.push_back(timed({"irisctl", "thaw", "--owner", "bench"}, 0));
    // The same three questions, one after the other, and nothing else.
    const string around_freeze =
        session(is_suspended) + session(freeze_call) + session(is_suspended);
    const string around_thaw = session(is_suspended) + session(thaw_call) + session(is_suspended);
    bare_freeze.push_back(timed({"sh", "-c", around_freeze + "true"}, 0));
    bare_thaw.push_back(timed({"sh", "-c", around_thaw + "true"}, 0));
  }
  const double more_freeze = quantile(freeze, 0.5) - quantile(bare_freeze, 0.5);
  const double more_thaw = quantile(thaw, 0.5) - quantile(bare_thaw, 0.5);
  std::printf(
      "milliseconds, medians of %d          irisctl   its sessions alone   added (goal: under "
      "30)\n",
      rounds);
  std::printf("freeze with confirmation, syncfs, witness %8.1f %12.1f %14.1f %s\n",
              quantile(freeze, 0.5), quantile(bare_freeze, 0.5), more_freeze,
              more_freeze < 30 ? "met" : "FALLS SHORT");
  std::printf("thaw with recheck, witness, confirmation  %8.1f %12.1f %14.1f %s\n",
              quantile(thaw, 0.5), quantile(bare_thaw, 0.5), more_thaw,
              more_thaw < 30 ? "met" : "FALLS SHORT");
  return 0;
}

// --- killed at any moment
// -------------------------------------------------------------------------

constexpr auto lease = 2s;

constexpr double never_frozen = -1;

/// How often IRIS has been suspended so far, by its own log.
std::size_t suspensions(const IrisContainer& container) {
  const string log = container.dir.read("data/iris/mgr/messages.log");
  std::size_t count = 0;
  for (std::size_t at = 0; (at = log.find("System suspended", at)) != string::npos; ++at)
    ++count;
  return count;
}

/// One freeze whose agent, requester or both are killed: seconds beyond the lease; NAN: stuck.
double frozen_beyond(const IrisContainer& container, Program& init, std::mt19937_64& random) {
  const auto up_to = [&](int most) { return std::uniform_int_distribution{0, most}(random); };
  const int whom = up_to(2);
  const auto after = std::chrono::milliseconds{up_to(2400)};
  const std::size_t suspended_before = suspensions(container);
  const auto began = Clock::now();
  Program requester = container.begin(
      init, {"irisctl", "freeze", "--owner", "bench", "--lease", std::to_string(lease / 1s) + "s"});
  init.wait_exit(within(after));
  if (whom != 0) requester.signal(SIGKILL);
  if (whom != 1) {
    for (const pid_t agent : descendants_named(init.pid(), "iris-agent"))
      ::kill(agent, SIGKILL);
  }
  requester.wait_exit(within(20s));
  // Only after the lease does it matter whether IRIS is suspended.
  const double until = std::chrono::duration<double>(lease).count();
  while (seconds_since(began) < until)
    init.wait_exit(within(20ms));
  while (container.session(init, is_suspended) == yes) {
    if (seconds_since(began) > until + 30) return NAN;
  }
  const double beyond = std::max(0.0, seconds_since(began) - until);
  http_wait_for(IrisContainer::port, "/readyz", 200, within(20s));
  if (suspensions(container) == suspended_before) return never_frozen;
  return beyond;
}

/// One container, so many freezes. False: it did not stop cleanly in the end.
bool killed_some(std::mt19937_64& random, int count, int result) {
  IrisContainer container;
  container.set("IRIS_STANDIN_WD_SUSPEND_LIMIT", "refuse");  // our own timer is all there is
  container.set("IRIS_INIT_HEALTH_POLL", "1s");
  Program init = container.start_up();
  for (int i = 0; i < count; ++i) {
    const double beyond = frozen_beyond(container, init, random);
    if (std::isnan(beyond)) std::printf("STUCK\n%s\n", init.log().c_str());
    if (::write(result, &beyond, sizeof beyond) != sizeof beyond) ::_exit(1);
  }
  init.signal(SIGTERM);
  return init.wait_code(within(60s)) == 0;
}

/// In a network namespace of its own: the first thing that why_no_namespaces() does.
[[noreturn]] void killed_worker(int number, int count, int result) {
  if (!why_no_namespaces().empty()) ::_exit(1);
  std::mt19937_64 random{static_cast<std::uint64_t>(number)};
  int failed = 0;
  while (count > 0) {
    // A fresh one before long: an agent that dies five times in a minute does not freeze any more.
    const int some = std::min(count, 3);
    count -= some;
    failed += killed_some(random, some, result) ? 0 : 1;
  }
  ::_exit(failed == 0 ? 0 : 1);
}

int killed(int count) {
  constexpr int side_by_side = 4;
  std::array<int, 2> ends{-1, -1};
  if (::pipe(ends.data()) != 0) return 1;
  std::vector<pid_t> workers;
  for (int i = 0; i < side_by_side; ++i) {
    const int share = count / side_by_side + (i < count % side_by_side ? 1 : 0);
    const pid_t worker = ::fork();
    if (worker == 0) killed_worker(i + 1, share, ends[1]);
    workers.push_back(worker);
  }
  ::close(ends[1]);
  std::vector<double> beyond;
  int stuck = 0, too_early = 0;
  for (double value = 0; ::read(ends[0], &value, sizeof value) == sizeof value;) {
    if (std::isnan(value))
      ++stuck;
    else if (value == never_frozen)
      ++too_early;
    else
      beyond.push_back(value);
  }
  int failed = 0;
  for (const pid_t worker : workers) {
    int status = 0;
    ::waitpid(worker, &status, 0);
    failed += status != 0;
  }
  std::printf(
      "agent, requester or both killed at %d random instants, %d instances side by side, IRIS "
      "without a timer "
      "of its own:\n  in %d of them before IRIS was frozen; of the %zu others, frozen beyond the "
      "lease: median "
      "%.2f s, longest %.2f s (goal: under 1 s); stuck %d; instances that did not stop cleanly "
      "%d\n",
      count, side_by_side, too_early, beyond.size(), quantile(beyond, 0.5), quantile(beyond, 1),
      stuck, failed);
  return stuck + failed > 0 || quantile(beyond, 1) >= 1;
}

int main_of(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const std::string_view part = argc > 1 ? argv[1] : "";
  const auto count = [&](int fallback) { return argc > 2 ? std::atoi(argv[2]) : fallback; };
  if (part == "killed") return killed(count(300));  // its workers make their own namespaces
  if (part != "added" && part != "copies") {
    std::fputs("usage: freeze_bench added [ROUNDS] | killed [COUNT] | copies [COUNT [SEED]]\n",
               stderr);
    return 2;
  }
  if (!why_no_namespaces().empty()) {
    std::printf("cannot measure: %s\n", why_no_namespaces().c_str());
    return 1;
  }
  const auto seed = static_cast<unsigned>(argc > 3 ? std::atoi(argv[3]) : 1);
  return part == "added" ? added(count(30)) : copies(count(500), seed);
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  return bench::main_of(argc, argv);
}
