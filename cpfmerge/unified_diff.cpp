#include "cpfmerge/unified_diff.h"

#include <fmt/core.h>

#include <algorithm>
#include <vector>

#include "cpfmerge/names.h"
#include "supervisor/base/text.h"

namespace cpf {
namespace {

constexpr std::size_t context = 3;
constexpr std::string_view hidden = "<hidden>";

struct Entry {
  char mark = ' ';
  std::string_view line;
};

/// Where lines are replaced one behind the other, first all old ones, then all new ones.
std::vector<Entry> entries_of(const Document& before, const Document& after) {
  std::vector<Entry> entries;
  std::vector<std::string_view> added;
  const auto flush = [&] {
    for (const std::string_view line : added)
      entries.push_back({'+', line});
    added.clear();
  };
  auto old = before.lines().begin();
  for (const Line& line : after.lines()) {
    if (line.number == 0) {
      added.push_back(line.raw);
      continue;
    }
    if (old->raw == line.raw) {
      flush();
      entries.push_back({' ', line.raw});
    } else {
      entries.push_back({'-', old->raw});
      added.push_back(line.raw);
    }
    ++old;
  }
  flush();
  return entries;
}

class Writer {
 public:
  explicit Writer(bool coloured) : coloured_{coloured} {}

  void head(char mark, std::string_view name) {
    line("1", fmt::format("{0}{0}{0} {1}\n", mark, printable(name)));
  }
  void hunk(std::size_t from, std::size_t old_count, std::size_t to, std::size_t new_count) {
    // An empty range is named by the line before it.
    line("36", fmt::format("@@ -{},{} +{},{} @@\n", old_count == 0 ? from : from + 1, old_count,
                           new_count == 0 ? to : to + 1, new_count));
  }
  void entry(const Entry& entry) {
    const bool ends = entry.line.ends_with('\n');
    std::string text = entry.mark + without_secrets(entry.line);
    if (!text.ends_with('\n')) text += '\n';
    line(entry.mark == '-' ? "31" : entry.mark == '+' ? "32" : "", text);
    if (!ends) out_ += "\\ No newline at end of file\n";
  }
  std::string take() { return std::move(out_); }

 private:
  void line(std::string_view colour, std::string_view text) {
    if (!coloured_ || colour.empty()) {
      out_ += text;
      return;
    }
    text.remove_suffix(1);
    out_.append("\x1b[").append(colour).append("m").append(text).append("\x1b[0m\n");
  }

  bool coloured_;
  std::string out_;
};

}  // namespace

std::string without_secrets(std::string_view line) {
  const std::string lower = sup::to_lower(line);
  const std::size_t word = lower.find("password");
  const std::size_t equals = word == std::string::npos ? word : lower.find('=', word);
  if (equals == std::string::npos || sup::trim(line.substr(equals + 1)).empty())
    return std::string{line};
  const std::size_t end = line.find_last_not_of("\r\n") + 1;
  return std::string{line.substr(0, equals + 1)}.append(hidden).append(line.substr(end));
}

std::string unified_diff(const Document& before, const Document& after, const DiffNames& names,
                         bool coloured) {
  const std::vector<Entry> entries = entries_of(before, after);
  const auto is_change = [](const Entry& entry) { return entry.mark != ' '; };
  Writer out{coloured};
  std::size_t old_line = 0;  // lines before entries[at]
  std::size_t new_line = 0;
  std::size_t at = 0;
  bool any = false;
  for (;;) {
    const auto first =
        std::find_if(entries.begin() + static_cast<std::ptrdiff_t>(at), entries.end(), is_change);
    if (first == entries.end()) return any ? out.take() : std::string{};
    const auto change = static_cast<std::size_t>(first - entries.begin());
    const std::size_t begin = change - std::min(change - at, context);
    old_line += begin - at;
    new_line += begin - at;
    // To the last change that is no more than twice the context behind the one before it.
    std::size_t last = change;
    for (std::size_t i = change; i < entries.size() && i <= last + 2 * context; ++i)
      if (is_change(entries[i])) last = i;
    const std::size_t end = std::min(last + context + 1, entries.size());
    std::size_t old_count = 0;
    std::size_t new_count = 0;
    for (std::size_t i = begin; i < end; ++i) {
      if (entries[i].mark != '+') ++old_count;
      if (entries[i].mark != '-') ++new_count;
    }
    if (!any) {
      out.head('-', names.before);
      out.head('+', names.after);
    }
    any = true;
    out.hunk(old_line, old_count, new_line, new_count);
    for (std::size_t i = begin; i < end; ++i)
      out.entry(entries[i]);
    old_line += old_count;
    new_line += new_count;
    at = end;
  }
}

}  // namespace cpf
