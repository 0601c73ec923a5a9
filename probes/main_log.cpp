#include "probes/main_log.h"

#include <algorithm>

#include "probes/incurable.h"
#include "supervisor/base/text.h"
#include "supervisor/base/units.h"

namespace probes {
namespace {

constexpr std::size_t longest_text = 200;

std::string printable(std::string_view text) {
  std::string out{sup::cut(text, longest_text)};
  std::replace_if(
      out.begin(), out.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
  return text.size() > longest_text ? out + "…" : out;
}

/// `iris start IRIS quietly` as it is; of anything else the program alone.
std::string shown_command(std::string_view command) {
  for (const std::string_view own : {"iris start ", "iris stop ", "iris force ", "iris merge "}) {
    if (command.starts_with(own)) return printable(command);
  }
  const std::string_view program = command.substr(0, command.find(' '));
  return printable(program) + (program.size() < command.size() ? " …" : "");
}

/// Without the time and `[LEVEL] `, where they stand in front.
std::string_view without_level(std::string_view line) {
  const auto level = line.find("] ");
  return level == std::string_view::npos ? line : line.substr(level + 2);
}

std::string ending_of(std::int64_t status) {
  const auto signal = status & 0x7f;
  if (signal != 0) return "was ended by signal " + std::to_string(signal);
  return "ended with exit code " + std::to_string((status >> 8) & 0xff);
}

std::optional<MainLogNews> failed_command(std::string_view line) {
  constexpr std::string_view before = "Command \"";
  constexpr std::string_view between = "\" exited with status ";
  const auto begin = line.find(before);
  const auto end = line.rfind(between);
  if (begin == std::string_view::npos || end == std::string_view::npos ||
      end < begin + before.size())
    return std::nullopt;
  const auto status = sup::parse_number(sup::trim(line.substr(end + between.size())));
  if (!status || *status == 0 || *status > 0xffff) return std::nullopt;
  const std::string_view command = line.substr(begin + before.size(), end - begin - before.size());
  const bool is_start = command.starts_with("iris start ");
  return MainLogNews{is_start ? MainLogNews::Kind::start_failed : MainLogNews::Kind::command_failed,
                     "'" + shown_command(command) + "' " + ending_of(*status)};
}

}  // namespace

std::optional<MainLogNews> parse_main_log_line(std::string_view line) {
  line = sup::trim(line.substr(0, max_main_log_line));
  if (auto failed = failed_command(line)) return failed;
  if (const auto cause = incurable_cause(line); !cause.empty())
    return MainLogNews{MainLogNews::Kind::incurable,
                       std::string{cause} + ": " + printable(without_level(line))};
  // At the line's beginning, with a time before it or not: elsewhere it is somebody's text.
  constexpr std::string_view fatal = "[FATAL]";
  const auto at = line.find_first_not_of("0123456789:- ");
  if (at != std::string_view::npos && line.substr(at).starts_with(fatal))
    return MainLogNews{MainLogNews::Kind::fatal,
                       printable(sup::trim(line.substr(at + fatal.size())))};
  const std::string_view said = without_level(line);
  if (said.starts_with("Now attempting WIJ compare"))
    return MainLogNews{MainLogNews::Kind::recovers, printable(said)};
  if (said.starts_with("...started "))
    return MainLogNews{MainLogNews::Kind::started, printable(said)};
  return std::nullopt;
}

}  // namespace probes
