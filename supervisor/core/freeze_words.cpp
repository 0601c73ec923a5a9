#include "supervisor/core/freeze_words.h"

#include <algorithm>
#include <array>
#include <vector>

#include "supervisor/base/text.h"

namespace sup {
namespace {

constexpr std::array<std::string_view, freeze_step_count> step_names{"none",
                                                                     "probe",
                                                                     "pre hooks",
                                                                     "suspend",
                                                                     "suspend without limit",
                                                                     "confirm",
                                                                     "sync",
                                                                     "witness",
                                                                     "undo",
                                                                     "confirm undone",
                                                                     "recheck",
                                                                     "ask who",
                                                                     "rewitness",
                                                                     "resume",
                                                                     "resume without a session",
                                                                     "confirm resumed",
                                                                     "post hooks",
                                                                     "settle"};
constexpr std::array<std::string_view, 5> phase_names{"thawed", "freezing", "frozen", "thawing",
                                                      "settling"};

/// `/db/IRIS.DAT 4096 1700000000` without the numbers: a path may hold blanks.
std::string_view path_in(std::string_view line) {
  for (int number = 0; number < 2; ++number)
    line = line.substr(0, line.rfind(' '));
  return line;
}

}  // namespace

std::string_view name_of(FreezeStep step) {
  return step_names.at(static_cast<std::size_t>(step));
}

std::string_view name_of(FreezePhase phase) {
  return phase_names.at(static_cast<std::size_t>(phase));
}

std::optional<LineTime> time_of_line(std::string_view line) {
  constexpr std::string_view pattern = "00/00/00-00:00:00:000";
  if (line.size() < pattern.size()) return std::nullopt;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const bool fits = pattern[i] == '0' ? line[i] >= '0' && line[i] <= '9' : line[i] == pattern[i];
    if (!fits) return std::nullopt;
  }
  const auto two_digits = [line](std::size_t at) {
    return 10 * (line[at] - '0') + (line[at + 1] - '0');
  };
  return LineTime{.year = 2000 + two_digits(6),
                  .month = two_digits(0),
                  .day = two_digits(3),
                  .hour = two_digits(9),
                  .minute = two_digits(12),
                  .second = two_digits(15),
                  .millisecond = 10 * two_digits(18) + (line[20] - '0')};
}

std::string journal_of(std::string_view output) {
  constexpr std::string_view mark = "with journal file: ";
  const std::size_t at = output.find(mark);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = output.substr(at + mark.size());
  return std::string{trim(rest.substr(0, rest.find('\n')))};
}

std::string changed_file(std::string_view before, std::string_view after) {
  std::vector<std::string_view> old_lines = lines_of(before);
  std::vector<std::string_view> new_lines = lines_of(after);
  std::sort(old_lines.begin(), old_lines.end());
  std::sort(new_lines.begin(), new_lines.end());
  std::vector<std::string_view> differing;
  std::set_symmetric_difference(old_lines.begin(), old_lines.end(), new_lines.begin(),
                                new_lines.end(), std::back_inserter(differing));
  return differing.empty() ? std::string{} : std::string{path_in(differing.front())};
}

}  // namespace sup
