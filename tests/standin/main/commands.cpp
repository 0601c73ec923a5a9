// Hooks.
#include "main/commands.h"

#include "base/switches.h"

namespace standin {
namespace {

bool run(MainLog& log, const std::string& command, Streams streams, bool errors_fail) {
  if (command.empty()) return true;
  log.info("Executing command " + command + "...");
  const Outcome outcome = run_command(command, streams);
  const std::string said = outcome.output + outcome.errors;
  if (outcome.wait_status != 0 || (errors_fail && !outcome.errors.empty())) {
    if (!said.empty()) log.error(said);
    if (outcome.wait_status != 0) log.error(line_of(outcome, command));
    return false;
  }
  if (!said.empty()) log.info(said);
  log.info("...executed command " + command);
  return true;
}

}  // namespace

std::string line_of(const Outcome& outcome, const std::string& command) {
  return "Command \"" + command + "\" exited with status " + std::to_string(outcome.wait_status);
}

bool run_hook(MainLog& log, const std::string& command) {
  return run(log, command, Streams::together, false);
}

bool run_after(MainLog& log, const std::string& command) {
  return run(log, command, Streams::apart, switch_is("after_stderr", "fail"));
}

}  // namespace standin
