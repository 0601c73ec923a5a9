#include "supervisor/agent/iris_watch.h"

#include <dirent.h>
#include <fmt/core.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <chrono>
#include <utility>

#include "supervisor/base/text.h"
#include "supervisor/base/units.h"
#include "supervisor/os/clock.h"
#include "supervisor/os/pidfd.h"
#include "supervisor/os/process_work.h"
#include "supervisor/os/record_locks.h"

namespace sup {

namespace asio = boost::asio;

namespace {

constexpr std::string_view iris_name = "irisdb";
/// How often a process is looked at where there are no pidfds.
constexpr auto look_period = std::chrono::milliseconds{500};

bool still_there(const WatchedProcess& watched) {
  ProcessInfo process;
  if (read_process(watched.pid, process))
    return !has_ended(process) && process.started == watched.started;
  // Where no descriptor is to be had, nothing can be read: then the number must do.
  return ::kill(watched.pid, 0) == 0 || errno != ESRCH;
}

bool is_readable(int fd) {
  pollfd one{fd, POLLIN, 0};
  return ::poll(&one, 1, 0) == 1;
}

/// The living irisdb children of `parent`.
std::vector<WatchedProcess> iris_children(pid_t parent) {
  std::array<pid_t, 1024> pids{};
  const std::size_t count = children_of(parent, pids);
  std::vector<WatchedProcess> found;
  for (std::size_t i = 0; i < count; ++i) {
    ProcessInfo process;
    if (!read_process(pids.at(i), process) || has_ended(process)) continue;
    if (process.name.view() == iris_name) found.push_back({process.pid, process.started});
  }
  return found;
}

/// Of the files that `pid` has locked, the one that most others have locked too: mgr/ilock. Every
/// database that it has open may be locked by it as well.
std::string file_shared_by(const std::vector<RecordLock>& locks, pid_t pid) {
  std::string best;
  std::ptrdiff_t most = -1;
  for (const RecordLock& lock : locks) {
    if (lock.pid != pid) continue;
    const auto others = std::count_if(locks.begin(), locks.end(), [&](const RecordLock& other) {
      return other.pid != pid && other.file == lock.file;
    });
    if (others > most) best = lock.file;
    most = std::max(most, others);
  }
  return best;
}

bool holds(const std::vector<RecordLock>& locks, pid_t pid, const std::string& file) {
  return std::any_of(locks.begin(), locks.end(),
                     [&](const RecordLock& lock) { return lock.pid == pid && lock.file == file; });
}

/// The locks of these processes and of their irisdb children. How IRIS locks is not documented: by
/// process, which everybody sees, or by open file description.
std::vector<RecordLock> locks_of_family(const std::vector<WatchedProcess>& top) {
  std::vector<pid_t> pids;
  for (const WatchedProcess& process : top) {
    pids.push_back(process.pid);
    for (const WatchedProcess& child : iris_children(process.pid))
      pids.push_back(child.pid);
  }
  std::vector<RecordLock> locks = record_locks();
  const bool told = std::any_of(locks.begin(), locks.end(), [&](const RecordLock& lock) {
    return std::find(pids.begin(), pids.end(), lock.pid) != pids.end();
  });
  return told ? locks : description_locks(pids);
}

/// Does anybody in this PID namespace start or stop IRIS, apart from our own children and
/// `own_command`? Who comes by `kubectl exec` is no descendant of PID 1.
bool foreign_command_runs(pid_t own_command) {
  DIR* proc = ::opendir("/proc");
  if (proc == nullptr) return false;
  bool found = false;
  while (const dirent* entry = ::readdir(proc)) {  // NOLINT(concurrency-mt-unsafe): one thread
    const auto pid = parse_number(entry->d_name);
    ProcessInfo process;
    if (!pid || *pid == own_command || !read_process(static_cast<pid_t>(*pid), process)) continue;
    if (process.parent == ::getpid()) continue;
    found = found || is_iris_control_command(process);
  }
  ::closedir(proc);
  return found;
}

}  // namespace

struct IrisWatch::Watched {
  explicit Watched(asio::io_context& io) : pidfd{io}, timer{io} {}
  WatchedProcess process;
  bool is_control = false;
  asio::posix::stream_descriptor pidfd;
  asio::steady_timer timer;  ///< where there are no pidfds

  [[nodiscard]] bool has_ended() {
    return pidfd.is_open() ? is_readable(pidfd.native_handle()) : !still_there(process);
  }
};

IrisWatch::IrisWatch(asio::io_context& io, pid_t init_pid, std::function<void()> died)
    : io_{io},
      init_pid_{init_pid},
      died_{std::move(died)},
      descendants_{std::make_unique<Descendants>()} {}

IrisWatch::Family IrisWatch::family_now() const {
  Family family;
  std::vector<WatchedProcess> top = iris_children(init_pid_);
  std::sort(top.begin(), top.end(), [](const WatchedProcess& a, const WatchedProcess& b) {
    return a.started != b.started ? a.started < b.started : a.pid < b.pid;
  });
  const std::vector<RecordLock> locks = locks_of_family(top);
  // The oldest that holds a lock, and whoever holds one on the same file; rather one that shares
  // it. Where /proc tells nothing of locks: the oldest that has children of its own, else the
  // oldest, and it alone.
  for (const WatchedProcess& control : top) {
    const std::string file = file_shared_by(locks, control.pid);
    if (file.empty()) continue;
    Family found{{control}, {}, true};
    for (const WatchedProcess& child : iris_children(control.pid)) {
      if (holds(locks, child.pid, file)) found.daemons.push_back(child);
    }
    for (const WatchedProcess& sibling : top) {
      if (sibling.pid != control.pid && holds(locks, sibling.pid, file))
        found.daemons.push_back(sibling);
    }
    if (!found.daemons.empty()) return found;
    if (!family.by_locks) family = std::move(found);
  }
  if (family.by_locks) return family;
  const auto parent = std::find_if(top.begin(), top.end(), [](const WatchedProcess& process) {
    return !iris_children(process.pid).empty();
  });
  if (!top.empty()) family.controls = {parent == top.end() ? top.front() : *parent};
  return family;
}

IrisProcesses IrisWatch::look(pid_t own_command) {
  // Daemons whose control process has died come to PID 1 and would look like control processes: as
  // long as one of them lives, the family is what it was.
  const bool headless = !seen_.controls.empty() &&
                        std::none_of(seen_.controls.begin(), seen_.controls.end(), still_there) &&
                        std::any_of(seen_.daemons.begin(), seen_.daemons.end(), still_there);
  if (!headless) see(family_now());
  IrisProcesses seen;
  seen.any_alive = !iris_children(init_pid_).empty();
  if (!seen.any_alive) {
    descendants_->look(init_pid_, ::getpid());
    for (const pid_t pid : descendants_->pids()) {
      ProcessInfo process;
      if (read_process(pid, process) && process.name.view() == iris_name) seen.any_alive = true;
    }
  }
  seen.command_runs = foreign_command_runs(own_command);
  return seen;
}

void IrisWatch::see(Family family) {
  if (family.controls == seen_.controls) {
    for (const WatchedProcess& daemon : seen_.daemons) {
      const auto& now = family.daemons;
      if (std::find(now.begin(), now.end(), daemon) == now.end()) family.daemons.push_back(daemon);
    }
  }
  seen_ = std::move(family);
}

StartActivity IrisWatch::activity() {
  StartActivity activity;
  descendants_->look(init_pid_, ::getpid());
  for (const pid_t pid : descendants_->pids()) {
    ProcessInfo process;
    if (!read_process(pid, process)) continue;
    if (process.name.view() != iris_name && !is_iris_control_command(process)) continue;
    const ProcessWork work = work_of(pid);
    ++activity.processes;
    activity.cpu_ticks += work.cpu_ticks;
    activity.io_bytes += work.io_bytes;
  }
  return activity;
}

StateRecord IrisWatch::adopt() {
  const Family family = seen_;
  StateRecord up;
  up.kind = StateRecord::Kind::up;
  up.by_locks = family.by_locks;
  up.ticks = ticks_now();
  up.processes = family.controls;
  std::string lost;
  for (const WatchedProcess& daemon : family.daemons) {
    if (still_there(daemon))
      up.processes.push_back(daemon);
    else if (lost.empty())
      lost = fmt::format("daemon {} was there during the start and is gone", daemon.pid);
  }
  adopt(up);
  lost_ = std::move(lost);
  return up;
}

void IrisWatch::adopt(const StateRecord& up) {
  forget();
  by_locks_ = up.by_locks;
  adopted_at_ = up.ticks;
  processes_ = up.processes;  // all of them first: a death is judged by who else is there
  for (const WatchedProcess& process : processes_)
    watch(process, process == processes_.front());
}

bool IrisWatch::was_replaced() const {
  if (std::any_of(processes_.begin(), processes_.end(), still_there)) return false;
  const auto is_old = [this](const WatchedProcess& process) {
    return process.started <= adopted_at_;
  };
  const Family now = family_now();
  if (now.controls.empty() || is_old(now.controls.front())) return false;
  if (now.by_locks) return !now.daemons.empty();
  const std::vector<WatchedProcess> top = iris_children(init_pid_);
  return !by_locks_ && std::none_of(top.begin(), top.end(), is_old);
}

bool IrisWatch::half_dead() const {
  return somebody_died() && std::any_of(processes_.begin(), processes_.end(), still_there);
}

void IrisWatch::forget() {
  processes_.clear();
  watched_.clear();
  death_.clear();
  lost_.clear();
  died_at_ = 0;
  died_under_command_ = false;
  by_locks_ = false;
  adopted_at_ = 0;
}

void IrisWatch::watch(const WatchedProcess& process, bool is_control) {
  auto watched = std::make_shared<Watched>(io_);
  watched->process = process;
  watched->is_control = is_control;
  watched_.push_back(watched);
  UniqueFd pidfd = open_pidfd(process.pid);
  // The pid may be somebody else's by now: opened first, compared afterwards.
  if (!still_there(process)) return on_death(*watched);
  if (pidfd) watched->pidfd.assign(pidfd.release());
  await_end(watched);
}

void IrisWatch::await_end(const std::shared_ptr<Watched>& watched) {
  // Whoever forgets us destroys the last owner: a late handler finds nobody.
  auto look = [this,
               weak = std::weak_ptr<Watched>{watched}](const boost::system::error_code& error) {
    const auto still = weak.lock();
    if (error || !still) return;
    // Asio may tell us what was meant for a descriptor that was closed a moment before.
    still->has_ended() ? on_death(*still) : await_end(still);
  };
  if (watched->pidfd.is_open())
    return watched->pidfd.async_wait(asio::posix::stream_descriptor::wait_read, std::move(look));
  watched->timer.expires_after(look_period);
  watched->timer.async_wait(std::move(look));
}

void IrisWatch::on_death(const Watched& watched) {
  if (!death_.empty()) return;  // the first one says it all
  death_ = fmt::format("{} {} died", watched.is_control ? "control process" : "daemon",
                       watched.process.pid);
  died_at_ = monotonic_now();
  died_under_command_ = foreign_command_runs(0) || was_replaced();
  asio::post(io_, died_);  // whoever adopts is in the middle of something
}

}  // namespace sup
