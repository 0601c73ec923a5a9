#pragma once
// A pairwise cover: few rows of values in which any two values of any two factors meet at least
// once. Most mistakes that need more than one condition need two.
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace standin {

/// Row by row the number of each factor's value; `sizes` says how many values each factor has, one
/// at least. The first row is all zeros. The same sizes give the same rows.
std::vector<std::vector<std::size_t>> pairwise_cover(std::span<const std::size_t> sizes);

/// Every fact of the table of switches with the values of one row: `name=value name=value …`, a
/// line for each row.
std::string cover_as_text();

}  // namespace standin
