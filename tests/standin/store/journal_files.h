#pragma once
// The journal directory: files YYYYMMDD.NNN, and what all of them together say.
#include <cstdint>
#include <string>
#include <vector>

#include "base/files.h"
#include "store/journal_record.h"

namespace standin {

/// In the order in which they were written.
std::vector<fs::path> journal_files(const fs::path& directory);
/// The next name of that day, as YYYYMMDD, after those that are there.
std::string next_journal_name(const std::vector<fs::path>& files, const std::string& day);

struct JournalTail {
  std::vector<Change> changes;  ///< those behind the one that was asked for
  std::uint64_t last = 0;       ///< number of the last change of all files that were read
  fs::path file;                ///< the newest
  bool half_written = false;    ///< it ends in a record that is not whole
  std::string gap;              ///< what is missing in between; empty: nothing
};

/// All changes behind `change`, from the file `from` on ("": from the first).
JournalTail read_journal(const fs::path& directory, const std::string& from, std::uint64_t change);
/// The newest file that begins at or before this change; "" when there is none.
std::string journal_file_of(const fs::path& directory, std::uint64_t change);
/// Where in its file a change lies.
std::size_t journal_offset(const fs::path& file, std::uint64_t change);

}  // namespace standin
