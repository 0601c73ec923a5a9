#pragma once
// The view as JSON, for programs. Stable: fields are added, never renamed or removed; the schema is
// status.schema.json beside this file, and a test holds them together. Times are seconds since
// 1970-01-01 UTC; what is not known is null.
//
//   version, instance, phase, since, started, now, reason, safe_mode
//   row            1 to 13, the row of the health table that decided
//   probes         {startup|live|ready: {ok, reason, checks: [{name, ok, why}]}}
//   qlist          null, or {state, status, health, since, version, cpf, product, data_dir, ports:
//                  {superserver, web, gateway, superservers}, mirror: {member, status}, at}
//   qlist_failure  null, or why the last poll told nothing
//   data           null, or {directory, trouble, trouble_since, free_bytes, size_bytes, write,
//                  checked, mount, type}
//   freeze         {state, owner, since, lease_end, last: {outcome, reason, journal, ended},
//                  windows: [{owner, outcome, reason, journal, ended, frozen_seconds}], oldest
//                  first, held_total, not_held_total, unknown_total, failed_total}
//   restarts       {in_window, limit, window_seconds, total, policy}
//   merge          null, or the object of cpfmerge
//   pid1           {reaped_total, agent_restarts_total, stop_step}
//   counters       {qlist_polls, qlist_failures, qlist_last_seconds, log_lines_dropped,
//                  connections_shed}
//   events         [{time, event, message}], oldest first
#include <string>
#include <string_view>

#include "probes/view.h"

namespace probes {

/// Ends in a newline. Bytes that are not UTF-8 become U+FFFD.
std::string status_json(const View& view);

/// View::merge_json for people: indented. "" when there is nothing to be shown.
std::string merge_text(std::string_view merge_json);

}  // namespace probes
