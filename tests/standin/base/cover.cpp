// Pairwise covers, made greedily: a row takes, factor by factor, the value that meets most of what
// has not met yet; of several such rows, made in different orders of factors, the best is kept.
#include "base/cover.h"

#include <algorithm>
#include <numeric>
#include <random>
#include <set>
#include <utility>

#include "base/switches.h"

namespace standin {
namespace {

using Row = std::vector<std::size_t>;

/// A value of a factor.
using Cell = std::pair<std::size_t, std::size_t>;

constexpr int tries_for_a_row = 50;
constexpr std::size_t undecided = ~std::size_t{0};

class Cover {
 public:
  explicit Cover(std::span<const std::size_t> sizes) : sizes_{sizes.begin(), sizes.end()} {
    for (std::size_t a = 0; a < sizes_.size(); ++a)
      for (std::size_t b = a + 1; b < sizes_.size(); ++b)
        for (std::size_t x = 0; x < sizes_[a]; ++x)
          for (std::size_t y = 0; y < sizes_[b]; ++y)
            open_.insert({Cell{a, x}, Cell{b, y}});
  }

  std::vector<Row> rows() {
    std::vector<Row> rows;
    take(rows, Row(sizes_.size(), 0));
    while (!open_.empty())
      take(rows, best_row());
    return rows;
  }

 private:
  void take(std::vector<Row>& rows, Row row) {
    for (std::size_t a = 0; a < row.size(); ++a)
      for (std::size_t b = a + 1; b < row.size(); ++b)
        open_.erase({Cell{a, row[a]}, Cell{b, row[b]}});
    rows.push_back(std::move(row));
  }

  [[nodiscard]] Row best_row() {
    Row best;
    std::size_t most = 0;
    std::vector<std::size_t> order(sizes_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    for (int i = 0; i < tries_for_a_row; ++i) {
      for (std::size_t at = order.size(); at > 1; --at)
        std::swap(order[at - 1], order[random_() % at]);
      Row row = row_in(order);
      const std::size_t meets = meetings_in(row);
      if (meets > most) best = std::move(row);
      most = std::max(most, meets);
    }
    return best;
  }

  /// A pair that has not met is always in it, so that rows come to an end.
  [[nodiscard]] Row row_in(const std::vector<std::size_t>& order) const {
    Row row(sizes_.size(), undecided);
    const auto& [first, second] = *open_.begin();
    row[first.first] = first.second;
    row[second.first] = second.second;
    for (const std::size_t factor : order)
      if (row[factor] == undecided) row[factor] = best_value(row, factor);
    return row;
  }

  [[nodiscard]] std::size_t meetings_in(const Row& row) const {
    std::size_t count = 0;
    for (std::size_t factor = 0; factor < row.size(); ++factor)
      count += new_meetings(row, {factor, row[factor]});
    return count;
  }

  [[nodiscard]] std::size_t best_value(const Row& row, std::size_t factor) const {
    std::size_t best = 0;
    std::size_t most = 0;
    for (std::size_t value = 0; value < sizes_[factor]; ++value) {
      const std::size_t meets = new_meetings(row, {factor, value});
      if (meets > most) best = value;
      most = std::max(most, meets);
    }
    return best;
  }

  [[nodiscard]] std::size_t new_meetings(const Row& row, Cell cell) const {
    std::size_t count = 0;
    for (std::size_t other = 0; other < row.size(); ++other) {
      if (row[other] == undecided || other == cell.first) continue;
      const Cell there{other, row[other]};
      count += open_.count(std::minmax(cell, there));
    }
    return count;
  }

  Row sizes_;
  std::minstd_rand random_{1};  // the same numbers everywhere: rows can be named by their place
  std::set<std::pair<Cell, Cell>> open_;
};

}  // namespace

std::vector<std::vector<std::size_t>> pairwise_cover(std::span<const std::size_t> sizes) {
  return Cover{sizes}.rows();
}

std::string cover_as_text() {
  std::vector<const Switch*> facts;
  std::vector<std::size_t> sizes;
  for (const Switch& one : all_switches()) {
    if (one.kind != SwitchKind::fact) continue;
    facts.push_back(&one);
    sizes.push_back(one.all_values().size());
  }
  std::string text;
  for (const auto& row : pairwise_cover(sizes)) {
    for (std::size_t i = 0; i < row.size(); ++i)
      text.append(i == 0 ? "" : " ")
          .append(facts[i]->name)
          .append("=")
          .append(facts[i]->all_values().at(row[i]));
    text += "\n";
  }
  return text;
}

}  // namespace standin
