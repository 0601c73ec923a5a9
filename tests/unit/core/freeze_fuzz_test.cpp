// What must hold for freezes whatever happens: 100,000 random stories against a model of IRIS.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <utility>

#include "tests/unit/core/freeze_drive.h"

namespace sup {
namespace {

using testing_support::no;
using testing_support::yes;
using Step = FreezeStep;
using News = FreezeNews;

/// What has happened in many stories.
struct Tally {
  int frozen = 0;
  int freeze_failed = 0;
  int held = 0;
  int not_held = 0;
  int late = 0;
  int settled = 0;
  int told_again = 0;
};

class Story {
 public:
  Story(unsigned seed, Tally& tally) : random_{seed}, tally_{tally} {}

  void tell() {
    for (int event = 0; event < 100 && !testing::Test::HasFailure(); ++event) {
      one_event();
      take_news();
      check();
    }
    come_to_rest();
  }

 private:
  unsigned dice(unsigned sides) { return static_cast<unsigned>(random_() % sides); }

  void one_event() {
    now_ += milliseconds(dice(40) == 0 ? 60'000 : dice(400));
    switch (dice(26)) {
      case 0:
      case 1:
        return ask();
      case 2:
        return thaw(dice(2) == 0 ? "a" : "b");
      case 3:
        if (dice(8) == 0 && machine_.request_foreign_thaw(now_).why.empty()) {
          thaw_waits_ = true;
          foreign_ = true;
        }
        return;
      case 4:
        if (dice(8) == 0) machine_.thaw_now("stop", "stop", now_);
        return;
      case 5:
        if (dice(8) != 0) return;
        since_ = std::to_string(now_);
        ++witness_;
        suspended_by_us_ = suspended_by_other_ = false;
        late_ = {};  // they were sessions of the IRIS that is gone
        if (dice(2) == 0) machine_.iris_lost("lost", now_);
        return;
      case 6:
        if (dice(8) == 0) suspended_by_us_ = false;  // its own timer
        return;
      case 7:
        if (dice(4) == 0 && !suspended_by_us_) suspended_by_other_ = !suspended_by_other_;
        return;
      case 8:
        if (!suspended_by_us_ && !suspended_by_other_) ++witness_;
        return;
      case 9:
      case 10:
        return stragglers_act();
      default:
        return work();
    }
  }

  void ask() {
    const std::string owner = dice(2) == 0 ? "a" : "b";
    told_.erase(owner);
    const bool its_own_ends =
        machine_.phase() == FreezePhase::thawing && machine_.lease()->owner == owner;
    asked_meanwhile_ = asked_meanwhile_ || its_own_ends;
    const auto refusal = machine_.request_freeze(owner, "t", seconds(1 + dice(100)),
                                                 dice(8) != 0 ? "" : "held", since_, now_);
    if (!refusal.why.empty()) return;
    if (!refusal.already) failed_ = foreign_ = asked_meanwhile_ = false;
    if (machine_.phase() == FreezePhase::freezing) freeze_waits_ = true;
  }

  void thaw(const std::string& owner) {
    const auto refusal = machine_.request_thaw(owner, "", now_);
    if (refusal.already) {
      ++tally_.told_again;
      const auto told = told_.find(owner);
      ASSERT_NE(told, told_.end()) << "it may be another freeze that is meant";
      EXPECT_EQ(refusal.ended->outcome.held, told->second.held);
      EXPECT_TRUE(!told->second.held || now_ - told->second.at <= held_is_told_by_name_for);
    }
    if (refusal.why.empty() && !refusal.already) thaw_waits_ = true;
  }

  /// A session that was given up does what it was told after all, and ends.
  void stragglers_act() {
    if (late_.suspend && !suspended_by_us_ && !suspended_by_other_) suspended_by_us_ = true;
    if (late_.resume && dice(2) == 0) suspended_by_us_ = suspended_by_other_ = false;
    late_ = {};
  }

  void work() {
    machine_.still_live(late_);
    if (running_ == Step::none) {
      running_ = machine_.next_step(now_);
      const bool thaws = running_ == Step::undo || running_ == Step::resume_forced;
      if (thaws && !foreign_) {
        EXPECT_TRUE(machine_.lease()->suspending) << "IRIS was never asked: it is not ours";
      }
      if (running_ == Step::resume && !foreign_) {
        EXPECT_FALSE(knew_another_life_);
      }
      return;
    }
    EXPECT_EQ(machine_.next_step(now_), Step::none);
    const StepResult result = answer_of(running_);
    const bool suspends = running_ == Step::suspend || running_ == Step::suspend_plain;
    const bool resumes = running_ == Step::undo || running_ == Step::resume;
    late_.suspend = late_.suspend || (suspends && result.timed_out);
    late_.resume = late_.resume || (resumes && result.timed_out);
    // After the witnesses there is nothing left that could fail to hold.
    const bool witness = running_ == Step::recheck || running_ == Step::rewitness;
    knew_another_life_ = witness && another_life();
    failed_ = failed_ || proves_nothing(running_, result) || knew_another_life_;
    machine_.step_ended(result, since_, now_);
    running_ = Step::none;
  }

  [[nodiscard]] bool another_life() const {
    return machine_.lease() && machine_.lease()->iris_since != since_;
  }

  StepResult answer_of(Step step) {
    StepResult result = testing_support::FreezeDrive::good(step);
    if (dice(40) == 0) result.timed_out = true;
    // It has done nothing yet, and may do it later.
    if (result.timed_out && dice(2) == 0) return result;
    if (dice(40) == 0) {
      // IRIS may refuse anything at any time, but does not lie about being suspended.
      result.status = static_cast<int>(dice(3));
      return result;
    }
    const bool suspended = suspended_by_us_ || suspended_by_other_;
    switch (step) {
      case Step::probe:
      case Step::confirm:
      case Step::confirm_undone:
      case Step::recheck:
      case Step::confirm_resumed:
      case Step::settle:
        result.status = suspended ? yes : no;
        break;
      case Step::suspend:
      case Step::suspend_plain:
        result.status = suspended ? no : yes;
        suspended_by_us_ = suspended_by_us_ || !suspended;
        break;
      case Step::undo:
      case Step::resume:
      case Step::resume_forced:
        suspended_by_us_ = suspended_by_other_ = false;
        break;
      case Step::witness:
      case Step::rewitness:
        result.output = std::to_string(witness_);
        break;
      case Step::before:
      case Step::after:
        if (dice(2) == 0) result.output = "hooks have run";
        if (dice(20) == 0) result = {1, false, "'10-x' ended with 1"};
        break;
      case Step::none:
      case Step::sync:
      case Step::ask_who:
        break;
    }
    return result;
  }

  /// After such an answer nobody may claim that it held.
  [[nodiscard]] bool proves_nothing(Step step, const StepResult& result) const {
    if (step == Step::recheck) return result.timed_out || result.status != yes;
    if (step != Step::rewitness) return false;
    return result.timed_out || result.status != 0 || result.output != machine_.lease()->witness;
  }

  void take_news() {
    switch (machine_.take_news()) {
      case News::none:
        return;
      case News::frozen:
        ++tally_.frozen;
        freeze_waits_ = false;
        EXPECT_FALSE(machine_.lease()->witness.empty());
        EXPECT_LT(now_, machine_.deadline());
        return;
      case News::freeze_failed:
        ++tally_.freeze_failed;
        EXPECT_FALSE(machine_.outcome().reason.empty());
        freeze_waits_ = false;
        return;
      case News::thawed:
        ++(machine_.outcome().held ? tally_.held : tally_.not_held);
        EXPECT_EQ(machine_.outcome().held, machine_.outcome().reason.empty());
        if (failed_ || foreign_) {
          EXPECT_FALSE(machine_.outcome().held);
        }
        thaw_waits_ = false;
        if (!foreign_ && !std::exchange(asked_meanwhile_, false))
          told_[machine_.last()->owner] = {machine_.outcome().held, now_};
        return;
      case News::late:
        ++tally_.late;
        return;
      case News::settled:
        ++tally_.settled;
        EXPECT_FALSE(machine_.ours());
        return;
    }
  }

  void check() const {
    const FreezePhase phase = machine_.phase();
    const bool busy = phase != FreezePhase::thawed && phase != FreezePhase::settling;
    if (phase == FreezePhase::thawed) {
      EXPECT_FALSE(machine_.ours());
    }
    EXPECT_TRUE(busy || (!freeze_waits_ && !thaw_waits_)) << "a request was forgotten";
    if (phase == FreezePhase::frozen) {
      EXPECT_TRUE(machine_.ours());
      EXPECT_LE(machine_.deadline(), machine_.lease()->began_at + seconds(101));
    } else if (phase == FreezePhase::settling) {
      EXPECT_EQ(machine_.deadline() == never, running_ != Step::none);
      EXPECT_LE(machine_.deadline() == never ? 0 : machine_.deadline(), now_ + seconds(5));
    } else {
      EXPECT_EQ(machine_.deadline(), never);
    }
  }

  /// Left alone, it ends with the lease, in few steps; nothing of ours is suspended, and everybody
  /// has been answered.
  void come_to_rest() {
    for (int i = 0; i < 200 && machine_.phase() != FreezePhase::thawed; ++i) {
      if (i % 10 == 9) stragglers_act();
      if (machine_.deadline() != never) now_ = std::max(now_, machine_.deadline());
      work();
      take_news();
    }
    EXPECT_EQ(machine_.phase(), FreezePhase::thawed);
    EXPECT_FALSE(suspended_by_us_) << "it is stuck";
    EXPECT_EQ(machine_.next_step(now_), Step::none);
    check();
  }

  std::mt19937 random_;
  Tally& tally_;
  Freeze machine_;
  Nanos now_ = seconds(1000);
  std::string since_ = "1";
  Step running_ = Step::none;
  int witness_ = 0;
  bool suspended_by_us_ = false;
  bool suspended_by_other_ = false;
  Stragglers late_;  ///< sessions that were given up and live
  bool freeze_waits_ = false;
  bool thaw_waits_ = false;
  bool failed_ = false;  ///< something has happened after which it did not hold
  bool foreign_ = false;
  bool knew_another_life_ = false;  ///< at the end of the last step
  struct Told {
    bool held = false;
    Nanos at = 0;
  };
  std::map<std::string, Told> told_;  ///< to each owner, unless it has asked for another one since
  bool asked_meanwhile_ = false;      ///< by the owner of the freeze that is being thawed
};

class FreezeFuzz : public testing::TestWithParam<unsigned> {};

TEST_P(FreezeFuzz, TenThousandStoriesEndWell) {
  constexpr unsigned stories = 10'000;
  Tally tally;
  for (unsigned i = 0; i < stories; ++i) {
    const unsigned seed = GetParam() * stories + i;
    Story{seed, tally}.tell();
    ASSERT_FALSE(HasFailure()) << "seed " << seed;
  }
  // They are about something.
  EXPECT_GT(tally.frozen, 1000);
  EXPECT_GT(tally.freeze_failed, 1000);
  EXPECT_GT(tally.held, 1000);
  EXPECT_GT(tally.not_held, 1000);
  EXPECT_GT(tally.late, 10);
  EXPECT_GT(tally.settled, 100);
  EXPECT_GT(tally.told_again, 500);
}

INSTANTIATE_TEST_SUITE_P(Seeds, FreezeFuzz, testing::Range(0U, 10U));

}  // namespace
}  // namespace sup
