// The course of iris-main, from --create to --terminate.
#include "main/iris_main.h"

#include <linux/capability.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <ctime>

#include "config/data_directory.h"
#include "main/main_options.h"
#include "main/password_file.h"
#include "main/watches.h"
#include "process.h"
#include "state.h"
#include "switches.h"
#include "text.h"

namespace standin {
namespace {

class IrisMain {
 public:
  IrisMain(Instance instance, MainOptions options)
      : instance_{std::move(instance)},
        options_{std::move(options)},
        merge_{instance_, log_},
        key_{instance_, log_, options_.key},
        tail_{options_.log.empty() ? instance_.messages_log() : fs::path{options_.log}} {}

  int run() {
    block_signals();
    if (!hook(options_.create)) return fatal("Error executing create command");
    if (options_.check_caps && !capabilities()) return 1;
    if (const int status = bring_up(); status >= 0) return status;
    wait_for_stop();
    const int status = take_down();
    hook(options_.exit);
    hook(options_.terminate);
    return status;
  }

 private:
  void block_signals() {
    ::signal(SIGPIPE, SIG_IGN);
    sigemptyset(&stop_signals_);
    sigaddset(&stop_signals_, SIGTERM);
    sigaddset(&stop_signals_, SIGINT);
    ::sigprocmask(SIG_BLOCK, &stop_signals_, nullptr);
  }

  int fatal(const std::string& text) {
    log_.fatal(text);
    return 1;
  }

  [[nodiscard]] std::string line_of(const Outcome& outcome, const std::string& command) const {
    return "Command \"" + command + "\" exited with status " + std::to_string(outcome.wait_status);
  }

  /// A command of the user. True when there is none, or it was fine.
  bool hook(const std::string& command) {
    if (command.empty()) return true;
    log_.info("Executing command " + command + "...");
    const Outcome outcome = run_command(command, Streams::together);
    if (outcome.wait_status != 0) {
      if (!outcome.output.empty()) log_.error(outcome.output);
      log_.error(line_of(outcome, command));
      return false;
    }
    if (!outcome.output.empty()) log_.info(outcome.output);
    log_.info("...executed command " + command);
    return true;
  }

  /// The bounding set is what dropping capabilities takes away; the owner of IRIS is not root.
  bool capabilities() {
    struct Needed {
      unsigned long number;
      const char* name;
    };
    constexpr std::array<Needed, 4> needed{{{CAP_SETUID, "cap_setuid"},
                                            {CAP_DAC_OVERRIDE, "cap_dac_override"},
                                            {CAP_FOWNER, "cap_fowner"},
                                            {CAP_SETGID, "cap_setgid"}}};
    bool all = true;
    for (const Needed& one : needed) {
      if (::prctl(PR_CAPBSET_READ, one.number, 0, 0, 0) == 1) continue;
      log_.error(std::string{"Required Linux capability "} + one.name + " is missing.");
      all = false;
    }
    return all;
  }

  /// -1: IRIS is up, or was not wanted up.
  int bring_up() {
    if (!hook(options_.before)) return fatal("Error executing pre-startup command");
    if (fs::is_directory(instance_.mgr()) && options_.log.empty() &&
        !read_file(instance_.messages_log()))
      return fatal(
          "No log file specified, could not open $ISC_PACKAGE_INSTALLDIR/mgr/messages.log for "
          "reading.  Cannot log.");
    key_.look();
    if (options_.agent) agent_lines();
    if (!options_.password_file.empty()) change_password();
    if (options_.up && !start()) return 1;
    const bool forward = !options_.log.empty() || switch_number("forward_log") != 0;
    if (forward && !tail_.open()) return fatal("Could not open log file for reading.  Cannot log.");
    if (options_.up) merge_.look();
    return after();
  }

  void agent_lines() {
    const char* const registry = std::getenv("IRISSYS");
    const std::string directory = registry == nullptr ? "/home/irisowner/irissys" : registry;
    log_.info("Writing status to file: " + directory + "/iscagent.status\n" +
              "Reading configuration from file: " + directory + "/iscagent.conf\n" + "ISCAgent[" +
              std::to_string(::getpid()) + "]: Starting\nISCAgent[" + std::to_string(::getpid()) +
              "]: Starting ApplicationServer on *:" + options_.agent_port + "\n");
  }

  void change_password() {
    std::string refused = prepare_data(instance_);
    if (refused.empty()) refused = apply_password_file(instance_, options_.password_file);
    if (!refused.empty()) log_.error(refused);
  }

  bool start() {
    const std::string command = "iris start " + instance_.name + " quietly";
    log_.info("Starting InterSystems IRIS instance " + instance_.name + "...");
    const Outcome outcome = run_self({"iris", "start", instance_.name, "quietly"});
    if (outcome.wait_status != 0) {
      if (!outcome.output.empty()) log_.error(outcome.output);
      log_.error(line_of(outcome, command));
      log_.error("Possible causes:");
      log_.error(" - InterSystems IRIS was not installed successfully");
      log_.error(" - Invalid InterSystems IRIS instance name");
      log_.error(
          " - Insufficient privilege to start InterSystems IRIS (proc not in InterSystems IRIS "
          "group?)");
      log_.error("See " + instance_.messages_log().string() + " for more information");
      log_.fatal("Error starting InterSystems IRIS");
      return false;
    }
    log_.info(outcome.output);
    show_status();
    log_.info("...started InterSystems IRIS instance " + instance_.name);
    return true;
  }

  void show_status() { log_.info(run_self({"iris", "qlist", instance_.name}).output); }

  int after() {
    if (options_.after.empty()) return -1;
    log_.info("Executing command " + options_.after + "...");
    const Outcome outcome = run_command(options_.after, Streams::apart);
    const bool loud = !outcome.errors.empty() && switch_is("after_stderr", "fail");
    if (outcome.wait_status == 0 && !loud) {
      const std::string said = outcome.output + outcome.errors;
      if (!said.empty()) log_.info(said);
      log_.info("...executed command " + options_.after);
      return -1;
    }
    log_.error(outcome.output + outcome.errors);
    if (outcome.wait_status != 0) log_.error(line_of(outcome, options_.after));
    log_.fatal("Error executing post-startup command");
    if (switch_is("after_failure", "stop")) take_down();
    return 1;
  }

  /// Signals that came during the start count, too.
  void wait_for_stop() {
    for (;;) {
      const std::int64_t ms = std::max<std::int64_t>(switch_ms("merge_poll_ms"), 1);
      const timespec pause{ms / 1000, ms % 1000 * 1'000'000};
      if (::sigtimedwait(&stop_signals_, nullptr, &pause) > 0) return;
      tail_.look();
      key_.look();
      if (options_.up) merge_.look();
    }
  }

  int take_down() {
    if (!options_.down) return 0;
    const std::string command = "iris stop " + instance_.name + " quietly";
    log_.info("Shutting down InterSystems IRIS instance " + instance_.name + "...");
    const Outcome outcome = run_self({"iris", "stop", instance_.name, "quietly"});
    if (outcome.wait_status != 0) {
      if (!outcome.output.empty()) log_.error(outcome.output);
      log_.error(line_of(outcome, command));
      log_.fatal("Error stopping InterSystems IRIS");
      return 1;
    }
    show_status();
    log_.info("...shut down InterSystems IRIS instance " + instance_.name);
    return static_cast<int>(switch_number("main_exit_status"));
  }

  Instance instance_;
  MainOptions options_;
  MainLog log_;
  MergeWatch merge_;
  KeyWatch key_;
  LogTail tail_;
  sigset_t stop_signals_{};
};

}  // namespace

int iris_main_main(const std::vector<std::string>& arguments) {
  const auto options = parse_main_options(arguments);
  if (!options || options->help) {
    write_all(STDOUT_FILENO, main_usage());
    return options ? 0 : 1;
  }
  if (options->version) {
    write_all(STDOUT_FILENO, "iris-main " + std::string{product_version} + "\n");
    return 0;
  }
  Instance instance = configured_instance();
  if (!options->instance.empty()) instance.name = upper(options->instance);
  return IrisMain{std::move(instance), *options}.run();
}

}  // namespace standin
