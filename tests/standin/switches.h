#pragma once
// Switches: every uncertain fact and every fault of the stand-in, by name. The value is the content
// of the file `name` in $IRIS_STANDIN_FAULTS, read at each use; else $IRIS_STANDIN_NAME; else the
// default.
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace standin {

struct Switch {
  std::string_view name;
  std::string_view fallback;
  std::string_view help;
};

/// A switch with a value it cannot have. A mistake in a test: loud, exit status 70.
class SwitchError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

std::span<const Switch> all_switches();
std::string switch_text(std::string_view name);
std::int64_t switch_number(std::string_view name);
bool switch_is(std::string_view name, std::string_view text);

/// Carries out the general faults in the switch `name`: `hang` never returns, `exit:N` is answered
/// with N. -1: go on.
int fault_status(std::string_view name);

/// What IRIS calls a second, in milliseconds: scales its long timeouts.
std::int64_t seconds_as_ms(std::int64_t seconds);

}  // namespace standin
