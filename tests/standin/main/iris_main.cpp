// The course of iris-main, from --create to --terminate.
#include "main/iris_main.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>

#include "base/profile.h"
#include "base/switches.h"
#include "base/text.h"
#include "config/data_directory.h"
#include "instance/state.h"
#include "main/agent.h"
#include "main/checks.h"
#include "main/commands.h"
#include "main/iris_control.h"
#include "main/main_options.h"
#include "main/password_file.h"
#include "main/watches.h"

namespace standin {
namespace {

class IrisMain {
 public:
  IrisMain(Instance instance, MainOptions options)
      : instance_{std::move(instance)},
        options_{std::move(options)},
        agent_{log_},
        merge_{instance_, log_},
        key_{instance_, log_, options_.key},
        tail_{options_.log.empty() ? instance_.messages_log() : fs::path{options_.log}} {}

  int run() {
    block_signals();
    warn_without_init(log_);
    if (!run_hook(log_, options_.create)) return fatal("Error executing create command");
    if (options_.check_caps && !has_capabilities(log_)) return 1;
    if (const int status = bring_up(); status >= 0) return status;
    const bool iris_is_gone = !wait_for_stop();
    const int status = end();
    return iris_is_gone ? 1 : status;
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

  /// -1: IRIS is up, or was not wanted up, or a signal ended the start.
  int bring_up() {
    if (!run_hook(log_, options_.before)) return fatal("Error executing pre-startup command");
    if (options_.log.empty() && !has_messages_log(log_, instance_)) return 1;
    if (!owns_registry(log_)) return fatal("Error starting InterSystems IRIS");
    if (const std::string refused = prepare(); !refused.empty()) log_.error(refused);
    if (options_.agent) agent_.start(options_.agent_port);
    if (options_.up) {
      const auto result = start_iris(log_, instance_, options_.nostu, stop_signals_);
      if (result == StartResult::failed) return 1;
      if (result == StartResult::interrupted) return -1;
    }
    const bool forward = !options_.log.empty() || switch_number("forward_log") != 0;
    if (forward && !tail_.open()) return fatal("Could not open log file for reading.  Cannot log.");
    if (options_.up) {
      key_.started();
      merge_.started();
    }
    return after();
  }

  /// Licence key and password. Both need the data directory, which a first start has yet to fill;
  /// what is wrong with that, the start says.
  std::string prepare() {
    if (options_.key.empty() && options_.password_file.empty()) return {};
    if (!prepare_data(instance_).empty()) return {};
    key_.look();
    if (options_.password_file.empty()) return {};
    return apply_password_file(instance_, options_.password_file);
  }

  int after() {
    if (run_after(log_, options_.after)) return -1;
    log_.fatal("Error executing post-startup command");
    if (!profile().after_failure_leaves_iris && switch_is("after_failure", "stop")) take_down();
    agent_.stop();
    return 1;
  }

  /// Signals that came during the start count, too. False when IRIS was gone before one came.
  bool wait_for_stop() {
    const pid_t control = observe(instance_).control;
    for (;;) {
      const std::int64_t ms = std::max<std::int64_t>(switch_ms("merge_poll_ms"), 1);
      const timespec pause{ms / 1000, ms % 1000 * 1'000'000};
      if (::sigtimedwait(&stop_signals_, nullptr, &pause) > 0) return true;
      tail_.look();
      key_.look();
      if (options_.up) merge_.look();
      if (options_.up && switch_is("main_outlives_iris", "ends") && is_gone(control)) return false;
    }
  }

  /// Down, or another one is there: how short it was away between two looks is of no account.
  [[nodiscard]] bool is_gone(pid_t control) const {
    const State now = observe(instance_);
    return now.status == Status::down || (now.control != 0 && now.control != control);
  }

  int take_down() { return options_.down ? stop_iris(log_, instance_) : 0; }

  int end() {
    // The first signal has been taken; what the next one does is not known.
    if (switch_is("second_term", "ends")) ::sigprocmask(SIG_UNBLOCK, &stop_signals_, nullptr);
    const int status = take_down();
    agent_.stop();
    run_hook(log_, options_.exit);
    run_hook(log_, options_.terminate);
    return status;
  }

  Instance instance_;
  MainOptions options_;
  MainLog log_;
  Agent agent_;
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
    write_all(STDOUT_FILENO, "iris-main " + version_text() + "\n");
    return 0;
  }
  Instance instance = configured_instance();
  if (!options->instance.empty()) instance.name = upper(options->instance);
  return IrisMain{std::move(instance), *options}.run();
}

}  // namespace standin
