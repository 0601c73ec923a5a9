#pragma once
// A Freeze on a clock of its own, in few words.
#include <initializer_list>
#include <string>
#include <utility>

#include "supervisor/core/freeze.h"

namespace sup::testing_support {

inline constexpr int yes = 5;
inline constexpr int no = 3;

inline StepResult answer(int status, std::string output = {}) {
  return {status, false, std::move(output)};
}
inline StepResult silence() {
  return {0, true, {}};
}

struct FreezeDrive {
  Freeze machine;
  Nanos now = seconds(1000);
  std::string since = "Tue";

  std::string ask(const std::string& owner = "job", Nanos lease = seconds(120)) {
    return machine.request_freeze(owner, "token", lease, {}, since, now).why;
  }
  FreezeStep step() { return machine.next_step(now); }
  void end(const StepResult& result) { machine.step_ended(result, since, now); }
  /// Runs the next step, which ends so; a second later comes the next.
  FreezeStep run(const StepResult& result) {
    const FreezeStep ran = step();
    now += seconds(1);
    if (ran != FreezeStep::none) end(result);
    return ran;
  }
  /// Steps that all go well, up to but without `until`.
  void run_well(FreezeStep until = FreezeStep::none) {
    for (;;) {
      Freeze look = machine;
      const FreezeStep next = look.next_step(now);
      if (next == FreezeStep::none || next == until) return;
      run(good(next));
    }
  }
  static StepResult good(FreezeStep step) {
    switch (step) {
      case FreezeStep::probe:
      case FreezeStep::confirm_undone:
      case FreezeStep::confirm_resumed:
      case FreezeStep::settle:
        return answer(no);
      case FreezeStep::before:
      case FreezeStep::sync:
      case FreezeStep::ask_who:
      case FreezeStep::after:
      case FreezeStep::resume_forced:
        return answer(0);
      case FreezeStep::witness:
      case FreezeStep::rewitness:
        return answer(0, "IRIS.DAT 1 2\n");
      case FreezeStep::suspend:
      case FreezeStep::suspend_plain:
        return answer(yes, "Start a journal restore for this backup with journal file: /j/1\n");
      case FreezeStep::none:
      case FreezeStep::confirm:
      case FreezeStep::undo:
      case FreezeStep::recheck:
      case FreezeStep::resume:
        return answer(yes);
    }
    return {};
  }
};

inline FreezeDrive frozen(Nanos lease = seconds(120)) {
  FreezeDrive drive;
  drive.ask("job", lease);
  drive.run_well();
  drive.machine.take_news();
  return drive;
}

}  // namespace sup::testing_support
