#include "supervisor/os/process_work.h"

#include <fmt/core.h>

#include <string>
#include <string_view>
#include <vector>

#include "supervisor/base/text.h"
#include "supervisor/base/units.h"
#include "supervisor/os/files.h"

namespace sup {
namespace {

constexpr std::size_t largest_file = 16UL * 1024;

std::int64_t cpu_ticks_of(pid_t pid) {
  const auto stat = read_file(fmt::format("/proc/{}/stat", pid), largest_file);
  if (!stat) return 0;
  // The name in brackets may hold blanks and brackets: the last one counts. Fields 14 and 15 of the
  // line are words 11 and 12 of what follows it.
  const std::size_t close = stat->rfind(')');
  if (close == std::string::npos) return 0;
  const auto words = split(std::string_view{*stat}.substr(std::min(close + 2, stat->size())), ' ');
  if (words.size() < 13) return 0;
  return parse_number(words[11]).value_or(0) + parse_number(words[12]).value_or(0);
}

std::int64_t io_bytes_of(pid_t pid) {
  const auto io = read_file(fmt::format("/proc/{}/io", pid), largest_file);
  if (!io) return 0;  // another user's, or one that may not be looked into
  std::int64_t bytes = 0;
  for (const std::string_view line : lines_of(*io)) {
    for (const std::string_view label : {"rchar: ", "wchar: "})
      if (line.starts_with(label)) bytes += parse_number(line.substr(label.size())).value_or(0);
  }
  return bytes;
}

}  // namespace

ProcessWork work_of(pid_t pid) {
  return {cpu_ticks_of(pid), io_bytes_of(pid)};
}

}  // namespace sup
