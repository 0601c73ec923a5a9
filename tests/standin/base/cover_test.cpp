// The pairwise cover is one, and few rows are enough.
#include "base/cover.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace standin {
namespace {

/// Whether some row has these values of these factors.
bool meet(const std::vector<std::vector<std::size_t>>& rows, std::size_t a, std::size_t x,
          std::size_t b, std::size_t y) {
  return std::any_of(rows.begin(), rows.end(),
                     [&](const auto& row) { return row.at(a) == x && row.at(b) == y; });
}

TEST(Cover, AnyTwoValuesMeet) {
  const std::vector<std::size_t> sizes{3, 2, 2, 3, 1, 2, 4, 2, 2, 3};
  const auto rows = pairwise_cover(sizes);
  for (std::size_t a = 0; a < sizes.size(); ++a)
    for (std::size_t b = a + 1; b < sizes.size(); ++b)
      for (std::size_t x = 0; x < sizes[a]; ++x)
        for (std::size_t y = 0; y < sizes[b]; ++y)
          EXPECT_TRUE(meet(rows, a, x, b, y)) << a << "=" << x << ", " << b << "=" << y;
}

TEST(Cover, ItsFirstRowIsTheDefaults) {
  const std::vector<std::size_t> sizes{2, 3, 2};
  EXPECT_EQ(pairwise_cover(sizes).front(), (std::vector<std::size_t>{0, 0, 0}));
}

TEST(Cover, FewRowsAreEnough) {
  const std::vector<std::size_t> sizes(40, 2);
  EXPECT_LE(pairwise_cover(sizes).size(), 14U);  // all combinations would be 2^40
}

TEST(Cover, EveryFactHasEachOfItsValuesInIt) {
  const std::string text = cover_as_text();
  EXPECT_NE(text.find("profile=2020.1 "), std::string::npos);
  EXPECT_NE(text.find(" stale_shm=up "), std::string::npos);
  EXPECT_EQ(text.find("start_ms"), std::string::npos);
}

}  // namespace
}  // namespace standin
