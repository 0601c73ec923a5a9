#pragma once
// The command lines by which the agent asks IRIS something. Pure. What comes from outside never
// reaches ObjectScript unquoted.
#include <string>
#include <vector>

#include "supervisor/base/nanos.h"

namespace sup {

using Argv = std::vector<std::string>;

Argv qlist_command(const std::string& instance);
/// IsWDSuspendedExt: ends with 5 when the write daemon is suspended, with 3 when it is not.
Argv is_suspended_command(const std::string& instance);
/// ExternalFreeze: ends with 5 when it succeeded. `limit` (whole seconds, rounded up) is
/// WDSuspendLimit, IRIS's own dead-man timer; 0: the argument is left out.
Argv freeze_command(const std::string& instance, const std::string& text, Nanos limit);
/// ExternalThaw: ends with 5 when it succeeded.
Argv thaw_command(const std::string& instance);

/// An ObjectScript string literal: quotes doubled, control characters dropped.
std::string object_script_string(std::string_view text);

}  // namespace sup
