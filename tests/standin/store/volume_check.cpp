// Databases beside the write image journal.
#include "store/volume_check.h"

#include <algorithm>
#include <optional>

#include "store/bytes.h"
#include "store/journal_files.h"

namespace standin {

Checkpoint checkpoint_of(const Volume& volume) {
  if (auto header = read_wij_header(volume)) {
    const std::uint64_t change = header->change;
    return {std::move(*header), change, false};
  }
  Checkpoint rebuilt;
  rebuilt.rebuilt = true;
  rebuilt.header.state = WijState::done;
  std::optional<std::uint64_t> oldest;
  for (const auto& [name, file] : databases_in(volume)) {
    try {
      const std::uint64_t change = Database{page_reader(file)}.header().change;
      rebuilt.header.databases[name] = change;
      rebuilt.header.change = std::max(rebuilt.header.change, change);
      oldest = std::min(oldest.value_or(change), change);
    } catch (const Damage&) {
      rebuilt.header.databases[name] = 0;  // whoever looks at it finds out
    }
  }
  rebuilt.replay_after = oldest.value_or(0);
  rebuilt.header.journal = journal_file_of(volume.journal, rebuilt.replay_after + 1);
  return rebuilt;
}

std::string fault_beside(const WijHeader& header, const std::string& name, const PageReader& read,
                         std::size_t pages) {
  if (std::string fault = database_fault(read, pages); !fault.empty()) return fault;
  const std::uint64_t last = Database{read}.header().change;
  const auto known = header.databases.find(name);
  // One that no pass has touched is not in the write image journal.
  if (known == header.databases.end() ? last <= header.change : last == known->second) return {};
  return "ends with change " + std::to_string(last) +
         ", which the write image journal does not say of it";
}

}  // namespace standin
