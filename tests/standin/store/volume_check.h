#pragma once
// What databases are worth beside the write image journal, and what stands in for one that is
// missing: recovery and the checker have to agree about both.
#include <string>

#include "store/volume.h"

namespace standin {

/// How far databases and journal have to be brought together.
struct Checkpoint {
  WijHeader header;
  /// Changes up to here are in every database.
  std::uint64_t replay_after = 0;
  bool rebuilt = false;  ///< the write image journal is missing or damaged
};

/// Without a write image journal, by what each database says of itself. A crash inside of a pass
/// may have left one that is older than the others: the journal is replayed from there.
Checkpoint checkpoint_of(const Volume& volume);

/// What is wrong with a database of so many pages; empty: it is whole, and as the write image
/// journal has it. Throws Damage.
std::string fault_beside(const WijHeader& header, const std::string& name, const PageReader& read,
                         std::size_t pages);

}  // namespace standin
