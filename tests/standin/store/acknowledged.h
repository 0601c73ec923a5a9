#pragma once
// Changes that were acknowledged to somebody, as lines of text, against what a database holds.
// Pure.
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/journal_record.h"

namespace standin {

using Nodes = std::map<std::pair<std::string, std::string>, std::string>;  ///< database, key

/// Of lines `NUMBER MS DATABASE set ^a(1)="x"` or `… kill ^a(1)`, in any order; a last line without
/// its end is left out, as its writer was killed. Throws Damage for any other line.
std::vector<Change> parse_acknowledged(std::string_view text);

struct Missing {
  std::size_t acknowledged = 0;        ///< changes that no later one undid
  std::vector<std::uint64_t> numbers;  ///< of those that are not there, ascending
  bool hole = false;                   ///< a later one is there
};
Missing missing_of(std::vector<Change> acknowledged, const Nodes& nodes);
/// `0`, `3 (tail: 8 to 10)` or `3 (hole: 5 to 10)`.
std::string missing_text(const Missing& missing);

}  // namespace standin
