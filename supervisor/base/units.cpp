#include "supervisor/base/units.h"

#include <charconv>

namespace sup {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t factor;
};

constexpr std::array<Unit, 5> time_units{{{"d", hours(24)},
                                          {"h", hours(1)},
                                          {"m", minutes(1)},
                                          {"s", seconds(1)},
                                          {"ms", milliseconds(1)}}};
constexpr std::array<Unit, 4> size_units{
    {{"Gi", 1LL << 30}, {"Mi", 1LL << 20}, {"Ki", 1 << 10}, {"", 1}}};

template <std::size_t N>
std::optional<std::int64_t> parse_with_unit(std::string_view text,
                                            const std::array<Unit, N>& units) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = parse_number(text.substr(0, digits));
  if (!number) return std::nullopt;
  for (const Unit& unit : units) {
    if (text.substr(digits) != unit.name) continue;
    if (*number > INT64_MAX / unit.factor) return std::nullopt;
    return *number * unit.factor;
  }
  return std::nullopt;
}

/// `tens` and `ones` of a number below 100, as in 3m05s.
void append_two_digits(FixedText<32>& out, std::int64_t n) {
  if (n < 10) out.append('0');
  out.append_number(n);
}

}  // namespace

std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t value = 0;
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<Nanos> parse_duration(std::string_view text) {
  if (text == "0") return 0;
  return parse_with_unit(text, time_units);
}

std::optional<std::int64_t> parse_size(std::string_view text) {
  return parse_with_unit(text, size_units);
}

FixedText<32> format_duration(Nanos duration) {
  FixedText<32> out;
  if (duration == 0) return FixedText<32>{"0s"};
  for (const Unit& unit : time_units) {
    if (duration % unit.factor != 0) continue;
    return out.append_number(duration / unit.factor).append(unit.name);
  }
  return out.append_number(duration / milliseconds(1)).append("ms");
}

FixedText<32> describe_duration(Nanos duration) {
  FixedText<32> out;
  if (duration < 0) out.append('-');
  const Nanos length = duration < 0 ? -duration : duration;
  const std::int64_t ms = length / milliseconds(1);
  const std::int64_t s = length / seconds(1);
  if (s < 1) return out.append_number(ms).append("ms");
  if (s < 60) return out.append_number(s).append('.').append_number(ms % 1000 / 100).append('s');
  if (s < 3600) {
    out.append_number(s / 60).append('m');
    append_two_digits(out, s % 60);
    return out.append('s');
  }
  out.append_number(s / 3600).append('h');
  append_two_digits(out, s / 60 % 60);
  return out.append('m');
}

}  // namespace sup
