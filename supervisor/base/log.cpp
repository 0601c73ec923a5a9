// The one file that includes spdlog.
#include "supervisor/base/log.h"

#include <spdlog/details/null_mutex.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include <memory>

#include "supervisor/base/line_writer.h"

namespace sup::log {
namespace {

Level level_of(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::trace:
    case spdlog::level::debug:
      return Level::debug;
    case spdlog::level::warn:
      return Level::warning;
    case spdlog::level::err:
    case spdlog::level::critical:
      return Level::error;
    default:
      return Level::info;
  }
}

spdlog::level::level_enum level_of(Level level) {
  switch (level) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warning:
      return spdlog::level::warn;
    case Level::error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

/// Standard error in the form that PID 1 writes, too; the event travels as spdlog's logger name.
class StderrSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  StderrSink(std::string_view program, Format format) : writer_{STDERR_FILENO, program} {
    writer_.set_level(Level::debug);
    if (format != Format::automatic) writer_.set_json(format == Format::json);
  }
  [[nodiscard]] std::uint64_t dropped() const { return writer_.dropped(); }

 private:
  void sink_it_(const spdlog::details::log_msg& m) override {
    writer_.write(level_of(m.level), {m.logger_name.data(), m.logger_name.size()},
                  {m.payload.data(), m.payload.size()});
  }
  void flush_() override {}

  LineWriter writer_;
};

std::unique_ptr<StderrSink>& sink() {
  static std::unique_ptr<StderrSink> instance;
  return instance;
}

}  // namespace

void start(std::string_view program, Format format, Level level) {
  sink() = std::make_unique<StderrSink>(program, format);
  sink()->set_level(level_of(level));
}

void write(Level level, std::string_view event, std::string_view message) {
  if (!sink() || !sink()->should_log(level_of(level))) return;
  sink()->log(spdlog::details::log_msg{spdlog::string_view_t{event.data(), event.size()},
                                       level_of(level),
                                       spdlog::string_view_t{message.data(), message.size()}});
}

std::uint64_t dropped() {
  return sink() ? sink()->dropped() : 0;
}

}  // namespace sup::log
