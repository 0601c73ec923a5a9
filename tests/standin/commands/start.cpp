// iris start: data directory, recovery, config merge, daemons.
#include <unistd.h>

#include <ctime>

#include "base/clock.h"
#include "base/switches.h"
#include "base/text.h"
#include "commands/lifecycle.h"
#include "commands/start_words.h"
#include "config/active_cpf.h"
#include "config/data_directory.h"
#include "config/merge.h"
#include "daemons/daemons.h"
#include "daemons/recovery.h"
#include "daemons/store.h"
#include "instance/die.h"
#include "instance/ilock.h"
#include "instance/messages.h"
#include "instance/state.h"

namespace standin {
namespace {

constexpr std::int64_t daemons_ms = 30'000;

class Start {
 public:
  explicit Start(const Instance& instance) : instance_{instance}, words_{instance} {}

  int run() {
    if (const std::string refused = prepare_data(instance_); !refused.empty()) return fail(refused);
    // Before any lock: closing a descriptor of the file gives them back.
    if (!append_file(instance_.ilock(), "", Append::create))
      return fail("Cannot open " + instance_.ilock().string() + " for writing\n");
    if (!begin_change(instance_))
      return fail("Another start or stop of " + instance_.name + " is in progress\n");
    if (const int status = refuse_unless_down(); status >= 0) return status;
    if (const int status = fault(); status >= 0) return status;
    return start();
  }

 private:
  static int fail(const std::string& text) {
    write_all(STDOUT_FILENO, text);
    return 1;
  }

  int abort(const std::string& error) const {
    words_.note(Severity::severe, "Utility.Event", error);
    return fail("An error was detected during InterSystems IRIS startup.\n** Startup aborted **\n");
  }

  /// -1: go on. The caller's own lock does not count, so that an interrupted start is `incomplete`.
  [[nodiscard]] int refuse_unless_down() const {
    const State state = observe(instance_);
    if (state.status == Status::down) return -1;
    if (state.status == Status::elsewhere)
      return fail("Startup halted: " + instance_.name + " is running on node " +
                  std::string{trim(read_file(instance_.ids()).value_or("?"))} + "\n");
    if (state.status != Status::running)
      return fail("Incomplete start or stop of " + instance_.name + ": use iris force\n");
    if (state.half_dead && switch_is("half_dead_start", "refuse"))
      return fail("Startup halted: shared memory of " + instance_.name + " is still attached\n");
    say(instance_.name + " is already up!");
    return static_cast<int>(switch_number("already_up_status"));
  }

  [[nodiscard]] int fault() const {
    const std::string fault = switch_text("start_fault");
    if (fault == "fail") return abort("Error during startup");
    if (fault != "license") return fault_status("start_fault");
    return fail(
        "Error: Invalid Community Edition license, may have exceeded core limit. - Shutting down "
        "the system : $zu(56,2)= 0Starting IRIS\nAn error was detected during InterSystems IRIS "
        "startup.\n** Startup aborted **\n");
  }

  int start() {
    const auto cpf = Cpf::parse(read_file(instance_.cpf_file()).value_or(""));
    if (const auto* const wrong = std::get_if<std::string>(&cpf)) return abort("CPF: " + *wrong);
    if (!std::get_if<Cpf>(&cpf)->actions().empty())
      return abort("CPF: [Actions] is not allowed in " + instance_.cpf_file().string());
    if (fs::exists(instance_.ids()) && !read_file(instance_.ids()))
      return abort("Error reading iris.ids");

    dirty_ = needs_recovery(instance_);
    if (switch_is("stale_shm", "remove"))
      if (const auto stale = SharedMemory::attach(instance_)) stale->remove(instance_);
    if (dirty_) {
      words_.wij_compare();
      if (const std::string error = recover(instance_); !error.empty()) return abort(error);
    }
    const auto memory = SharedMemory::create(instance_, next_change(instance_));
    if (!memory) return abort("Cannot create shared memory");
    const std::int64_t half = switch_ms("start_ms") / 2;
    words_.boot();
    sleep_ms(half);
    maybe_die(instance_, **memory, "start_merge");
    if (const std::string error = merge(); !error.empty()) {
      if (switch_is("merge_failure_at_start", "abort")) {
        memory->remove(instance_);
        return abort(error);
      }
      words_.note("Utility.Event", error + "; merge file ignored");
    }
    words_.local_mounted();
    words_.license();
    return bring_up(*memory, half);
  }

  /// Empty, or why the merge file was refused.
  [[nodiscard]] std::string merge() const {
    const fs::path file = merge_file_of_environment();
    if (file.empty()) return {};
    const auto text = read_file(file);
    if (!text && !fs::exists(file)) {
      words_.note("Utility.Event",
                  "File pointed to by '" + file.string() + "' does not exist; skipping");
      return {};
    }
    if (switch_is("merge_unchanged", "skip") && text == read_file(instance_.last_merge(file))) {
      words_.note("Utility.Event", "CPF merge file " + file.string() + " unchanged; skipping");
      return {};
    }
    return merge_into(instance_, file, instance_.cpf_file(),
                      [this](const std::string& line) { words_.note("Utility.Event", line); });
  }

  int bring_up(const SharedMemory& memory, std::int64_t rest_ms) {
    if (dirty_) words_.wij_compare();
    words_.control();
    if (!set_wij_state(instance_, WijState::done))
      return abort("Cannot write " + instance_.wij().string());
    const bool failed_over = note_node();
    if (!start_daemons(instance_, daemons_ms)) return abort("Control process did not start");
    maybe_die(instance_, *memory, "start_daemons");
    memory->startup_health = failed_over ? health_number(switch_text("failover_health")) : 0;
    if (dirty_) memory->startup_health = health_number(switch_text("dirty_health"));
    if (switch_is("running_when", "early")) run(*memory);
    sleep_ms(rest_ms);
    words_.started();
    maybe_die(instance_, *memory, "start_end");
    if (switch_is("running_when", "end")) run(*memory);
    note_last_good(instance_);
    log_message(instance_, Severity::info, "Generic.Event",
                "Startup of InterSystems IRIS complete");
    say("Starting " + instance_.name + "\n");
    return 0;
  }

  static void run(Board& board) {
    board.up_since = std::time(nullptr);
    board.phase = Phase::running;
    ring(board);
  }

  static std::int32_t health_number(std::string_view health) {
    return health == "alert" ? 2 : health == "warn" ? 1 : 0;
  }

  /// Writes iris.ids. True when another node's was there.
  [[nodiscard]] bool note_node() const {
    const std::string node = host_name();
    const std::string before{trim(read_file(instance_.ids()).value_or(node))};
    write_file(instance_.ids(), node + "\n");
    if (before == node) return false;
    log_message(instance_, Severity::warning, "Generic.Event",
                "System appears to have failed over from node " + before);
    return true;
  }

  const Instance& instance_;
  StartWords words_;
  bool dirty_ = false;
};

}  // namespace

int iris_start(const Instance& instance) {
  return Start{instance}.run();
}

}  // namespace standin
