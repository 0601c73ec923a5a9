#include "cpfmerge/merge.h"

#include <string_view>

#include "cpfmerge/names.h"

namespace cpf {

std::vector<Change> merge(Document& base, const Document& overlay) {
  std::vector<Change> changes;
  std::string_view section;
  for (const Line& line : overlay.lines()) {
    if (line.kind == LineKind::section) {
      section = line.name();
      if (!is_actions(section)) base.add_section(section);
    } else if (line.kind == LineKind::setting && !section.empty()) {
      // The overlay's own last word, so that a repeated parameter is one change.
      const auto value = overlay.get(section, line.name());
      const Edit edit = base.set(section, line.name(), value.value_or(line.value()));
      if (edit != Edit::unchanged)
        changes.push_back({edit, std::string{section}, std::string{line.name()}});
    }
  }
  return changes;
}

}  // namespace cpf
