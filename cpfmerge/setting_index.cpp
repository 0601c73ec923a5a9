#include "cpfmerge/setting_index.h"

#include <utility>

#include "supervisor/base/text.h"

namespace cpf {
namespace {

constexpr std::size_t smallest = 64;

/// FNV-1a over the name in lower case.
std::uint32_t hash_of(std::uint32_t section, std::string_view name) {
  constexpr std::uint32_t prime = 16777619U;
  std::uint32_t hash = (2166136261U ^ section) * prime;
  for (const char c : name) {
    const bool upper = c >= 'A' && c <= 'Z';
    hash = (hash ^ static_cast<unsigned char>(upper ? c - 'A' + 'a' : c)) * prime;
  }
  return hash ^ (hash >> 15U);
}

}  // namespace

std::size_t SettingIndex::slot_of(const std::vector<Line>& lines, std::uint32_t section,
                                  std::string_view name, bool case_matters,
                                  std::uint32_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = hash & mask;; at = (at + 1) & mask) {
    const Slot& slot = slots_[at];
    if (slot.line == none) return at;
    if (slot.hash != hash || lines[slot.line].section != section) continue;
    const std::string_view known = lines[slot.line].name();
    if (case_matters ? known == name : sup::equal_ignoring_case(known, name)) return at;
  }
}

std::uint32_t SettingIndex::find(const std::vector<Line>& lines, std::uint32_t section,
                                 std::string_view name, bool case_matters) const {
  if (slots_.empty()) return none;
  return slots_[slot_of(lines, section, name, case_matters, hash_of(section, name))].line;
}

void SettingIndex::put(const std::vector<Line>& lines, std::uint32_t line, bool case_matters) {
  if (used_ * 4 >= slots_.size() * 3) grow();
  const std::uint32_t section = lines[line].section;
  const std::string_view name = lines[line].name();
  const std::uint32_t hash = hash_of(section, name);
  Slot& slot = slots_[slot_of(lines, section, name, case_matters, hash)];
  if (slot.line == none) ++used_;
  slot = {hash, line};
}

void SettingIndex::grow() {
  const std::vector<Slot> old =
      std::exchange(slots_, std::vector<Slot>(slots_.empty() ? smallest : slots_.size() * 2));
  const std::size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.line == none) continue;
    std::size_t at = slot.hash & mask;
    while (slots_[at].line != none)
      at = (at + 1) & mask;
    slots_[at] = slot;
  }
}

}  // namespace cpf
