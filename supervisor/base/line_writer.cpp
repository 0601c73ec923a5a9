#include "supervisor/base/line_writer.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

namespace sup {
namespace {

/// A pipe opened anew is an open file of its own: it can be non-blocking without iris-main, who
/// shares the old one, ever getting EAGAIN. Invalid where that is refused (another user made the
/// pipe), or where it is no pipe: a file opened anew would be written from its beginning.
UniqueFd own_end_of(int fd) {
  struct stat status {};
  if (::fstat(fd, &status) != 0 || !S_ISFIFO(status.st_mode)) return UniqueFd{};
  FixedText<32> path;
  path.append("/proc/self/fd/").append_number(fd);
  return UniqueFd{::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)};
}

}  // namespace

LineWriter::LineWriter(int fd, std::string_view program)
    : own_{own_end_of(fd)},
      fd_{own_ ? own_.get() : fd},
      program_{program},
      json_{::isatty(fd) == 0} {}

void LineWriter::write(Level level, std::string_view event, std::string_view message,
                       std::span<const LogField> fields) {
  if (level < level_) return;
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  const LogRecord record{
      now.tv_sec * 1'000'000'000 + now.tv_nsec, level, program_, event, message, fields};
  LogLine line;
  if (json_)
    render_json(record, line);
  else
    render_text(record, line);
  // A pipe that polls writable takes PIPE_BUF (4096) bytes without blocking, as one piece.
  pollfd room{fd_, POLLOUT, 0};
  if (::poll(&room, 1, 0) != 1 || (room.revents & POLLOUT) == 0 ||
      ::write(fd_, line.view().data(), line.size()) < 0)
    ++dropped_;
}

}  // namespace sup
