#include "tests/chaos/world.h"

#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <fstream>
#include <system_error>
#include <utility>

namespace chaos {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using testing_support::descendants_named;
using testing_support::within;

namespace {

/// How long a program in the container may take before it counts as hung.
constexpr auto patience = 60s;

std::uintmax_t size_of(const std::string& file) {
  std::error_code none_yet;
  const auto size = std::filesystem::file_size(file, none_yet);
  return none_yet ? 0 : size;
}

int code_of(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

World::World(bool own_disk) : databases_{container_.dir / "data/iris"} {
  if (own_disk) disk_.emplace(container_.dir / "image", data());
  // As IRIS's image sets them: no start complains.
  for (const char* name : {"IRISUSER", "IRISGROUP", "MGRUSER", "MGRGROUP"})
    container_.set(std::string{"ISC_PACKAGE_"} + name, "irisowner");
  container_.set("IRIS_STANDIN_JOURNAL_SYNC", "commit");  // acknowledged means on disk
  container_.set("IRIS_INIT_HEALTH_POLL", "1s");
  container_.set("IRIS_INIT_HEALTH_QLIST_TIMEOUT", "2s");
  container_.set("IRIS_INIT_HEALTH_DATA_CHECK", "1s");
  container_.set("IRIS_INIT_HEALTH_DATA_TIMEOUT", "2s");
  container_.set("IRIS_INIT_HEALTH_DATA_MIN_FREE", "4Mi");
  container_.set("IRIS_INIT_RESTART_DELAY", "1s");
  container_.set("IRIS_INIT_RESTART_WINDOW", "30s");
  container_.set("IRIS_INIT_STOP_TIMEOUT", std::to_string(stop_timeout.count()) + "s");
}

World::~World() {
  if (init_) keep_log();
  end_writers();
}

double World::seconds() const {
  return std::chrono::duration<double>(Clock::now() - began_).count();
}

void World::breach(const std::string& what) {
  char when[32];
  std::snprintf(when, sizeof when, "%.1f s, ", seconds());
  breaches_.push_back(when + fault_ + ": " + what);
  std::printf("BREACH at %s\n", breaches_.back().c_str());
  if (init_) keep_log();
}

bool World::begin() {
  start_container();
  return settle(60s).has_value();
}

void World::start_container() {
  ++figures_.containers;
  log_at_fault_ = 0;
  init_.emplace(container_.start());
}

bool World::container_runs() {
  if (!init_) return false;
  // Children of ours: PID 1 is not gone before we have reaped them.
  if (writers_ && writers_->wait_exit(within(1ms))) writers_.reset();
  if (!init_->wait_exit(within(1ms))) return true;
  container_ended();
  verify(container_.dir / "data/iris", acknowledged(), "after the container's end");
  return false;
}

void World::container_ended() {
  const int code = code_of(*init_->wait_exit(within(1ms)));
  ++figures_.codes[code];
  const bool gave_up = code == 75 && budget_is_spent();
  gave_up_ = gave_up_ || gave_up;
  if (!may_.codes.contains(code) && !gave_up)
    breach("the container ended with " + std::to_string(code));
  keep_log();
  told_before_ += init_->log().substr(std::min(log_at_fault_, init_->log().size()));
  init_.reset();
  end_writers();
}

void World::keep_log() {
  init_->pump();
  std::ofstream{log_directory + "/container-" + std::to_string(figures_.containers) + ".log"}
      << init_->out() << init_->log();
}

void World::end_writers() {
  if (!writers_) return;
  writers_->signal(SIGTERM);
  if (!writers_->wait_exit(within(5s))) writers_->signal(SIGKILL);
  writers_.reset();
}

void World::look() {
  for (const std::string& seen : databases_.news())
    breach(seen);
  if (init_) init_->pump();
  if (quiet_ && IrisContainer::probe("readyz") != 200) {
    quiet_ = false;  // said once
    breach("not ready, and nothing was done to it");
  }
}

bool World::watch(const std::function<bool()>& condition, Clock::duration limit) {
  const auto deadline = Clock::now() + limit;
  while (!condition()) {
    if (Clock::now() >= deadline) return false;
    look();
    testing_support::wait_until([] { return false; }, within(10ms));
  }
  return true;
}

void World::be_quiet(Clock::duration length) {
  fault_begins("quiet after " + fault_, {});
  quiet_ = true;
  watch([this] { return !quiet_; }, length);
  quiet_ = false;
  expect_explained();
}

bool World::writers_write(Clock::duration limit) {
  if (!writers_ || writers_->wait_exit(within(1ms))) {
    writers_.reset();
    try {
      writers_.emplace(container_.begin(*init_, {"iris-standin", "load", "100000", "3", "--hang",
                                                 "0.02", "--acknowledged", acknowledged()}));
    } catch (const std::system_error&) {
      return false;  // the container has just ended
    }
  }
  const auto before = size_of(acknowledged());
  return watch([&] { return size_of(acknowledged()) > before; }, limit);
}

std::optional<milliseconds> World::settle(Clock::duration limit) {
  const auto began = Clock::now();
  const auto verified_before = verifying_;
  for (;;) {
    if (!container_runs()) start_container();
    // Writers may still hang in a session of what died: a while without a write, and new ones come.
    if (IrisContainer::probe("readyz") == 200 && writers_write(2s)) {
      const auto took = Clock::now() - began - (verifying_ - verified_before);
      if (stays_ready()) return duration_cast<milliseconds>(took);
    }
    if (Clock::now() - began > limit) {
      breach("not ready with writers within " +
             std::to_string(duration_cast<std::chrono::seconds>(limit).count()) + " s: " +
             testing_support::http_get(IrisContainer::port, "/readyz?verbose", within(5s)).body);
      return std::nullopt;
    }
    if (IrisContainer::probe("readyz") == 200) end_writers();
    watch([] { return false; }, 20ms);
  }
}

bool World::stays_ready() {
  // As long as it may take until a qlist has seen what the fault has left behind.
  constexpr auto one_poll = 1300ms;
  return !watch([] { return IrisContainer::probe("readyz") != 200; }, one_poll) && container_runs();
}

void World::end() {
  fault_begins("the last stop", {{0}, {"stop.begun"}, {}});
  if (container_runs()) init_->signal(SIGTERM);
  if (!watch([this] { return !container_runs(); }, 60s)) breach("the last stop takes too long");
  expect_told();
  expect_explained();
  std::ifstream lines{acknowledged()};
  figures_.acknowledged = std::count(std::istreambuf_iterator<char>{lines}, {}, '\n');
}

void World::fault_begins(const std::string& name, const Consequences& consequences) {
  fault_ = name;
  may_ = consequences;
  told_before_.clear();
  gave_up_ = false;
  if (init_) init_->pump();
  log_at_fault_ = init_ ? init_->log().size() : 0;
}

void World::fault_joins(const std::string& name, const Consequences& consequences) {
  fault_ += " + " + name;
  may_.codes.insert(consequences.codes.begin(), consequences.codes.end());
  may_.explains.insert(consequences.explains.begin(), consequences.explains.end());
  // Of two, one can hide what the other would tell.
  may_.explains.insert(may_.told_by.begin(), may_.told_by.end());
  may_.explains.insert(consequences.told_by.begin(), consequences.told_by.end());
  may_.told_by.clear();
  if (!may_.codes.contains(0)) return;
  // A stop that meets a restart in place is refused by IRIS, and PID 1 sees to it; one that meets a
  // crash finds nobody who could be stopped in order.
  for (const char* event : {"main.command_failed", "main.fatal", "main.ended", "command.ended"})
    may_.explains.insert(event);
  if (!may_.explains.contains("iris.forcing")) return;
  may_.codes.insert(124);
  may_.explains.insert("init.leaving");
}

std::vector<pid_t> World::irisdb() const {
  return init_ ? descendants_named(init_->pid(), "irisdb") : std::vector<pid_t>{};
}

IrisContainer::Answer World::irisctl(const std::vector<std::string>& words) {
  std::vector<std::string> argv{"irisctl"};
  argv.insert(argv.end(), words.begin(), words.end());
  return exec(argv);
}

IrisContainer::Answer World::exec(const std::vector<std::string>& argv) {
  IrisContainer::Answer answer;
  if (!container_runs()) return answer;
  try {
    Program program = container_.begin(*init_, argv);
    std::optional<int> status;
    if (!watch([&] { return (status = program.wait_exit(within(1ms))).has_value(); }, patience)) {
      breach("'" + argv.front() + "' does not end");
      return answer;
    }
    answer.code = code_of(*status);
    answer.out = program.out();
    answer.err = program.log();
  } catch (const std::system_error&) {  // the container has just ended
  }
  return answer;
}

void World::verify(const std::string& directory, const std::string& known,
                   const std::string& when) {
  if (size_of(known) == 0) return;
  ++figures_.verified;
  const auto began = Clock::now();
  Program checker = Program::as_pid1(
      {.argv = {STANDIN_PROGRAM, "irisdb", "--verify", directory, "--acknowledged", known}});
  const int code = checker.wait_code(within(120s));
  const std::string text = checker.out() + checker.log();
  if (code > 1 || text.find("missing after recovery: 0 of ") == std::string::npos)
    breach("the data " + when + ": checker says " + std::to_string(code) + ", " + text);
  verifying_ += Clock::now() - began;
}

std::string World::known_now() const {
  std::string file = container_.dir / "known";
  std::filesystem::copy_file(acknowledged(), file,
                             std::filesystem::copy_options::overwrite_existing);
  return file;
}

}  // namespace chaos
