// Journal, databases and write image journal.
#include "store.h"

#include <algorithm>
#include <map>
#include <vector>

#include "clock.h"
#include "text.h"

namespace standin {
namespace {

std::vector<fs::path> journals(const Instance& instance) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator at{instance.journal_directory(), error}, end; at != end && !error;
       at.increment(error))
    if (at->path().filename().string().size() == 12) files.push_back(at->path());
  std::sort(files.begin(), files.end());
  return files;
}

/// The next number of today.
std::string next_journal_name(const fs::path& current) {
  const std::string day = journal_day();
  const std::string last = current.filename().string();
  const auto number = last.starts_with(day) ? to_number(last.substr(9)).value_or(0) : 0;
  const std::string digits = std::to_string(number + 1);
  return day + "." + std::string(3 - std::min<std::size_t>(3, digits.size()), '0') + digits;
}

/// What is to be written to each database, and where the journal ends.
struct Pending {
  std::map<fs::path, std::string> changes;
  std::int64_t records = 0;
  Wij after;
};

/// A record is `namespace TAB change LF`; one without LF is still being written.
void collect_records(const Instance& instance, std::string_view text, Pending& pending) {
  std::size_t end = text.find('\n');
  while (end != std::string_view::npos) {
    const std::string_view record = text.substr(0, end);
    const std::size_t tab = std::min(record.find('\t'), record.size() - 1);
    const fs::path directory = database_of(instance, record.substr(0, tab));
    if (!directory.empty()) {
      pending.changes[directory / "IRIS.DAT"].append(record.substr(tab + 1)).append("\n");
      ++pending.records;
    }
    pending.after.offset += end + 1;
    text.remove_prefix(end + 1);
    end = text.find('\n');
  }
}

Pending pending_changes(const Instance& instance) {
  Pending pending;
  pending.after = read_wij(instance).value_or(Wij{});
  for (const fs::path& file : journals(instance)) {
    const std::string name = file.filename().string();
    if (name < pending.after.journal) continue;
    if (name != pending.after.journal) {
      pending.after.journal = name;
      pending.after.offset = 0;
    }
    const auto text = read_file(file);
    if (text && text->size() > pending.after.offset)
      collect_records(instance, std::string_view{*text}.substr(pending.after.offset), pending);
  }
  return pending;
}

}  // namespace

std::optional<Wij> read_wij(const Instance& instance) {
  const auto text = read_file(instance.wij());
  if (!text) return std::nullopt;
  Wij wij;
  for (const std::string_view line : lines_of(*text)) {
    const std::vector<std::string> words = words_of(line);
    if (words.size() < 2) continue;
    if (words[0] == "state") wij.clean = words[1] == "clean";
    if (words[0] == "passes") wij.passes = to_number(words[1]).value_or(0);
    if (words[0] != "journal") continue;
    wij.journal = words[1];
    wij.offset = static_cast<std::uint64_t>(to_number(words.back()).value_or(0));
  }
  return wij;
}

bool write_wij(const Instance& instance, const Wij& wij) {
  std::string text = "standin-wij 1\nstate ";
  text.append(wij.clean ? "clean" : "active").append("\npasses ");
  text.append(std::to_string(wij.passes)).append("\n");
  if (!wij.journal.empty())
    text.append("journal " + wij.journal + " " + std::to_string(wij.offset) + "\n");
  return write_file(instance.wij(), text);
}

fs::path current_journal(const Instance& instance) {
  const std::vector<fs::path> files = journals(instance);
  return files.empty() ? fs::path{} : files.back();
}

fs::path switch_journal(const Instance& instance) {
  const fs::path directory = instance.journal_directory();
  std::error_code error;
  fs::create_directories(directory, error);
  fs::path file = directory / next_journal_name(current_journal(instance));
  if (!append_file(file, "", Append::create_and_sync)) return {};
  append_file(instance.mgr() / "journal.log", file.string() + "\n", Append::create);
  return file;
}

fs::path database_of(const Instance& instance, std::string_view name_space) {
  const Cpf cpf = instance.cpf();
  const std::string database = cpf.get_or("Namespaces", name_space, "");
  const std::string entry = cpf.get_or("Databases", split(database, ',').front(), "");
  return entry.substr(0, entry.find(','));
}

bool create_database(const fs::path& directory) {
  return write_file(directory / "IRIS.DAT", "standin-database 1\n");
}

bool journal_set(const Instance& instance, std::string_view name_space, std::string_view change) {
  const fs::path file = current_journal(instance);
  std::string record{name_space};
  record.append("\t").append(change).append("\n");
  return !file.empty() && append_file(file, record, Append::create_and_sync);
}

std::int64_t apply_journal(const Instance& instance) {
  Pending pending = pending_changes(instance);
  if (pending.records == 0) return 0;
  Wij before = read_wij(instance).value_or(Wij{});
  before.clean = false;
  write_wij(instance, before);
  for (const auto& [database, changes] : pending.changes)
    append_file(database, changes, Append::create_and_sync);
  pending.after.clean = false;
  ++pending.after.passes;
  write_wij(instance, pending.after);
  return pending.records;
}

}  // namespace standin
