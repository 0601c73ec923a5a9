#pragma once
// Switches: every uncertain fact and every fault of the stand-in, by name. The value is the content
// of the file `name` in $IRIS_STANDIN_FAULTS, read at each use; else $IRIS_STANDIN_NAME; else the
// default.
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace standin {

enum class SwitchKind {
  time,   ///< milliseconds, divided by `clock_scale` when used
  size,   ///< a whole number
  fact,   ///< what nobody knows for certain of IRIS: each of its values may be true
  fault,  ///< what goes wrong; empty: nothing
};

struct Switch {
  std::string_view name;
  SwitchKind kind;
  /// The default; of a fact all values between `|`, the default first; of a fault what it can be.
  std::string_view values;
  std::string_view help;

  [[nodiscard]] std::string_view fallback() const;
  /// Of a fact; empty for the others.
  [[nodiscard]] std::vector<std::string_view> all_values() const;
};

/// A switch with a value that it cannot have. A mistake in a test: loud, exit status 70.
class SwitchError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The table, in switch_table.cpp: the only place that defines them.
std::span<const Switch> all_switches();

std::string switch_text(std::string_view name);
std::int64_t switch_number(std::string_view name);
bool switch_is(std::string_view name, std::string_view text);
/// A time, in milliseconds of the scaled clock.
std::int64_t switch_ms(std::string_view name);

/// Carries out the general faults in the switch `name`: `hang` lasts until it is healed, `exit:N`
/// is answered with N. -1: go on.
int fault_status(std::string_view name);

/// What IRIS calls seconds, in milliseconds of the scaled clock.
std::int64_t seconds_as_ms(std::int64_t seconds);

/// The table for people: plain, or as rows of Markdown for the README.
std::string switches_as_text();
std::string switches_as_markdown();

}  // namespace standin
