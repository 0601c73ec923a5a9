#pragma once
// Model: what is known of a CPF's sections and parameters and of the operations of [Actions], as
// data, each fact with its source. What has no source is text without a check.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace cpf {

/// Where a fact comes from.
enum class Origin : std::uint8_t {
  reference,      ///< InterSystems' Configuration Parameter File Reference, 2025.3: its page
  recorded_2020,  ///< stands in the iris.cpf of a container of 2020.4; nothing more is known
  recorded_2025,  ///< stands in the reference's complete sample CPF of 2025.3
};
std::string_view describe(Origin origin);

enum class Type : std::uint8_t {
  text,      ///< at most `max` bytes; 0: of any length
  flag,      ///< 0 or 1
  integer,   ///< min..max, or one of `also`
  decimal,   ///< the same in hundredths
  integers,  ///< between commas, each min..max; `counts` of them
  choice,    ///< one of `also`
  choices,   ///< one or more of `also`, between commas
  password,  ///< PasswordHash: see password_hash.h
};

enum class Restart : std::uint8_t {
  unknown,     ///< no source says it
  needed,      ///< takes effect when IRIS starts
  not_needed,  ///< at once, or for new processes
};

// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): in the order of the tables
struct Parameter {
  std::string_view name = {};
  Type type = Type::text;
  std::int64_t min = 0;
  std::int64_t max = 0;
  std::string_view also = {};    ///< further values, between '|'
  std::string_view counts = {};  ///< of integers: "6", "1|6", "1-9"
  std::string_view unit = {};
  Restart restart = Restart::unknown;
  Origin origin = Origin::reference;
};

// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): in the order of the tables
struct SectionModel {
  std::string_view name;  ///< "Map." stands for every [Map.x]
  /// Its lines are named items of the user's own, such as databases; else `parameters` are all
  /// there are.
  bool items = false;
  std::span<const Parameter> parameters = {};
  Origin origin = Origin::reference;
};

/// In the order in which IRIS's own CPFs have them.
std::span<const SectionModel> all_sections();
/// nullptr: not known.
const SectionModel* find_section(std::string_view name);
const Parameter* find_parameter(const SectionModel& section, std::string_view name);

/// A section's place among its likes; unknown_rank for one that is not known.
inline constexpr std::size_t unknown_rank = SIZE_MAX;
std::size_t rank_of_section(std::string_view name);

/// "" when none is near.
std::string_view nearest_section(std::string_view name);
std::string_view nearest_parameter(const SectionModel& section, std::string_view name);

/// "a whole number from 120 to 100000 (s)". Empty for what is not checked.
std::string expected_value(const Parameter& parameter);
/// Empty values are always fine: they ask for IRIS's default.
bool is_fine(const Parameter& parameter, std::string_view value);

struct Operation {
  std::string_view name;
  Origin origin = Origin::reference;
  std::string_view needed = {};  ///< properties that it cannot do without, between '|'
};
std::span<const Operation> all_operations();
/// nullptr: not known.
const Operation* find_operation(std::string_view name);
/// "" when none is near.
std::string_view nearest_operation(std::string_view name);

}  // namespace cpf
