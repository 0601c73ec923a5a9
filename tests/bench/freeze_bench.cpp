// Measures freezes with the released programs and the stand-in in the place of IRIS.
//   freeze_bench added [ROUNDS]     what a freeze and a thaw take beside the sessions that they
//   consist of freeze_bench killed [COUNT]     agent, requester or both are killed at random
//   instants: how long is
//                                   IRIS frozen beyond the lease?
//   freeze_bench copies [COUNT]     copies of the data under full write load, inside freezes and
//   without
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/integration/iris/container.h"

namespace bench {
namespace {

namespace fs = std::filesystem;
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

// --- copies
// ---------------------------------------------------------------------------------------

struct Copies {
  int held = 0;    ///< windows that are said to have held, and whose copy is whole
  int broken = 0;  ///< windows that were ended early, and said so
  int bad = 0;     ///< anything else
  int loose = 0;   ///< copies without a freeze
  int torn = 0;    ///< of these
};

struct Verdict {
  int code;
  bool complete;
};
Verdict verify(const string& directory, const string& acknowledged) {
  Program checker = Program::as_pid1(
      {.argv = {STANDIN_PROGRAM, "irisdb", "--verify", directory, "--acknowledged", acknowledged}});
  const int code = checker.wait_code(within(120s));
  return {code, checker.out().find("missing after recovery: 0 of ") != string::npos};
}

/// A fresh container under the load of four sessions, and so many copies.
void copy_some(int count, Copies& copies) {
  IrisContainer container;
  container.set("IRIS_STANDIN_JOURNAL_SYNC", "commit");
  container.set("IRIS_STANDIN_WD_PERIOD_MS", "20");
  Program init = container.start_up();
  const string acknowledged = container.dir / "acknowledged";
  Program load =
      container.begin(init, {STANDIN_PROGRAM, "load", "6000", "4", "--acknowledged", acknowledged});
  const auto writes = [&] {
    std::error_code none_yet;
    return fs::file_size(acknowledged, none_yet) > 5000 && !none_yet;
  };
  if (!wait_until(writes, within(20s))) {
    load.pump();
    std::printf("nothing is written: %s%s\n", load.out().c_str(), load.log().c_str());
    ++copies.bad;
    return;
  }
  const string data = container.dir / "data/iris", copy = container.dir / "copy",
               known = container.dir / "known";
  for (int i = 0; i < count; ++i) {
    fs::copy_file(acknowledged, known, fs::copy_options::overwrite_existing);
    const bool ends_early = i % 5 == 4;
    string work = "cp -a '" + data + "' '" + copy + "'";
    if (ends_early) work += " && " + session(thaw_call) + "true";
    const int code = container.irisctl(init, {"with-freeze", "--", "sh", "-c", work}).code;
    const Verdict verdict = verify(copy, known);
    if (ends_early && code == 4)
      ++copies.broken;
    else if (!ends_early && code == 0 && verdict.code <= 1 && verdict.complete)
      ++copies.held;
    else
      std::printf("BAD: with-freeze %d, checker %d, complete %d\n", code, verdict.code,
                  verdict.complete),
          ++copies.bad;
    fs::remove_all(copy);
    if (i % 5 != 0) continue;
    static_cast<void>(container.exec(init, {"cp", "-a", data, copy}));
    ++copies.loose;
    copies.torn += verify(copy, known).code > 1;
    fs::remove_all(copy);
  }
  init.signal(SIGTERM);
  load.wait_exit(within(60s));
  init.wait_exit(within(60s));
}

int copies(int count) {
  constexpr int per_container = 25;
  Copies copies;
  for (int done = 0; done < count; done += per_container) {
    copy_some(std::min(per_container, count - done), copies);
    std::printf("%d copies\n", std::min(done + per_container, count));
  }
  std::printf(
      "copies under full write load: inside a freeze that held %d, all consistent and complete; in "
      "a window "
      "that somebody ended early %d, all reported as 4; anything else %d\nwithout a freeze: %d of "
      "%d torn\n",
      copies.held, copies.broken, copies.bad, copies.torn, copies.loose);
  return copies.bad > 0 || copies.torn == 0;
}

int main_of(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const std::string_view part = argc > 1 ? argv[1] : "";
  const auto count = [&](int fallback) { return argc > 2 ? std::atoi(argv[2]) : fallback; };
  if (part == "killed") return killed(count(300));  // its workers make their own namespaces
  if (part != "added" && part != "copies") {
    std::fputs("usage: freeze_bench added [ROUNDS] | killed [COUNT] | copies [COUNT]\n", stderr);
    return 2;
  }
  if (!why_no_namespaces().empty()) {
    std::printf("cannot measure: %s\n", why_no_namespaces().c_str());
    return 1;
  }
  return part == "added" ? added(count(30)) : copies(count(500));
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  return bench::main_of(argc, argv);
}
