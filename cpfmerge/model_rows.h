#pragma once
// The words in which model_*.cpp writes its rows, so that a row says what is special about it.
#include "cpfmerge/model.h"

namespace cpf::rows {

constexpr std::int64_t no_limit = INT64_MAX;

constexpr Parameter text(std::string_view name, std::int64_t most_bytes = 0) {
  return {.name = name, .max = most_bytes};
}
constexpr Parameter flag(std::string_view name) {
  return {.name = name, .type = Type::flag, .max = 1};
}
/// `also`: values outside of the range that are fine, too.
constexpr Parameter integer(std::string_view name, std::int64_t min, std::int64_t max,
                            std::string_view unit = {}, std::string_view also = {}) {
  return {.name = name, .type = Type::integer, .min = min, .max = max, .also = also, .unit = unit};
}
constexpr Parameter port(std::string_view name) {
  return integer(name, 1, 65535);
}
constexpr Parameter decimal(std::string_view name, std::int64_t min_hundredths,
                            std::int64_t max_hundredths, std::string_view unit) {
  return {.name = name,
          .type = Type::decimal,
          .min = min_hundredths,
          .max = max_hundredths,
          .unit = unit};
}
constexpr Parameter integers(std::string_view name, std::string_view counts, std::int64_t max,
                             std::string_view unit = {}) {
  return {.name = name, .type = Type::integers, .max = max, .counts = counts, .unit = unit};
}
constexpr Parameter choice(std::string_view name, std::string_view values) {
  return {.name = name, .type = Type::choice, .also = values};
}
constexpr Parameter choices(std::string_view name, std::string_view values) {
  return {.name = name, .type = Type::choices, .also = values};
}

constexpr Parameter restarts(Parameter parameter) {
  parameter.restart = Restart::needed;
  return parameter;
}
constexpr Parameter at_once(Parameter parameter) {
  parameter.restart = Restart::not_needed;
  return parameter;
}
/// Known by name alone, from a real file.
constexpr Parameter seen_2020(std::string_view name) {
  return {.name = name, .origin = Origin::recorded_2020};
}
constexpr Parameter seen_2025(std::string_view name) {
  return {.name = name, .origin = Origin::recorded_2025};
}

/// The parameters of the larger sections, each in a file of its own.
std::span<const Parameter> of_config();
std::span<const Parameter> of_startup();
std::span<const Parameter> of_miscellaneous();
std::span<const Parameter> of_sql();

}  // namespace cpf::rows
