// irisctl with-freeze against an agent that the test plays: it thaws, whatever happens.
#include <gtest/gtest.h>

#include <atomic>

#include "tests/unit/irisctl/fake_agent.h"
#include "tests/unit/irisctl/program.h"

namespace sup {
namespace {

using Words = std::vector<std::string>;

const std::string frozen =
    reply_line(0, "frozen", R"({"token":"abc","owner":"me","lease_end":1800000120,"seconds":1.5})");
const std::string held = reply_line(0, "held", R"({"held":true})");
const std::string not_held = reply_line(4, "no", R"({"held":false,"reason":"IRIS restarted"})");

Script thawing_with(std::string thawed) {
  return [thawed = std::move(thawed)](const control::Request& request) {
    return request.verb == "freeze" ? frozen : thawed;
  };
}

class WithFreeze : public testing::Test {
 protected:
  Outcome with(Script script, const Words& command) {
    FakeAgent agent{dir_.socket(), std::move(script)};
    Outcome outcome = run(dir_.path(), words(command));
    verbs_ = agent.verbs();
    requests_ = agent.requests();
    ::unlink(dir_.socket().c_str());
    return outcome;
  }
  static Words words(const Words& command) {
    Words all{"with-freeze", "--owner", "me", "--"};
    all.insert(all.end(), command.begin(), command.end());
    return all;
  }
  const Words freeze_and_thaw_{"freeze", "thaw"};

  RunDir dir_;
  std::vector<control::Request> requests_;
  Words verbs_;
};

TEST_F(WithFreeze, RunsCommandBetweenFreezeAndThaw) {
  const Outcome outcome = with(thawing_with(held), {"echo", "cut"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.out, "cut\n");
  EXPECT_EQ(verbs_, freeze_and_thaw_);
  EXPECT_EQ(requests_[0].owner, "me");
  EXPECT_EQ(requests_[1].token, "abc");
  EXPECT_NE(outcome.err.find("irisctl: held"), std::string::npos) << outcome.err;
  EXPECT_EQ(outcome.err.find("abc"), std::string::npos) << "the token has no business in a log";
}

TEST_F(WithFreeze, TakesNoPartInAnotherOnesFreeze) {
  const Script already = [](const control::Request&) {
    return reply_line(0, "frozen", R"({"token":"abc","owner":"me","already":true})");
  };
  const Outcome outcome = with(already, {"echo", "cut"});
  EXPECT_EQ(outcome.code, 3);
  EXPECT_EQ(outcome.out, "") << "COMMAND was run in a window that somebody else will end";
  EXPECT_EQ(verbs_, Words{"freeze"}) << "it was thawed under the other one's feet";
  EXPECT_NE(outcome.err.find("--owner of its own"), std::string::npos) << outcome.err;
}

TEST_F(WithFreeze, GivesCommandsCode) {
  EXPECT_EQ(with(thawing_with(held), {"sh", "-c", "exit 7"}).code, 7);
  EXPECT_EQ(verbs_, freeze_and_thaw_);
  EXPECT_EQ(with(thawing_with(held), {"sh", "-c", "kill -KILL $$"}).code, 128 + SIGKILL);
  EXPECT_EQ(verbs_, freeze_and_thaw_);
}

TEST_F(WithFreeze, TellsThatItDidNotHold) {
  const Outcome outcome = with(thawing_with(not_held), {"true"});
  EXPECT_EQ(outcome.code, 4);
  EXPECT_NE(outcome.err.find("did not hold: IRIS restarted"), std::string::npos);
  EXPECT_EQ(with(thawing_with(reply_line(3, "nothing is frozen")), {"true"}).code, 4);
  EXPECT_EQ(with(thawing_with(not_held), {"sh", "-c", "exit 7"}).code, 7);
}

TEST_F(WithFreeze, ThawsWhenCommandCannotBeStarted) {
  const Outcome outcome = with(thawing_with(held), {"/no/such/program"});
  EXPECT_EQ(outcome.code, 125);
  EXPECT_NE(outcome.err.find("cannot start '/no/such/program'"), std::string::npos);
  EXPECT_EQ(verbs_, freeze_and_thaw_);
}

TEST_F(WithFreeze, DoesNotRunCommandUnlessFrozen) {
  const Outcome outcome =
      with([](const control::Request&) { return reply_line(3, "frozen by 'x'"); }, {"echo", "cut"});
  EXPECT_EQ(outcome.code, 3);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(verbs_, Words{"freeze"});
  EXPECT_EQ(run(dir_.path(), words({"echo"})).code, 69);
}

TEST_F(WithFreeze, PassesSignalsOnAndThaws) {
  for (const int number : {SIGTERM, SIGINT}) {
    FakeAgent agent{dir_.socket(), thawing_with(held)};
    Program program{dir_.path(), words({"sh", "-c", "echo started; exec sleep 15"})};
    program.wait_for_output("started");
    program.signal(number);
    EXPECT_EQ(program.wait().code, 128 + number);
    EXPECT_EQ(agent.verbs(), freeze_and_thaw_);
    ::unlink(dir_.socket().c_str());
  }
}

TEST_F(WithFreeze, CommandHasTheSignalsOfItsCaller) {
  const Outcome outcome = with(thawing_with(held), {"sh", "-c", "kill -TERM $$; echo survived"});
  EXPECT_EQ(outcome.code, 128 + SIGTERM);
  EXPECT_EQ(outcome.out, "");
}

TEST_F(WithFreeze, ThawsWhenASignalComesWhileFreezing) {
  std::atomic<pid_t> pid{0};
  FakeAgent agent{dir_.socket(), [&pid](const control::Request& request) {
                    while (pid == 0)
                      std::this_thread::yield();
                    if (request.verb == "freeze") ::kill(pid, SIGTERM);
                    return request.verb == "freeze" ? frozen : held;
                  }};
  Program program{dir_.path(), words({"echo", "cut"})};
  pid = program.pid();
  const Outcome outcome = program.wait();
  EXPECT_EQ(outcome.code, 128 + SIGTERM);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(agent.verbs(), freeze_and_thaw_);
}

TEST_F(WithFreeze, UndoesAFreezeWhoseAnswerWasLost) {
  int asked = 0;
  const auto script = [&asked](const control::Request& request) -> std::string {
    if (request.verb == "freeze") return "";
    return ++asked < 2 ? reply_line(3, "the freeze is still under way") : not_held;
  };
  const Outcome outcome = with(script, {"echo", "cut"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(verbs_, (Words{"freeze", "thaw", "thaw"}));
  EXPECT_EQ(requests_[1].owner, "me");
}

TEST_F(WithFreeze, AsksTheNextAgentWhenOneDies) {
  int asked = 0;
  const auto script = [&asked](const control::Request& request) -> std::string {
    if (request.verb == "freeze") return frozen;
    return ++asked < 3 ? std::string{} : held;
  };
  EXPECT_EQ(with(script, {"true"}).code, 0);
  EXPECT_EQ(verbs_.size(), 4U);
}

TEST_F(WithFreeze, ThawsAlthoughNobodyReadsItsMessages) {
  FakeAgent agent{dir_.socket(), thawing_with(held)};
  const Words quiet{"bash", "-c", "exec 2> >(exit 0); sleep 0.3; exec \"$@\"", "bash"};
  const Outcome outcome = run(dir_.path(), words({"true"}), quiet);
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(agent.verbs(), freeze_and_thaw_);
}

}  // namespace
}  // namespace sup
