#pragma once
// LogRecord: one event of ours and its one line, as text for a terminal or as JSON. Pure and
// without heap, so that PID 1 and the agent write the same form.
#include <cstdint>
#include <span>
#include <string_view>

#include "supervisor/base/fixed_text.h"

namespace sup {

enum class Level : std::uint8_t { debug, info, warning, error };
std::string_view name_of(Level level);

/// One extra fact of an event: a number, or a text when `number` does not hold.
struct LogField {
  std::string_view key;
  std::string_view text;
  std::int64_t number = 0;
  bool is_number = false;

  static constexpr LogField of(std::string_view key, std::string_view text) {
    return {key, text, 0, false};
  }
  static constexpr LogField of(std::string_view key, std::int64_t number) {
    return {key, {}, number, true};
  }
};

struct LogRecord {
  std::int64_t wall_ns = 0;  ///< nanoseconds since 1970-01-01 UTC
  Level level = Level::info;
  std::string_view program;  ///< iris-init, iris-agent, cpfmerge
  std::string_view event;    ///< `component.verb`, e.g. agent.died
  std::string_view message;  ///< for people; one line, no full stop at the end
  std::span<const LogField> fields;
};

/// Both end in a newline and fit in one atomic write(2) to a pipe (PIPE_BUF); a longer message is
/// cut and ends in "…".
using LogLine = FixedText<4097>;
void render_text(const LogRecord& record, LogLine& out);
void render_json(const LogRecord& record, LogLine& out);

/// `2026-06-30T12:41:24.628Z`
FixedText<32> format_utc(std::int64_t wall_ns);

}  // namespace sup
