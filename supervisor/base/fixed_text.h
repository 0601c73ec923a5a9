#pragma once
// FixedText<N>: text in a fixed array, for code that may not use the heap. What does not fit is cut
// and remembered as cut; the text always ends in a NUL that c_str() shows.
#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace sup {

/// The digits of `value`, in `room`. Apart, so that it is compiled once and not for each length.
std::string_view digits_of(long long value, int base, std::array<char, 24>& room);

template <std::size_t N>
class FixedText {
 public:
  static_assert(N >= 2);
  // The array is not filled with zeros: a text on the stack, or in PID 1's static memory, costs the
  // pages that it uses and no more.
  constexpr FixedText() { data_[0] = '\0'; }
  constexpr explicit FixedText(std::string_view text) : FixedText{} { append(text); }

  constexpr FixedText& append(std::string_view text) {
    const std::size_t room = N - 1 - size_;
    const std::size_t n = std::min(room, text.size());
    std::copy_n(text.data(), n, data_.data() + size_);
    size_ += n;
    data_[size_] = '\0';
    cut_ = cut_ || n < text.size();
    return *this;
  }
  constexpr FixedText& append(char c) { return append(std::string_view{&c, 1}); }
  FixedText& append_number(long long value, int base = 10) {
    std::array<char, 24> room{};
    return append(digits_of(value, base, room));
  }
  constexpr void clear() {
    size_ = 0;
    cut_ = false;
    data_[0] = '\0';
  }

  [[nodiscard]] constexpr std::string_view view() const { return {data_.data(), size_}; }
  [[nodiscard]] constexpr const char* c_str() const { return data_.data(); }
  [[nodiscard]] constexpr std::size_t size() const { return size_; }
  [[nodiscard]] constexpr bool empty() const { return size_ == 0; }
  /// True when something did not fit since the last clear().
  [[nodiscard]] constexpr bool cut() const { return cut_; }

 private:
  std::size_t size_ = 0;
  bool cut_ = false;
  std::array<char, N> data_;
};

}  // namespace sup
