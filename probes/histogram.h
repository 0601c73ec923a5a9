#pragma once
// Histogram: how long something took, counted in fixed buckets, as Prometheus wants it.
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace probes {

class Histogram {
 public:
  static constexpr std::size_t most_bounds = 12;

  /// `bounds`: upper bounds in seconds, ascending, at most most_bounds; they must outlive this.
  explicit constexpr Histogram(std::span<const double> bounds) : bounds_{bounds} {}

  void observe(double seconds);

  [[nodiscard]] std::span<const double> bounds() const { return bounds_; }
  /// How many were at most bounds()[i].
  [[nodiscard]] std::uint64_t up_to(std::size_t i) const;
  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] double sum() const { return sum_; }

 private:
  std::span<const double> bounds_;
  std::array<std::uint64_t, most_bounds> in_bucket_{};
  std::uint64_t count_ = 0;
  double sum_ = 0;
};

/// Of an `iris qlist`: a healthy one takes tens of milliseconds, the deadline is 5 s.
inline constexpr std::array<double, 11> qlist_bounds{0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
                                                     0.5,   1,    2.5,   5,    10};
/// Of a freeze: snapshots are cut in seconds, the longest lease is 540 s.
inline constexpr std::array<double, 8> freeze_bounds{1, 5, 10, 30, 60, 120, 300, 600};

}  // namespace probes
