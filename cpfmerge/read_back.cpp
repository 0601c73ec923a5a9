#include "cpfmerge/read_back.h"

#include <fmt/core.h>

#include <optional>
#include <set>
#include <string_view>

#include "cpfmerge/model.h"
#include "cpfmerge/names.h"
#include "supervisor/base/text.h"

namespace cpf {
namespace {

/// What counts of a value: quotes around all of it do not, nor does a slash behind a directory,
/// which IRIS adds.
std::string_view core_of(std::string_view value) {
  value = sup::trim(value);
  if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"'))
    value = value.substr(1, value.size() - 2);
  if (value.size() > 1 && value.starts_with('/') && value.ends_with('/')) value.remove_suffix(1);
  return value;
}

bool is_same(std::optional<std::string_view> a, std::string_view b) {
  return a && core_of(*a) == core_of(b);
}

/// Each parameter once, with the value that counts.
template <class Visit>
void for_each_parameter(const Document& document, Visit visit) {
  std::string_view section;
  std::set<std::string> seen;
  for (const Line& line : document.lines()) {
    if (line.kind == LineKind::section) section = line.name();
    if (line.kind != LineKind::setting || section.empty()) continue;
    if (!seen.insert(section_id(section) + '\n' + key_id(section, line.name())).second) continue;
    visit(section, line.name(), document.get(section, line.name()).value_or(""));
  }
}

}  // namespace

std::vector<ReadParameter> read_back(const Document& wanted, const Document& active,
                                     const Document* started) {
  std::vector<ReadParameter> all;
  for_each_parameter(wanted, [&](std::string_view section, std::string_view name,
                                 std::string_view value) {
    const SectionModel* const model = find_section(section);
    const Parameter* const known = model == nullptr ? nullptr : find_parameter(*model, name);
    const auto found = active.get(section, name);
    ReadParameter read{std::string{section}, std::string{name}, ReadState::in_cpf, {}, {}};
    if (known != nullptr && known->type != Type::text && known->type != Type::password) {
      read.wanted = printable(value);
      read.found = printable(found.value_or(""));
    }
    const bool needs_restart = known != nullptr && known->restart == Restart::needed;
    if (!is_same(found, value))
      read.state = ReadState::differs;
    else if (needs_restart && started != nullptr && !is_same(started->get(section, name), value))
      read.state = ReadState::next_start;
    all.push_back(std::move(read));
  });
  return all;
}

std::vector<std::string> changed_parameters(const Document& before, const Document& after) {
  std::vector<std::string> changed;
  for_each_parameter(
      after, [&](std::string_view section, std::string_view name, std::string_view value) {
        if (before.get(section, name) != value)
          changed.push_back(fmt::format("[{}] {}", printable(section), printable(name)));
      });
  return changed;
}

}  // namespace cpf
