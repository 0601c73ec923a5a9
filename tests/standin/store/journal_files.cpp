// Listing and reading journal files.
#include "store/journal_files.h"

#include <fcntl.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.h"
#include "store/bytes.h"

namespace standin {
namespace {

using DayAndNumber = std::pair<std::int64_t, std::int64_t>;

/// By number, not by letters: .1000 comes after .999.
std::optional<DayAndNumber> order_of(const std::string& name) {
  const auto parts = split(name, '.');
  if (parts.size() != 2 || parts[0].size() != 8 || parts[1].size() < 3) return std::nullopt;
  const auto day = to_number(parts[0]);
  const auto number = to_number(parts[1]);
  if (!day || !number) return std::nullopt;
  return DayAndNumber{*day, *number};
}

/// The first number of a file without reading all of it.
std::optional<std::uint64_t> first_number_of(const fs::path& file) {
  const UniqueFd fd{::open(file.c_str(), O_RDONLY | O_CLOEXEC)};
  std::string head(journal_header(0).size(), '\0');
  if (!fd || ::read(fd.get(), head.data(), head.size()) != static_cast<ssize_t>(head.size()))
    return std::nullopt;
  return parse_journal(head).first_number;
}

}  // namespace

std::vector<fs::path> journal_files(const fs::path& directory) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator at{directory, error}, end; at != end && !error; at.increment(error))
    if (order_of(at->path().filename().string())) files.push_back(at->path());
  std::sort(files.begin(), files.end(), [](const fs::path& a, const fs::path& b) {
    return order_of(a.filename().string()) < order_of(b.filename().string());
  });
  return files;
}

std::string next_journal_name(const std::vector<fs::path>& files, const std::string& day) {
  std::int64_t number = 0;
  // A clock that went back must not bring back a name: the order of names is that of writing.
  std::int64_t date = to_number(day).value_or(0);
  if (!files.empty()) {
    const DayAndNumber last = order_of(files.back().filename().string()).value_or(DayAndNumber{});
    date = std::max(date, last.first);
    if (date == last.first) number = last.second;
  }
  const std::string digits = std::to_string(number + 1);
  return std::to_string(date) + "." +
         std::string(3 - std::min<std::size_t>(3, digits.size()), '0') + digits;
}

JournalTail read_journal(const fs::path& directory, const std::string& from, std::uint64_t change) {
  JournalTail tail;
  tail.last = change;
  const auto first = order_of(from);
  bool begun = false;
  for (const fs::path& path : journal_files(directory)) {
    if (first && order_of(path.filename().string()) < first) continue;
    const JournalText text = parse_journal(read_file(path).value_or(""));
    tail.file = path;
    tail.half_written = text.whole != fs::file_size(path);
    // A crash may leave a file without a whole header: nothing is in it.
    if (!text.first_number) continue;
    const std::uint64_t end = *text.first_number + text.changes.size();  // one behind its last
    if (begun ? *text.first_number != tail.last + 1 : *text.first_number > change + 1) {
      tail.gap = path.filename().string() + " begins with change " +
                 std::to_string(*text.first_number) + ", the one before ends with " +
                 std::to_string(tail.last);
      return tail;
    }
    begun = true;
    tail.last = end - 1;
    for (const Change& one : text.changes)
      if (one.number > change) tail.changes.push_back(one);
  }
  return tail;
}

std::string journal_file_of(const fs::path& directory, std::uint64_t change) {
  const auto files = journal_files(directory);
  for (auto file = files.rbegin(); file != files.rend(); ++file)
    if (const auto first = first_number_of(*file); first && *first <= change)
      return file->filename().string();
  return {};
}

std::size_t journal_offset(const fs::path& file, std::uint64_t change) {
  const JournalText text = parse_journal(read_file(file).value_or(""));
  for (std::size_t i = 0; i < text.changes.size(); ++i)
    if (text.changes[i].number == change) return text.offsets[i];
  return 0;
}

}  // namespace standin
