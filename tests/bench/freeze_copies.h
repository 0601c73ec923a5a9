#pragma once
// Copies of the data under full write load, inside freezes that are broken now and then, and
// without.

namespace bench {

/// 0: no copy was said to be application-consistent that is not, and no broken window held.
int copies(int count, unsigned seed);

}  // namespace bench
