#include "supervisor/base/line_writer.h"

#include <poll.h>
#include <time.h>
#include <unistd.h>

namespace sup {

LineWriter::LineWriter(int fd, std::string_view program)
    : fd_{fd}, program_{program}, json_{::isatty(fd) == 0} {}

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
