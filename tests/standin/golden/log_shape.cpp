// Masking and comparing.
#include "golden/log_shape.h"

#include <algorithm>
#include <set>

#include "suite/instance_fixture.h"

namespace standin_test {

std::string shape_of(std::string text) {
  struct Mask {
    const char* pattern;
    const char* replacement;
  };
  for (const Mask& mask : {
           Mask{"[0-9]{2}:[0-9]{2}:[0-9]{2} [0-9]{4}-[0-9]{2}-[0-9]{2} \\[", "["},
           Mask{"[0-9]{2}/[0-9]{2}/[0-9]{2}-[0-9:]{12} \\([0-9]+\\)", "STAMP (PID)"},
           Mask{"ISCAgent\\[[0-9]+\\]", "ISCAgent[PID]"},
           Mask{"[0-9]+MB", "NMB"},
           Mask{"[A-Z][a-z]{2} [A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8} [0-9]{4}", "CTIME"},
           Mask{"\\^20[0-9.]+com\\^", "^BUILD^"},
           Mask{"sqlcq\\.[A-Za-z0-9]+", "sqlcq.CLASS"},
       })
    text = replace_pattern(text, mask.pattern, mask.replacement);
  return text;
}

std::vector<Lines> cycles_of(const std::string& text, const std::string& opening) {
  std::vector<Lines> cycles;
  for (const std::string& line : lines_of(text)) {
    if (line.starts_with(opening)) cycles.emplace_back();
    if (!cycles.empty()) cycles.back().push_back(line);
  }
  return cycles;
}

std::string where_they_part(const Lines& published, const Lines& ours) {
  for (std::size_t i = 0; i < published.size(); ++i) {
    const std::string mine = i < ours.size() ? ours[i] : "(nothing)";
    if (published[i] != mine)
      return "line " + std::to_string(i + 1) + "\npublished: " + published[i] +
             "\nours:      " + mine;
  }
  return {};
}

Lines unknown_to(const Lines& known, const Lines& lines) {
  const std::set<std::string> words{known.begin(), known.end()};
  Lines unknown;
  for (const std::string& line : lines)
    if (!words.contains(line)) unknown.push_back(line);
  return unknown;
}

std::size_t lines_with(const Lines& lines, const std::string& part) {
  return static_cast<std::size_t>(std::count_if(
      lines.begin(), lines.end(), [&](const std::string& line) { return contains(line, part); }));
}

Lines without_entry(Lines lines, const std::string& line) {
  const auto at = std::find(lines.begin(), lines.end(), line);
  if (at != lines.end() && at + 1 != lines.end()) lines.erase(at, at + 2);
  return lines;
}

std::string joined(const Lines& lines) {
  std::string text;
  for (const std::string& line : lines)
    text.append(line).append("\n");
  return text;
}

}  // namespace standin_test
