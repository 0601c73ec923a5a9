#include "tests/bench/freeze_copies.h"

#include <signal.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <random>
#include <string>

#include "tests/integration/iris/container.h"

namespace bench {
namespace {

namespace fs = std::filesystem;
using namespace testing_support;
using std::string;

const string thaw_call = "##class(Backup.General).ExternalThaw()";

/// What happens to a window while its copy is made.
enum Breach : std::size_t {
  none,
  thawed_midway,  ///< somebody else resumes IRIS
  thawed_behind,  ///< the same, when the copy is complete and the window not yet over
  left_to_lease,  ///< the agent is killed, and the copy takes longer than the lease
  iris_killed,    ///< and restarted in place
  breaches
};
constexpr std::array<const char*, breaches> names{
    "left alone", "resumed by others in mid-copy", "resumed by others behind the copy",
    "agent killed, lease over in mid-copy", "IRIS killed in mid-copy"};

/// A copy that was made inside `with-freeze`, as the checker sees it.
struct Seen {
  int windows = 0;
  int held = 0;      ///< with-freeze said 0
  int not_held = 0;  ///< it said 4
  int whole = 0;     ///< the copy is consistent, or is after recovery, and nothing is missing
  int torn = 0;      ///< it is not, or something acknowledged is missing
};

struct Tally {
  std::array<Seen, breaches> seen;
  int lies = 0;    ///< 0 for a broken window, or for a copy that is not whole
  int others = 0;  ///< any other code, a window that was left alone and not held, a broken bench
  int loose = 0;   ///< copies without a freeze
  int loose_torn = 0;
};

bool is_whole(const string& copy, const string& acknowledged) {
  Program checker = Program::as_pid1(
      {.argv = {STANDIN_PROGRAM, "irisdb", "--verify", copy, "--acknowledged", acknowledged}});
  const int code = checker.wait_code(within(120s));
  const bool complete = checker.out().find("missing after recovery: 0 of ") != string::npos;
  return (code == 0 || code == 1) && complete;
}

/// One container under the load of four sessions.
class Copies {
 public:
  Copies(std::mt19937_64& random, Tally& tally) : random_{random}, tally_{tally} {}

  void make(int count) {
    container_.set("IRIS_STANDIN_JOURNAL_SYNC", "commit");
    container_.set("IRIS_STANDIN_WD_PERIOD_MS", "20");
    container_.set("IRIS_INIT_RESTART_LIMIT", "100");  // IRIS is killed again and again
    container_.set("IRIS_INIT_HEALTH_POLL", "1s");
    Program init = container_.start_up();
    int kills = 0;
    for (int made = 0; made < count;) {
      Program load = begin_load(init);
      if (!is_writing()) return broken(init, "nothing is written");
      bool goes_on = true;
      for (; made < count && goes_on; ++made) {
        Breach breach = any_breach();
        // An agent that dies five times in a minute does not freeze any more.
        if (breach == left_to_lease && ++kills > 3) breach = thawed_midway;
        if (!one(init, breach)) return;
        if (made % 5 == 0) loose(init);
        goes_on = breach != iris_killed;  // the load's sessions ended with it
      }
      load.signal(SIGKILL);
      load.wait_exit(within(30s));
      if (!goes_on && !init.wait_for_event("iris.up", within(60s)))
        return broken(init, "IRIS did not come back");
    }
    init.signal(SIGTERM);
    init.wait_exit(within(60s));
  }

 private:
  [[nodiscard]] string path(const char* name) const { return container_.dir / name; }

  int up_to(int most) { return std::uniform_int_distribution{0, most}(random_); }
  Breach any_breach() {
    constexpr std::array<Breach, 20> of_twenty{
        none,          none,          none,          none,          none,          none,
        none,          none,          none,          none,          none,          none,  //
        thawed_midway, thawed_midway, thawed_midway, thawed_behind, thawed_behind, left_to_lease,
        left_to_lease, iris_killed};
    return of_twenty[static_cast<std::size_t>(up_to(of_twenty.size() - 1))];
  }

  Program begin_load(const Program& init) {
    std::error_code none_yet;
    written_before_ = fs::file_size(path("acknowledged"), none_yet);
    if (none_yet) written_before_ = 0;
    return container_.begin(
        init, {STANDIN_PROGRAM, "load", "6000", "4", "--acknowledged", path("acknowledged")});
  }
  bool is_writing() const {
    return wait_until(
        [&] {
          std::error_code none_yet;
          const auto size = fs::file_size(path("acknowledged"), none_yet);
          return !none_yet && size > written_before_ + 5000;
        },
        within(30s));
  }
  void broken(Program& init, const char* why) {
    init.pump();
    std::printf("BROKEN: %s\n%s\n", why, init.log().c_str());
    ++tally_.others;
  }

  /// Files in an order that changes from copy to copy, with a stop in the middle of them: there the
  /// window is broken, or not.
  [[nodiscard]] string script(Breach breach) {
    const string files = "'" + path("files") + "'", copy = "'" + path("copy") + "'";
    const string half = std::to_string(10 + up_to(80));
    // Files go away when IRIS lives on; without a breach none may.
    const string copies =
        " | xargs -r cp -a --parents -t " + copy + (breach == none ? "\n" : " || true\n");
    string bytes;
    for (int i = 0; i < 4096; ++i)
      bytes += static_cast<char>(up_to(255));
    container_.dir.write("random", bytes);
    string text = "set -e\nmkdir " + copy + "\ncd '" + path("data/iris") + "'\n" +
                  "find . -type d -exec mkdir -p " + copy + "/{} \\;\n" +
                  "find . ! -type d | sort -R --random-source='" + path("random") + "' >" + files +
                  "\n" + "first=$(($(wc -l <" + files + ") * " + half + " / 100))\n" +
                  "head -n $first " + files + copies;
    if (breach != none && breach != thawed_behind)
      text += "echo >'" + path("midway") + "'\nuntil [ -e '" + path("go-on") +
              "' ]; do sleep 0.02; done\n";
    text += "tail -n +$((first + 1)) " + files + copies;
    if (breach == thawed_behind)
      text += "iris session IRIS -U %SYS '" + thaw_call + "' || [ $? -eq 5 ]\n";
    return text;
  }

  bool break_window(Program& init, Breach breach) {
    if (breach == none || breach == thawed_behind) return true;
    if (!wait_until([&] { return fs::exists(path("midway")); }, within(60s))) return false;
    bool done = true;
    if (breach == thawed_midway) done = container_.session(init, thaw_call) == 5;
    if (breach == iris_killed) ::kill(IrisContainer::control_process(init), SIGKILL);
    if (breach == left_to_lease)
      ::kill(descendants_named(init.pid(), "iris-agent").front(), SIGKILL);
    if (breach != thawed_midway)
      done = init.wait_for_event("freeze.not_held", within(60s)).has_value();
    container_.dir.write("go-on", "");
    return done;
  }

  /// False: it makes no sense to go on.
  bool one(Program& init, Breach breach) {
    fs::copy_file(path("acknowledged"), path("known"), fs::copy_options::overwrite_existing);
    for (const char* const old : {"copy", "midway", "go-on"})
      fs::remove_all(path(old));
    init.pump();
    for (const char* const event : {"freeze.not_held", "iris.up"})
      while (init.wait_for_event(event, within(0s))) {
      }
    const char* const lease = breach == left_to_lease ? "3s" : "120s";
    Program asking = container_.begin(
        init, {"irisctl", "with-freeze", "--lease", lease, "--", "sh", "-c", script(breach)});
    const bool was_broken = break_window(init, breach);
    const int code = asking.wait_code(within(120s));
    if (!was_broken) {
      std::printf("%s%s\n", asking.log().c_str(), asking.out().c_str());
      broken(init, names.at(breach));
      return false;
    }
    const bool whole = is_whole(path("copy"), path("known"));
    judge(breach, code, whole, asking.log());
    return true;
  }

  void judge(Breach breach, int code, bool whole, const string& said) {
    Seen& seen = tally_.seen.at(breach);
    ++seen.windows;
    ++(whole ? seen.whole : seen.torn);
    seen.held += code == 0;
    seen.not_held += code == 4;
    const bool lies = code == 0 && (breach != none || !whole);
    const bool is_odd = !lies && code != (breach == none ? 0 : 4);
    tally_.lies += lies;
    tally_.others += is_odd;
    if (lies || is_odd)
      std::printf("%s: %s, with-freeze %d, the copy is %s\n%s\n", lies ? "A LIE" : "ODD",
                  names.at(breach), code, whole ? "whole" : "torn", said.c_str());
  }

  void loose(const Program& init) {
    fs::remove_all(path("copy"));
    static_cast<void>(container_.exec(init, {"cp", "-a", path("data/iris"), path("copy")}));
    ++tally_.loose;
    tally_.loose_torn += is_whole(path("copy"), path("known")) ? 0 : 1;
  }

  std::mt19937_64& random_;
  Tally& tally_;
  IrisContainer container_;
  std::uintmax_t written_before_ = 0;
};

}  // namespace

int copies(int count, unsigned seed) {
  constexpr int per_container = 25;
  std::mt19937_64 random{seed};
  Tally tally;
  for (int done = 0; done < count; done += per_container) {
    Copies{random, tally}.make(std::min(per_container, count - done));
    std::printf("%d copies, %d lies, %d odd\n", std::min(done + per_container, count), tally.lies,
                tally.others);
  }
  std::printf("copies under full write load, each judged by the checker, seed %u:\n", seed);
  std::printf("%-40s %8s %6s %6s %7s %6s\n", "the window was", "windows", "said 0", "said 4",
              "whole", "torn");
  for (std::size_t i = 0; i < breaches; ++i) {
    const Seen& seen = tally.seen.at(i);
    std::printf("%-40s %8d %6d %6d %7d %6d\n", names.at(i), seen.windows, seen.held, seen.not_held,
                seen.whole, seen.torn);
  }
  std::printf("said 0 of a broken window or a copy that is not whole: %d; anything else: %d\n",
              tally.lies, tally.others);
  std::printf("without a freeze: %d of %d torn\n", tally.loose_torn, tally.loose);
  return tally.lies > 0 || tally.others > 0 || tally.loose_torn == 0;
}

}  // namespace bench
