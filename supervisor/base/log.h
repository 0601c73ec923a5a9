#pragma once
// The log of the programs that may use the heap: log::info("freeze.begun", "frozen for {}", owner).
// One event, one line; secrets never. spdlog lives in log.cpp alone.
#include <fmt/core.h>

#include <string_view>
#include <utility>

#include "supervisor/base/log_record.h"

namespace sup::log {

enum class Format : std::uint8_t { automatic, text, json };

/// Names the program and opens the log on standard error. `program` must live for ever (a literal).
void start(std::string_view program, Format format = Format::automatic, Level level = Level::info);

void write(Level level, std::string_view event, std::string_view message);

/// Lines that did not go out because standard error was full.
std::uint64_t dropped();

template <class... Args>
void debug(std::string_view event, fmt::format_string<Args...> format, Args&&... args) {
  write(Level::debug, event, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void info(std::string_view event, fmt::format_string<Args...> format, Args&&... args) {
  write(Level::info, event, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void warning(std::string_view event, fmt::format_string<Args...> format, Args&&... args) {
  write(Level::warning, event, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void error(std::string_view event, fmt::format_string<Args...> format, Args&&... args) {
  write(Level::error, event, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace sup::log
