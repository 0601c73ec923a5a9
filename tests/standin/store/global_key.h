#pragma once
// The key of a global node: its name and subscripts in one string, so that a node is followed at
// once by all that lies below it. Pure.
#include <string>
#include <string_view>
#include <vector>

namespace standin {

inline constexpr std::size_t longest_key = 511;  ///< as in IRIS, about

/// `name` is without the caret. No part holds a NUL.
std::string global_key(std::string_view name, const std::vector<std::string>& subscripts);
/// `^name(1,"a")`, as people write it.
std::string global_text(std::string_view key);
/// Whether `key` is a descendant of the node `above`.
bool lies_below(std::string_view key, std::string_view above);
/// The keys above, the global itself first; none for a node without subscripts.
std::vector<std::string_view> keys_above(std::string_view key);

}  // namespace standin
