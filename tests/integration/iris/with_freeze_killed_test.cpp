// `irisctl with-freeze` is killed, or told to end, at every step of its life: IRIS does not stay
// frozen, and can be frozen again.
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <ostream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/integration/iris/freeze_words.h"

namespace testing_support {
namespace {

using std::string;

/// Where it is when the signal comes.
enum class At {
  exec,     ///< it has just been started
  begun,    ///< the agent has its request
  hook,     ///< a pre hook runs
  asked,    ///< IRIS was asked to suspend, and has not yet
  frozen,   ///< IRIS is suspended, and nobody was told
  told,     ///< the agent has answered
  command,  ///< COMMAND runs
  thawing   ///< COMMAND has ended, IRIS was asked to resume
};
struct Moment {
  At at;
  int signal;
};
constexpr const char* names[] = {"Exec",   "Begun", "Hook",    "Asked",
                                 "Frozen", "Told",  "Command", "Thawing"};

std::ostream& operator<<(std::ostream& out, const Moment& moment) {
  return out << names[static_cast<int>(moment.at)] << (moment.signal == SIGKILL ? "Kill" : "Term");
}

std::vector<Moment> moments() {
  std::vector<Moment> all;
  for (const At at :
       {At::exec, At::begun, At::hook, At::asked, At::frozen, At::told, At::command, At::thawing}) {
    for (const int signal : {SIGKILL, SIGTERM})
      all.push_back({at, signal});
  }
  return all;
}

class WithFreezeKilled : public ::testing::TestWithParam<Moment> {
 protected:
  void SetUp() override {
    SKIP_WITHOUT_NAMESPACES();
    container_.set("IRIS_INIT_HEALTH_POLL", "1s");
    container_.set("IRIS_INIT_FREEZE_HOOKS", container_.dir / "hooks");
    container_.dir.write("begun", "COMMAND has begun\n");
    if (at() == At::hook)
      container_.dir.script("hooks/pre/10-wait",
                            "echo >'" + (container_.dir / "in-hook") + "'\nuntil [ -e '" +
                                (container_.dir / "go-on") + "' ]; do sleep 0.1; done\n");
    container_.dir.script("hooks/post/10-told",
                          "echo $IRIS_FREEZE_OUTCOME >>'" + (container_.dir / "outcomes") + "'\n");
  }
  static At at() { return GetParam().at; }

  /// It has come so far.
  bool wait_until_there(Program& init, Program& command) const {
    switch (at()) {
      case At::exec:
        return true;
      case At::begun:
        return init.wait_for_event("freeze.begun", within(20s)).has_value();
      case At::hook:
        return wait_until([&] { return std::filesystem::exists(container_.dir / "in-hook"); },
                          within(20s));
      case At::asked:
        return wait_for_message(container_, "Start a journal restore", within(20s));
      case At::frozen:
        return wait_until([&] { return container_.session(init, is_suspended) == suspended; },
                          within(20s));
      case At::told:
        return init.wait_for_event("freeze.frozen", within(20s)).has_value();
      case At::command:
        return command.wait_for_output("COMMAND has begun", within(20s));
      case At::thawing:
        return wait_until([&] { return !sessions(init, "ExternalThaw").empty(); }, within(20s));
    }
    return false;
  }
  void let_go_on() const {
    container_.fault("hold_at", "");
    container_.dir.write("go-on", "");
  }

  IrisContainer container_;
};

constexpr auto lease = 4s;

TEST_P(WithFreezeKilled, LeavesNothingFrozen) {
  Program init = container_.start_up();
  if (at() == At::asked) container_.fault("hold_at", "freeze");
  if (at() == At::frozen) container_.fault("hold_at", "frozen");
  if (at() == At::thawing) container_.fault("hold_at", "thaw");
  std::vector<string> words{"irisctl", "with-freeze", "--owner", "job", "--lease", "4s", "--"};
  if (at() == At::thawing)
    words.emplace_back("true");
  else
    words.insert(words.end(), {"tail", "-f", container_.dir / "begun"});
  Program command = container_.begin(init, words);
  ASSERT_TRUE(wait_until_there(init, command)) << command.log() << init.log();
  command.signal(GetParam().signal);
  const auto killed_at = std::chrono::steady_clock::now();
  if (GetParam().signal == SIGKILL) command.wait_exit(within(20s));
  let_go_on();
  const int code = command.wait_code(within(30s));
  if (at() == At::thawing && GetParam().signal == SIGTERM)
    EXPECT_EQ(code, 0) << "COMMAND has ended well, and it held: " << command.log();
  else
    EXPECT_EQ(code, 128 + GetParam().signal) << command.log() << init.log();
  // Within the lease and a second, says the promise; the rest is for a machine that is busy.
  EXPECT_TRUE(wait_until(
      [&] {
        const string state = freeze_state(container_, init);
        return (state == "thawed" || state == "failed") &&
               container_.session(init, is_suspended) == not_suspended;
      },
      within(lease + 20s)))
      << init.log();
  std::printf("not frozen %.1f s after the signal\n",
              std::chrono::duration<double>(std::chrono::steady_clock::now() - killed_at).count());
  // Its caller is gone, and nobody may believe in a snapshot that the lease has ended.
  if (GetParam().signal == SIGKILL && at() != At::thawing) {
    EXPECT_NE(container_.irisctl(init, {"thaw", "--owner", "job"}).code, 0) << init.log();
  }
  EXPECT_EQ(container_.irisctl(init, {"freeze", "--owner", "next"}).code, 0) << init.log();
  EXPECT_EQ(container_.session(init, is_suspended), suspended);
  EXPECT_EQ(container_.irisctl(init, {"thaw", "--owner", "next"}).code, 0) << init.log();
  // Whatever was begun has had its post hooks: a freeze that was never asked for has none.
  init.pump();
  const string outcomes = text_of_file(container_.dir / "outcomes");
  const auto ran = std::count(outcomes.begin(), outcomes.end(), '\n');
  EXPECT_EQ(static_cast<std::size_t>(ran), init.events("freeze.begun").size()) << outcomes;
}

INSTANTIATE_TEST_SUITE_P(Moments, WithFreezeKilled, ::testing::ValuesIn(moments()),
                         [](const auto& each) {
                           std::ostringstream name;
                           name << each.param;
                           return name.str();
                         });

}  // namespace
}  // namespace testing_support
