#include "cpfmerge/model.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "supervisor/base/text.h"

namespace cpf {
namespace {

constexpr std::size_t longest_name = 64;  // a longer one is near to none

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// `12.5` is 1250; more than two digits behind the point are cut.
std::optional<std::int64_t> hundredths(std::string_view text) {
  const std::size_t point = text.find('.');
  std::string digits{text.substr(0, point)};
  std::string fraction{point == std::string_view::npos ? "" : text.substr(point + 1)};
  if (digits.empty()) digits = "0";
  if (fraction.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
  fraction.resize(2, '0');
  return whole_number(digits + fraction);
}

bool is_one_of(std::string_view words, std::string_view value) {
  const auto all = sup::split(words, '|');
  return std::any_of(all.begin(), all.end(), [value](std::string_view word) {
    return !word.empty() && sup::equal_ignoring_case(word, value);
  });
}

bool in_range(const Parameter& parameter, std::optional<std::int64_t> number) {
  return number && *number >= parameter.min && *number <= parameter.max;
}

/// "6", "1|6", "1-9"
bool is_count(std::string_view counts, std::size_t count) {
  const std::size_t dash = counts.find('-');
  const auto n = static_cast<std::int64_t>(count);
  if (dash == std::string_view::npos) return is_one_of(counts, std::to_string(count));
  return n >= whole_number(counts.substr(0, dash)) && n <= whole_number(counts.substr(dash + 1));
}

bool all_are(std::string_view value, const auto& is_good) {
  const auto parts = sup::split(value, ',');
  return std::all_of(parts.begin(), parts.end(),
                     [&](std::string_view part) { return is_good(sup::trim(part)); });
}

std::string words_of(std::string_view words) {
  std::string out{words};
  for (std::size_t at = out.find('|'); at != std::string::npos; at = out.find('|', at))
    out.replace(at, 1, ", ");
  return out;
}

std::string range_of(const Parameter& parameter) {
  const bool whole = parameter.type != Type::decimal;
  const auto shown = [whole](std::int64_t number) {
    return whole ? std::to_string(number) : fmt::format("{}.{:02}", number / 100, number % 100);
  };
  if (parameter.max == INT64_MAX) return shown(parameter.min) + " or more";
  return shown(parameter.min) + " to " + shown(parameter.max);
}

}  // namespace

std::string_view describe(Origin origin) {
  switch (origin) {
    case Origin::reference:
      return "Configuration Parameter File Reference, 2025.3";
    case Origin::recorded_2020:
      return "iris.cpf of a 2020.4 container";
    case Origin::recorded_2025:
      return "sample iris.cpf of 2025.3";
  }
  return "";
}

const Parameter* find_parameter(const SectionModel& section, std::string_view name) {
  const auto found = std::find_if(
      section.parameters.begin(), section.parameters.end(),
      [name](const Parameter& known) { return sup::equal_ignoring_case(known.name, name); });
  return found == section.parameters.end() ? nullptr : &*found;
}

std::string_view nearest_section(std::string_view name) {
  if (name.size() > longest_name) return {};
  std::vector<std::string_view> names;
  for (const SectionModel& section : all_sections())
    if (!section.name.ends_with('.')) names.push_back(section.name);
  return sup::nearest(name, names);
}

std::string_view nearest_parameter(const SectionModel& section, std::string_view name) {
  if (name.size() > longest_name) return {};
  std::vector<std::string_view> names;
  for (const Parameter& known : section.parameters)
    names.push_back(known.name);
  return sup::nearest(name, names);
}

std::string expected_value(const Parameter& parameter) {
  const std::string unit = parameter.unit.empty() ? "" : fmt::format(" ({})", parameter.unit);
  const std::string also =
      parameter.also.empty() ? "" : fmt::format(", or {}", words_of(parameter.also));
  switch (parameter.type) {
    case Type::text:
      return parameter.max == 0 ? "" : fmt::format("at most {} bytes", parameter.max);
    case Type::flag:
      return "0 or 1";
    case Type::integer:
      return fmt::format("a whole number, {}{}{}", range_of(parameter), unit, also);
    case Type::decimal:
      return fmt::format("a number, {}{}", range_of(parameter), unit);
    case Type::integers: {
      const bool one_or = parameter.counts.find('|') != std::string_view::npos;
      return fmt::format(
          "{} whole number(s) between commas, each {}{}",
          one_or ? fmt::format("{}", words_of(parameter.counts)) : std::string{parameter.counts},
          range_of(parameter), unit);
    }
    case Type::choice:
      return "one of " + words_of(parameter.also);
    case Type::choices:
      return "one or more, between commas, of " + words_of(parameter.also);
    case Type::password:
      break;
  }
  return {};
}

bool is_fine(const Parameter& parameter, std::string_view value) {
  if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"'))
    value = value.substr(1, value.size() - 2);
  value = sup::trim(value);
  if (value.empty()) return true;
  const auto is_good = [&](std::string_view part) {
    return in_range(parameter, whole_number(part));
  };
  switch (parameter.type) {
    case Type::text:
      return parameter.max == 0 || static_cast<std::int64_t>(value.size()) <= parameter.max;
    case Type::flag:
      return is_good(value);
    case Type::integer:
      return is_good(value) || is_one_of(parameter.also, value);
    case Type::decimal:
      return in_range(parameter, hundredths(value));
    case Type::integers:
      return is_count(parameter.counts, sup::split(value, ',').size()) && all_are(value, is_good);
    case Type::choice:
      return is_one_of(parameter.also, value);
    case Type::choices:
      return all_are(value, [&](std::string_view part) { return is_one_of(parameter.also, part); });
    case Type::password:
      break;
  }
  return true;
}

}  // namespace cpf
