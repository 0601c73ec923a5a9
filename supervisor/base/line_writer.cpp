#include "supervisor/base/line_writer.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>

namespace sup {
namespace {

constexpr int no_wait = 8;  // RWF_NOWAIT, which musl's headers do not have

/// A pipe or terminal opened anew is an open file of its own: it can be non-blocking without
/// iris-main, who shares the old one, ever getting EAGAIN. Invalid where that is refused (another
/// user made it). Never a file: opened anew it would be written from its beginning.
UniqueFd own_end_of(int fd) {
  FixedText<32> path;
  path.append("/proc/self/fd/").append_number(fd);
  return UniqueFd{::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)};
}

/// Where RWF_NOWAIT is unknown (for pipes it is new) a look must do: a pipe that polls writable
/// takes PIPE_BUF (4096) bytes without blocking, as one piece.
bool put_after_a_look(int fd, std::string_view line) {
  pollfd room{fd, POLLOUT, 0};
  return ::poll(&room, 1, 0) == 1 && (room.revents & POLLOUT) != 0 &&
         ::write(fd, line.data(), line.size()) >= 0;
}

}  // namespace

void LineWriter::find_way() {
  struct stat status {};
  const bool known = ::fstat(fd_, &status) == 0;
  const bool terminal = known && S_ISCHR(status.st_mode) && ::isatty(fd_) != 0;
  if (form_ == Form::automatic) form_ = terminal ? Form::text : Form::json;
  if (known && (terminal || S_ISFIFO(status.st_mode))) own_ = own_end_of(fd_);
  way_ = own_ ? Way::own_end : known && S_ISSOCK(status.st_mode) ? Way::socket : Way::other;
}

bool LineWriter::put(std::string_view line) const {
  if (way_ == Way::own_end) return ::write(own_.get(), line.data(), line.size()) >= 0;
  if (way_ == Way::socket)
    return ::send(fd_, line.data(), line.size(), MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
  const iovec whole{const_cast<char*>(line.data()), line.size()};
  if (::syscall(SYS_pwritev2, fd_, &whole, 1, -1L, -1L, no_wait) >= 0) return true;
  return errno != EAGAIN && put_after_a_look(fd_, line);
}

void LineWriter::write(Level level, std::string_view event, std::string_view message,
                       std::span<const LogField> fields) {
  if (level < level_) return;
  if (way_ == Way::not_known) find_way();
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  const LogRecord record{
      now.tv_sec * 1'000'000'000 + now.tv_nsec, level, program_, event, message, fields};
  LogLine line;
  if (form_ == Form::json)
    render_json(record, line);
  else
    render_text(record, line);
  if (!put(line.view())) ++dropped_;
}

}  // namespace sup
