#pragma once
// The data: journal files that every change goes to first, with fsync; databases (IRIS.DAT) that
// only the write daemon changes; and the write image journal (IRIS.WIJ), which says how far the
// databases are and whether the last stop was clean.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "instance.h"

namespace standin {

struct Wij {
  bool clean = true;
  std::int64_t passes = 0;  ///< of the write daemon that changed a database
  std::string journal;      ///< file name up to which, and offset
  std::uint64_t offset = 0;
};

std::optional<Wij> read_wij(const Instance& instance);
bool write_wij(const Instance& instance, const Wij& wij);

/// The newest journal file; empty when there is none.
fs::path current_journal(const Instance& instance);
/// Starts a new one, YYYYMMDD.NNN, and lists it in journal.log. Empty on failure.
fs::path switch_journal(const Instance& instance);

/// The directory of the database behind a namespace, or empty.
fs::path database_of(const Instance& instance, std::string_view name_space);
/// A file IRIS.DAT that holds nothing, in a directory that is there.
bool create_database(const fs::path& directory);
/// Journals `^name=value` for a namespace; on disk when true.
bool journal_set(const Instance& instance, std::string_view name_space, std::string_view change);
/// Brings the databases up to the journal's end, the write image journal first. Records written.
std::int64_t apply_journal(const Instance& instance);

}  // namespace standin
