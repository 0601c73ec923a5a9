#pragma once
// LineWriter: our log line on standard error, in one write(2) that never blocks. O_NONBLOCK is
// never set: the open file is shared with iris-main, which would then get EAGAIN. No heap: PID 1
// uses it.
#include <cstdint>
#include <span>
#include <string_view>

#include "supervisor/base/log_record.h"
#include "supervisor/base/unique_fd.h"

namespace sup {

class LineWriter {
 public:
  /// `program` must outlive the writer. Text on a terminal, JSON otherwise. Until the first line is
  /// written nothing is asked of the kernel.
  LineWriter(int fd, std::string_view program) : fd_{fd}, program_{program} {}

  /// Writes the line if the pipe has room for it now, else drops and counts it.
  void write(Level level, std::string_view event, std::string_view message,
             std::span<const LogField> fields = {});
  void set_json(bool json) { form_ = json ? Form::json : Form::text; }
  /// Lines below this level are not written.
  void set_level(Level level) { level_ = level; }
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

 private:
  enum class Form : std::uint8_t { automatic, text, json };
  enum class Way : std::uint8_t { not_known, own_end, socket, other };

  void find_way();
  [[nodiscard]] bool put(std::string_view line) const;

  UniqueFd own_;  ///< non-blocking, where it can be had
  int fd_;
  std::string_view program_;
  Form form_ = Form::automatic;
  Way way_ = Way::not_known;
  Level level_ = Level::info;
  std::uint64_t dropped_ = 0;
};

}  // namespace sup
