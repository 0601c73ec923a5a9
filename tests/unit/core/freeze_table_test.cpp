// The machine's table: which answer of which step leads where. It is printed, and it is the one
// that docs/freeze.md shows.
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/unit/core/freeze_drive.h"

namespace sup {
namespace {

using testing_support::answer;
using testing_support::FreezeDrive;
using testing_support::frozen;
using testing_support::no;
using testing_support::silence;
using testing_support::yes;
using Step = FreezeStep;

/// Just before `step` runs, in a story that leads there by the shortest way.
FreezeDrive before(Step step) {
  const bool undoes = step == Step::undo || step == Step::confirm_undone;
  const bool of_a_freeze = step < Step::undo && step != Step::none;
  if (of_a_freeze || undoes || step == Step::settle) {
    FreezeDrive drive;
    drive.ask();
    if (step == Step::settle) {
      drive.run_well(Step::suspend);
      drive.run(silence());
      drive.run_well();
      drive.machine.take_news();
      drive.machine.still_live({});
      return drive;
    }
    if (step == Step::suspend_plain) {
      drive.run_well(Step::suspend);
      drive.run(answer(no));
    }
    if (undoes) {
      drive.run_well(Step::confirm);
      drive.run(answer(1));
    }
    drive.run_well(step);
    return drive;
  }
  FreezeDrive drive = frozen();
  drive.machine.request_thaw("job", "", drive.now);
  if (step == Step::ask_who) drive.run(answer(no));
  if (step == Step::resume_forced) {
    drive.run_well(Step::resume);
    drive.run(answer(no));
  }
  drive.run_well(step);
  return drive;
}

std::string after(Step step, const StepResult& result) {
  FreezeDrive drive = before(step);
  EXPECT_EQ(drive.run(result), step);
  const FreezePhase phase = drive.machine.phase();
  Freeze look = drive.machine;
  const Step next = look.next_step(drive.now);
  return std::string{next == Step::none ? name_of(phase) : name_of(next)};
}

std::string table() {
  std::string text =
      "| step | 5 (yes) | 3 (no) | 0 (done) | another status | no answer in time |\n"
      "|---|---|---|---|---|---|\n";
  for (int i = 1; i < freeze_step_count; ++i) {
    const auto step = static_cast<Step>(i);
    text += "| " + std::string{name_of(step)};
    const std::string said = "IRIS.DAT 1 2\n";
    for (const StepResult& result :
         {answer(yes, said), answer(no, said), answer(0, said), answer(239, said), silence()})
      text += " | " + after(step, result);
    text += " |\n";
  }
  return text;
}

TEST(FreezeTable, IsTheOneThatTheDocumentationShows) {
  const std::string now = table();
  std::fputs(now.c_str(), stdout);
  std::ifstream in{FREEZE_DOCUMENT};
  const std::string document{std::istreambuf_iterator<char>{in}, {}};
  EXPECT_NE(document.find(now), std::string::npos) << "docs/freeze.md shows another table";
}

}  // namespace
}  // namespace sup
