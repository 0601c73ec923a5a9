#pragma once
// SettingIndex: from a section and a parameter's name to the line where its last value stands. A
// hash table of line numbers, 8 bytes a slot: the names are those in the lines. Names are equal
// without regard to case, except where `case_matters` (see names.h).
#include <cstdint>
#include <string_view>
#include <vector>

#include "cpfmerge/line.h"

namespace cpf {

class SettingIndex {
 public:
  static constexpr std::uint32_t none = UINT32_MAX;

  [[nodiscard]] std::uint32_t find(const std::vector<Line>& lines, std::uint32_t section,
                                   std::string_view name, bool case_matters) const;
  /// lines[line] from now on stands for its parameter.
  void put(const std::vector<Line>& lines, std::uint32_t line, bool case_matters);

 private:
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t line = none;
  };
  [[nodiscard]] std::size_t slot_of(const std::vector<Line>& lines, std::uint32_t section,
                                    std::string_view name, bool case_matters,
                                    std::uint32_t hash) const;
  void grow();

  std::vector<Slot> slots_;
  std::size_t used_ = 0;
};

}  // namespace cpf
