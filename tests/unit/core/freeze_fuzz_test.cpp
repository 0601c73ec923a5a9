// What must hold for freezes whatever happens: 100,000 random stories against a model of IRIS.
#include <gtest/gtest.h>

#include <random>
#include <string>

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
};

class Story {
 public:
  Story(unsigned seed, Tally& tally) : random_{seed}, tally_{tally} {}

  void tell() {
    for (int event = 0; event < 60 && !testing::Test::HasFailure(); ++event) {
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
    switch (dice(24)) {
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
        if (dice(8) == 0) machine_.thaw_now("stop", now_);
        return;
      case 5:
        if (dice(8) != 0) return;
        since_ = std::to_string(now_);
        ++witness_;
        suspended_by_us_ = suspended_by_other_ = false;
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
      default:
        return work();
    }
  }

  void ask() {
    const auto refusal = machine_.request_freeze(
        dice(2) == 0 ? "a" : "b", "t", seconds(1 + dice(100)), dice(8) != 0, since_, now_);
    if (!refusal.why.empty()) return;
    if (!refusal.already) failed_ = foreign_ = false;
    if (machine_.phase() == FreezePhase::freezing) freeze_waits_ = true;
  }

  void thaw(const std::string& owner) {
    if (machine_.request_thaw(owner, "", now_).why.empty()) thaw_waits_ = true;
  }

  void work() {
    if (running_ == Step::none) {
      running_ = machine_.next_step(now_);
      if (running_ == Step::resume && !foreign_) {
        EXPECT_FALSE(knew_another_life_);
      }
      return;
    }
    EXPECT_EQ(machine_.next_step(now_), Step::none);
    const StepResult result = answer_of(running_);
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
    if (dice(40) == 0) {
      result.status = static_cast<int>(dice(6));
      return result;
    }
    const bool suspended = suspended_by_us_ || suspended_by_other_;
    switch (step) {
      case Step::probe:
      case Step::confirm:
      case Step::recheck:
      case Step::confirm_resumed:
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
      case Step::none:
      case Step::sync:
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
        return;
    }
  }

  void check() const {
    const bool busy = machine_.phase() != FreezePhase::thawed;
    EXPECT_EQ(machine_.ours(), busy);
    EXPECT_TRUE(busy || (!freeze_waits_ && !thaw_waits_)) << "a request was forgotten";
    if (machine_.phase() == FreezePhase::frozen) {
      EXPECT_LE(machine_.deadline(), machine_.lease()->began_at + seconds(101));
    } else {
      EXPECT_EQ(machine_.deadline(), never);
    }
  }

  /// Left alone, it ends with the lease, in few steps, and everybody has been answered.
  void come_to_rest() {
    for (int i = 0; i < 40 && machine_.phase() != FreezePhase::thawed; ++i) {
      if (machine_.deadline() != never) now_ = std::max(now_, machine_.deadline());
      work();
      take_news();
    }
    EXPECT_EQ(machine_.phase(), FreezePhase::thawed);
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
  bool freeze_waits_ = false;
  bool thaw_waits_ = false;
  bool failed_ = false;  ///< something has happened after which it did not hold
  bool foreign_ = false;
  bool knew_another_life_ = false;  ///< at the end of the last step
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
}

INSTANTIATE_TEST_SUITE_P(Seeds, FreezeFuzz, testing::Range(0U, 10U));

}  // namespace
}  // namespace sup
