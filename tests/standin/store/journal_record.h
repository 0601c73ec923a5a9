#pragma once
// Journal files as bytes: a header, then records, each with length, checksum and the number of its
// change. Pure.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace standin {

enum class ChangeKind : std::uint32_t { set = 1, kill = 2, marker = 3 };

/// One change of a database. The numbers of an instance's changes have no gap.
struct Change {
  std::uint64_t number = 0;
  ChangeKind kind = ChangeKind::set;
  std::string database;  ///< its directory, below the data directory or absolute; of a marker: ""
  std::string key;       ///< as in global_key.h
  std::string value;     ///< of a marker: its text

  bool operator==(const Change&) const = default;
};

std::string journal_header(std::uint64_t first_number);
std::string journal_record(const Change& change);

/// What a journal file holds up to its end or to the first record that is not whole.
struct JournalText {
  std::optional<std::uint64_t> first_number;  ///< none: even the header is not whole
  std::vector<Change> changes;
  std::vector<std::size_t> offsets;  ///< of each change
  std::size_t whole = 0;             ///< bytes that are good; the rest was being written
};

JournalText parse_journal(std::string_view bytes);

}  // namespace standin
