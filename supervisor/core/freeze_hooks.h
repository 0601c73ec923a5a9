#pragma once
// Hooks of a freeze, /etc/iris-init/freeze.d/pre and post: which files are hooks, and what they are
// told. Pure.
#include <string>
#include <string_view>
#include <vector>

#include "supervisor/core/freeze.h"

namespace sup {

enum class HookPhase : std::uint8_t { pre, post };
std::string_view name_of(HookPhase phase);

/// As run-parts(8) has it: letters, digits, '_' and '-' only. So backups of editors and packages
/// are none, and neither is anything with a dot.
bool is_hook_name(std::string_view name);

/// What a hook finds in its environment: IRIS_FREEZE_PHASE, _OWNER, _TOKEN, _LEASE (seconds), and
/// of a post hook _OUTCOME (held | did_not_hold | unknown | failed) and _REASON, which is empty
/// when it held. `frozen`: the freeze was complete.
std::vector<std::string> hook_environment(HookPhase phase, const Lease& lease,
                                          const FreezeOutcome& outcome, bool frozen);

}  // namespace sup
