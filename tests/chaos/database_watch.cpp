#include "tests/chaos/database_watch.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <system_error>
#include <utility>

#include "supervisor/os/process_table.h"
#include "tests/integration/harness/processes.h"

namespace chaos {
namespace {

constexpr int between_looks_ms = 10;
constexpr int looks_in_a_report = 100;

struct Seen {
  sup::ProcessInfo process;
  std::string role;  ///< CONTROL, WRTDMN, JRNDMN, RECOVERY, USER
  ino_t container = 0;
};

bool lives(const sup::ProcessInfo& process) {
  return !sup::has_ended(process) && !process.exiting;
}

bool is_still_there(const Seen& one) {
  sup::ProcessInfo now;
  return sup::read_process(one.process.pid, now) && now.started == one.process.started &&
         lives(now);
}

/// All that belong to IRIS on the directory at one moment.
std::vector<Seen> iris_below(pid_t root, const std::string& mark, sup::Descendants& everybody) {
  std::vector<Seen> all;
  everybody.look(root);
  for (const pid_t pid : everybody.pids()) {
    Seen one;
    if (!sup::read_process(pid, one.process) || !lives(one.process) ||
        one.process.name.view() != "irisdb")
      continue;
    const auto words = testing_support::command_line(pid);
    if (words.size() != 3 || words[1] != mark || !words[2].starts_with("-r")) continue;
    one.role = words[2].substr(2);
    struct stat space {};
    const std::string path = "/proc/" + std::to_string(pid) + "/ns/pid";
    if (::stat(path.c_str(), &space) != 0) continue;
    one.container = space.st_ino;
    all.push_back(one);
  }
  std::erase_if(all, [](const Seen& one) { return !is_still_there(one); });
  return all;
}

std::string describe(const std::vector<Seen>& all) {
  std::string text;
  for (const Seen& one : all)
    text += " " + one.role + " " + std::to_string(one.process.pid) + " (parent " +
            std::to_string(one.process.parent) + ")";
  return text;
}

/// Of one container: those who write to the databases and belong to nobody else who does.
std::vector<Seen> masters_of(const std::vector<Seen>& all) {
  const auto is_control = [&](pid_t pid) {
    return std::any_of(all.begin(), all.end(), [&](const Seen& other) {
      return other.process.pid == pid && other.role == "CONTROL";
    });
  };
  std::vector<Seen> masters;
  for (const Seen& one : all) {
    const bool writes = one.role == "CONTROL" || one.role == "RECOVERY" || one.role == "WRTDMN";
    // A child of the control process is its daemon, or is about to become one.
    if (writes && !is_control(one.process.parent)) masters.push_back(one);
  }
  return masters;
}

/// Empty: all is as it must be.
std::string what_is_wrong(const std::vector<Seen>& all) {
  std::map<ino_t, std::vector<Seen>> containers;
  for (const Seen& one : all)
    containers[one.container].push_back(one);
  if (containers.size() > 1) return "two containers have IRIS on one directory:" + describe(all);
  for (const auto& [container, inside] : containers) {
    if (masters_of(inside).size() > 1)
      return "two databases on one directory within a container:" + describe(inside);
  }
  return {};
}

void say(int to, const std::string& line) {
  // A reader that has gone is the end of the test.
  if (::write(to, (line + "\n").data(), line.size() + 1) < 0) ::_exit(0);
}

[[noreturn]] void watch_for_ever(pid_t root, const std::string& mark, int reports) {
  const auto everybody = std::make_unique<sup::Descendants>();
  std::string said;
  for (int looks = 1;; ++looks) {
    const std::string wrong = what_is_wrong(iris_below(root, mark, *everybody));
    if (!wrong.empty() && said.empty()) say(reports, wrong);
    said = wrong;  // once for as long as it lasts
    if (looks % looks_in_a_report == 0) say(reports, "");
    ::poll(nullptr, 0, between_looks_ms);
  }
}

}  // namespace

DatabaseWatch::DatabaseWatch(const std::string& directory) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    throw std::system_error{errno, std::generic_category(), "a pipe"};
  reports_.reset(ends[0]);
  const sup::UniqueFd writer{ends[1]};
  const pid_t test = ::getpid();
  watcher_ = ::fork();
  if (watcher_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    watch_for_ever(test, "-s" + directory + "/mgr/", writer.get());
  }
  ::fcntl(reports_.get(), F_SETFL, O_NONBLOCK);
}

DatabaseWatch::~DatabaseWatch() {
  if (watcher_ <= 0) return;
  ::kill(watcher_, SIGKILL);
  ::waitpid(watcher_, nullptr, 0);
}

std::vector<std::string> DatabaseWatch::news() {
  std::array<char, 4096> buffer{};
  ssize_t n = 0;
  while ((n = ::read(reports_.get(), buffer.data(), buffer.size())) > 0)
    unread_.append(buffer.data(), static_cast<std::size_t>(n));
  std::vector<std::string> news;
  for (auto end = unread_.find('\n'); end != std::string::npos; end = unread_.find('\n')) {
    if (end == 0)
      looks_ += looks_in_a_report;
    else
      news.push_back(unread_.substr(0, end));
    unread_.erase(0, end + 1);
  }
  if (n == 0 && !std::exchange(ended_, true))
    news.emplace_back("nobody looks for two databases any more");
  return news;
}

}  // namespace chaos
