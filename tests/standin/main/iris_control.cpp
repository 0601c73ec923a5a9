// iris start and iris stop.
#include "main/iris_control.h"

#include "base/process.h"
#include "base/profile.h"
#include "base/switches.h"
#include "main/commands.h"

namespace standin {
namespace {

void show_status(MainLog& log, const Instance& instance) {
  log.info(run_self({"iris", "qlist", instance.name}).output);
}

void tell_failed_start(MainLog& log, const Instance& instance, const Outcome& outcome,
                       const std::string& command) {
  if (!outcome.output.empty()) log.error(outcome.output);
  log.error(line_of(outcome, command));
  log.error("Possible causes:");
  log.error(" - InterSystems IRIS was not installed successfully");
  log.error(" - Invalid InterSystems IRIS instance name");
  log.error(
      " - Insufficient privilege to start InterSystems IRIS (proc not in InterSystems IRIS "
      "group?)");
  log.error("See " + instance.messages_log().string() + " for more information");
  log.fatal("Error starting InterSystems IRIS");
}

std::string joined(const Words& words) {
  std::string text;
  for (const std::string& word : words)
    text.append(text.empty() ? "" : " ").append(word);
  return text;
}

}  // namespace

StartResult start_iris(MainLog& log, const Instance& instance, bool nostu,
                       const sigset_t& stop_signals) {
  Words command{"iris", "start", instance.name};
  if (nostu) command.emplace_back("nostu");
  command.emplace_back("quietly");
  log.info("Starting InterSystems IRIS instance " + instance.name + "...");
  const auto outcome = switch_is("term_during_start", "at_once")
                           ? run_self_until(command, stop_signals)
                           : std::optional{run_self(command)};
  if (!outcome) return StartResult::interrupted;
  if (outcome->wait_status != 0) {
    tell_failed_start(log, instance, *outcome, joined(command));
    return StartResult::failed;
  }
  log.info(outcome->output);
  if (profile().shows_start) show_status(log, instance);
  log.info("...started InterSystems IRIS instance " + instance.name);
  return StartResult::started;
}

int stop_iris(MainLog& log, const Instance& instance) {
  const Words command{"iris", "stop", instance.name, "quietly"};
  log.info("Shutting down InterSystems IRIS instance " + instance.name + "...");
  const Outcome outcome = run_self(command);
  if (outcome.wait_status != 0) {
    if (!outcome.output.empty()) log.error(outcome.output);
    log.error(line_of(outcome, joined(command)));
    log.fatal("Error stopping InterSystems IRIS");
    return 1;
  }
  const bool verifies = profile().verifies_stop;
  if (verifies) log.info("Verifying InterSystems IRIS instance " + instance.name + " is down...");
  show_status(log, instance);
  log.info(verifies ? "...verified that InterSystems IRIS instance " + instance.name + " is down"
                    : "...shut down InterSystems IRIS instance " + instance.name);
  return static_cast<int>(switch_number("main_exit_status"));
}

}  // namespace standin
