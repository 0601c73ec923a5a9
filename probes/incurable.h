#pragma once
// What iris-main prints of a start that fails and that no restart can heal. Taken from published
// output of InterSystems' containers. Of what is not known here it is not known: it may pass.
#include <string_view>

namespace probes {

/// What is wrong, in our words; "" when the line tells nothing of the kind. The list of possible
/// causes that iris-main prints after every failed start names no cause, and does not count.
std::string_view incurable_cause(std::string_view line);

}  // namespace probes
