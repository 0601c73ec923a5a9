#include "supervisor/os/process_table.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>

#include "supervisor/base/unique_fd.h"
#include "supervisor/base/units.h"
#include "supervisor/os/directory.h"
#include "supervisor/os/pidfd.h"

namespace sup {
namespace {

using Path = FixedText<96>;

/// PF_EXITING among the flags of /proc/PID/stat.
constexpr std::int64_t flag_exiting = 4;
constexpr int most_looks = 20;
constexpr std::string_view control_verbs = "start startnostu stop stopnoshut force restart";

Path proc_path(pid_t pid, std::string_view rest) {
  Path path;
  path.append("/proc/").append_number(pid);
  return path.append(rest);
}

/// At most `room.size()` bytes of a file of /proc; empty when it is not there.
std::string_view read_small(const Path& path, std::span<char> room) {
  const UniqueFd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!fd) return {};
  const ssize_t n = ::read(fd.get(), room.data(), room.size());
  return {room.data(), n > 0 ? static_cast<std::size_t>(n) : 0};
}

/// Word number `index` of a text with single blanks between words; empty when it is not there.
std::string_view word(std::string_view text, int index) {
  for (; index > 0; --index) {
    const std::size_t blank = text.find(' ');
    if (blank == std::string_view::npos) return {};
    text.remove_prefix(blank + 1);
  }
  return text.substr(0, text.find(' '));
}

/// Appends the numbers of a `children` file, each with a blank behind it. The file may be longer
/// than any buffer of ours.
std::size_t append_children(const Path& path, std::span<pid_t> out, std::size_t count) {
  const UniqueFd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!fd) return count;
  std::array<char, 4096> buffer{};
  pid_t number = 0;
  for (;;) {
    const ssize_t n = ::read(fd.get(), buffer.data(), buffer.size());
    if (n <= 0) return count;
    for (const char c : std::string_view{buffer.data(), static_cast<std::size_t>(n)}) {
      if (c >= '0' && c <= '9') {
        number = number * 10 + (c - '0');
      } else if (number != 0) {
        if (count < out.size()) out[count++] = number;
        number = 0;
      }
    }
  }
}

/// Kernels without CONFIG_PROC_CHILDREN have no such file.
bool kernel_lists_children() {
  return ::access("/proc/thread-self/children", F_OK) == 0;
}

/// Of the last call that failed: not because nobody is there.
bool was_for_want() {
  return errno == EMFILE || errno == ENFILE || errno == ENOMEM;
}

bool is_one_of(std::span<const pid_t> pids, pid_t pid) {
  return std::find(pids.begin(), pids.end(), pid) != pids.end();
}

}  // namespace

bool read_process(pid_t pid, ProcessInfo& out) {
  std::array<char, 512> buffer{};
  // pid (name) state ppid …; the name may hold blanks and brackets, so the last ')' counts.
  const std::string_view stat = read_small(proc_path(pid, "/stat"), buffer);
  const std::size_t open = stat.find('(');
  const std::size_t close = stat.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close + 4 >= stat.size())
    return false;
  out.pid = pid;
  out.name = FixedText<16>{stat.substr(open + 1, close - open - 1)};
  out.state = stat[close + 2];
  const std::string_view rest = stat.substr(close + 4);
  out.parent = static_cast<pid_t>(parse_number(word(rest, 0)).value_or(0));
  out.exiting = (parse_number(word(rest, 5)).value_or(0) & flag_exiting) != 0;
  out.started = parse_number(word(rest, 18)).value_or(0);  // field 22 of the whole line
  return true;
}

bool is_iris_control_command(const ProcessInfo& process) {
  const std::string_view name = process.name.view();
  if (name == "irisstart" || name == "irisstop" || name == "irisforce") return !has_ended(process);
  if (name != "iris") return false;
  std::array<char, 512> buffer{};
  std::string_view arguments = read_small(proc_path(process.pid, "/cmdline"), buffer);
  // Nobody has any who becomes another program, for a moment, and who is about to end.
  for (int look = 0; arguments.empty(); ++look) {
    ProcessInfo now;
    if (!read_process(process.pid, now) || now.exiting || has_ended(now)) return false;
    if (look == most_looks) return true;
    ::usleep(1000);
    arguments = read_small(proc_path(process.pid, "/cmdline"), buffer);
  }
  // A script's interpreter and path come first: look at every word, they end in NUL.
  while (!arguments.empty()) {
    const std::size_t end = std::min(arguments.find('\0'), arguments.size());
    const std::string_view argument = arguments.substr(0, end);
    std::string_view verb;
    for (int i = 0; !(verb = word(control_verbs, i)).empty(); ++i) {
      if (argument == verb) return true;
    }
    arguments.remove_prefix(std::min(end + 1, arguments.size()));
  }
  return false;
}

void signal_process(const ProcessInfo& process, int signal) {
  const UniqueFd pidfd = open_pidfd(process.pid);
  if (!pidfd) {  // no such process; or no pidfd, and then the number must do
    if (errno != ESRCH) ::kill(process.pid, signal);
    return;
  }
  ProcessInfo now;
  if (read_process(process.pid, now) && now.started == process.started)
    send_signal(pidfd, process.pid, signal);
}

FixedText<64> wait_channel(pid_t pid) {
  std::array<char, 64> buffer{};
  const std::string_view text = read_small(proc_path(pid, "/wchan"), buffer);
  return text == "0" ? FixedText<64>{} : FixedText<64>{text};
}

std::size_t children_of(pid_t pid, std::span<pid_t> out) {
  std::size_t count = 0;
  for_each_number_in(proc_path(pid, "/task").c_str(), [&](pid_t thread) {
    Path path = proc_path(pid, "/task/");
    path.append_number(thread).append("/children");
    count = append_children(path, out, count);
  });
  return count;
}

bool Descendants::look(pid_t root, std::span<const pid_t> except) {
  if (!kernel_lists_children()) return look_at_everybody(root, except);
  errno = 0;
  std::size_t seen = children_of(root, pids_);
  starved_ = was_for_want();
  count_ = 0;
  for (std::size_t i = 0; i < seen; ++i) {
    const pid_t pid = pids_[i];
    ProcessInfo process;
    if (is_one_of(except, pid)) continue;
    errno = 0;
    const bool there = read_process(pid, process);
    if (there) seen += children_of(pid, std::span{pids_}.subspan(seen));
    starved_ = starved_ || was_for_want();
    if (there && !has_ended(process)) pids_[count_++] = pid;
  }
  return !starved_;
}

bool Descendants::look_at_everybody(pid_t root, std::span<const pid_t> except) {
  count_ = 0;
  starved_ = false;
  std::span<const pid_t> parents{&root, 1};
  while (!parents.empty()) {
    const std::size_t before = count_;
    errno = 0;
    const bool readable = for_each_number_in("/proc", [&](pid_t pid) {
      ProcessInfo process;
      if (count_ == pids_.size() || is_one_of(except, pid)) return;
      errno = 0;
      const bool there = read_process(pid, process);
      starved_ = starved_ || was_for_want();
      if (there && is_one_of(parents, process.parent) && !has_ended(process)) pids_[count_++] = pid;
    });
    starved_ = starved_ || was_for_want();
    if (!readable || starved_) return false;
    parents = std::span{pids_}.subspan(before, count_ - before);
  }
  return true;
}

}  // namespace sup
