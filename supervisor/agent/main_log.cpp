#include "supervisor/agent/main_log.h"

#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "probes/mounts.h"
#include "supervisor/base/text.h"
#include "supervisor/base/unique_fd.h"
#include "supervisor/base/units.h"
#include "supervisor/os/files.h"

namespace sup {
namespace {

constexpr std::string_view file_name = "iris-main.log";
constexpr Nanos helper_deadline = seconds(10);
constexpr std::size_t largest_mount_table = 1024UL * 1024;
/// One turn of the loop reads no more: others wait.
constexpr std::size_t most_at_once = 64UL * 1024;

/// Where the history of a file ends: what it holds is history, unless it is younger than that.
std::int64_t end_of_history(const std::string& path, std::int64_t from_birth) {
  struct statx info {};
  if (::statx(AT_FDCWD, path.c_str(), 0, STATX_SIZE | STATX_BTIME, &info) != 0) return 0;
  const bool has_birth = (info.stx_mask & STATX_BTIME) != 0;
  const std::int64_t born = seconds(info.stx_btime.tv_sec) + info.stx_btime.tv_nsec;
  return has_birth && born >= from_birth ? 0 : static_cast<std::int64_t>(info.stx_size);
}

}  // namespace

MainLog::MainLog(boost::asio::io_context& io, Jobs& jobs, std::string helper, Heard heard)
    : changes_{io}, jobs_{jobs}, helper_{std::move(helper)}, heard_{std::move(heard)} {}

void MainLog::follow(std::int64_t from_birth) {
  std::array<char, 4096> directory{};
  if (::getcwd(directory.data(), directory.size()) == nullptr) return;
  const auto table = read_file("/proc/self/mountinfo", largest_mount_table);
  const auto mount = table ? probes::mount_of(*table, directory.data()) : std::nullopt;
  follow(directory.data(), mount && probes::is_own(*mount), from_birth);
}

void MainLog::follow(const std::string& directory, bool is_own, std::int64_t from_birth) {
  path_ = directory + (directory.ends_with('/') ? "" : "/") + std::string{file_name};
  is_own_ = is_own;
  if (!is_own_) return ask_helper();
  offset_ = end_of_history(path_, from_birth);
  knows_end_ = true;
  UniqueFd inotify{::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)};
  // The directory, not the file: it may not be there yet. Without inotify look() does it alone.
  if (!inotify || ::inotify_add_watch(inotify.get(), directory.c_str(),
                                      IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_ONLYDIR) < 0)
    return;
  changes_.assign(inotify.release());
  await_change();
  read_new();
}

void MainLog::await_change() {
  changes_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                      [this](const boost::system::error_code& error) {
                        if (error) return;
                        std::array<char, 4096> events{};
                        while (::read(changes_.native_handle(), events.data(), events.size()) > 0) {
                        }
                        read_new();
                        await_change();
                      });
}

void MainLog::look() {
  if (path_.empty()) return;
  is_own_ ? read_new() : ask_helper();
}

void MainLog::read_new() {
  const UniqueFd file{::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)};
  struct stat info {};
  if (!file || ::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) return;
  if (info.st_size < offset_) offset_ = 0;  // emptied, or another file
  // A flood is not worth reading: of what is new, the end counts.
  if (info.st_size - offset_ > static_cast<std::int64_t>(most_at_once)) {
    offset_ = info.st_size - static_cast<std::int64_t>(most_at_once);
    carry_.clear();
  }
  std::string text(static_cast<std::size_t>(info.st_size - offset_), '\0');
  const ssize_t n = ::pread(file.get(), text.data(), text.size(), offset_);
  if (n <= 0) return;
  offset_ += n;
  text.resize(static_cast<std::size_t>(n));
  hear(text);
}

void MainLog::ask_helper() {
  // One that was killed and is still there hangs in the kernel: another would only join it.
  if (asking_ || jobs_.alive(job_)) return;
  asking_ = true;
  job_ =
      jobs_.run({helper_, "helper", "tail", path_, std::to_string(offset_)}, helper_deadline,
                Jobs::Keep::output, [this](const JobResult& result) { helper_answered(result); });
}

void MainLog::helper_answered(const JobResult& result) {
  asking_ = false;
  if (!result.started || result.timed_out) return;
  const bool knew_end = std::exchange(knows_end_, true);
  if (result.code != 0) return;  // no file yet: all that it will hold is new
  const std::string_view output = result.output;
  const auto line = output.find('\n');
  const auto size = parse_number(output.substr(0, line));
  if (!size || line == std::string_view::npos) return;
  if (!knew_end) {
    offset_ = *size;
    return;
  }
  if (*size < offset_) {  // emptied, or another file: all that it holds is new
    offset_ = 0;
    return ask_helper();
  }
  offset_ += static_cast<std::int64_t>(output.size() - line - 1);
  hear(output.substr(line + 1));
}

void MainLog::hear(std::string_view text) {
  carry_.append(text);
  const auto end = carry_.rfind('\n');
  if (end == std::string::npos) {
    if (carry_.size() > most_at_once) carry_.clear();
    return;
  }
  const std::string lines = carry_.substr(0, end);
  carry_.erase(0, end + 1);
  for (const std::string_view line : lines_of(lines)) {
    if (const auto news = probes::parse_main_log_line(line)) heard_(*news);
  }
}

}  // namespace sup
