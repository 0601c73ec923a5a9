#include "supervisor/agent/freeze_replies.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "supervisor/base/log_record.h"
#include "supervisor/base/units.h"
#include "supervisor/os/clock.h"

namespace sup {
namespace {

using nlohmann::json;

std::string dump(const json& object) {
  return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

double in_seconds(Nanos length) {
  return static_cast<double>(length) / 1e9;
}

json text_or_null(const std::string& text) {
  return text.empty() ? json{} : json(text);
}

/// RFC 3339, or null. Rounded: from one clock to the other and back some microseconds are lost.
json moment_or_null(Nanos at) {
  if (at == 0) return {};
  return format_utc(wall_now() - (monotonic_now() - at) + milliseconds(1) / 2).view();
}

}  // namespace

control::Reply frozen_reply(const Lease& lease, bool already) {
  const Nanos now = monotonic_now();
  const Nanos left = lease.end_at - now;
  const json data{{"frozen", true},
                  {"token", lease.token},
                  {"owner", lease.owner},
                  {"lease_end", (wall_now() + left) / seconds(1)},
                  {"lease_seconds", in_seconds(lease.end_at - lease.began_at)},
                  {"already", already},
                  {"iris_deadman", lease.iris_deadman},
                  {"journal", text_or_null(lease.journal)},
                  {"seconds", in_seconds(now - lease.began_at)}};
  return {control::done,
          fmt::format("frozen by '{}', {} left", lease.owner, describe_duration(left).view()),
          dump(data)};
}

control::Reply thawed_reply(const EndedFreeze& ended, bool already) {
  const FreezeOutcome& outcome = ended.outcome;
  const json data{
      {"thawed", true},
      {"held", outcome.held},
      {"verdict", outcome.held    ? "held"
                  : outcome.known ? "ended_early"
                                  : "unknown"},
      {"reason", text_or_null(outcome.reason)},
      {"ended_by", text_or_null(outcome.ended_by)},
      {"ended_at", moment_or_null(outcome.ended_at)},
      {"evidence", text_or_null(outcome.evidence)},
      {"owner", ended.owner},
      {"already", already},
      {"frozen_seconds", outcome.lasted == 0 ? json{} : json(in_seconds(outcome.lasted))},
      {"journal", text_or_null(outcome.journal)},
      {"how", outcome.without_session ? "without a session" : "session"},
      {"hooks", text_or_null(outcome.hooks)}};
  const auto lasted = describe_duration(outcome.lasted);
  const std::string hooks = outcome.hooks.empty() ? "" : "; post hook " + outcome.hooks;
  const std::string_view thawed = already ? "was thawed already, after" : "thawed after";
  if (outcome.held)
    return {control::done,
            fmt::format("{} {}; the freeze held: application-consistent{}", thawed, lasted.view(),
                        hooks),
            dump(data)};
  return {control::not_held,
          fmt::format("{} {}; the freeze did not hold, crash-consistent only: {}{}", thawed,
                      lasted.view(), outcome.reason, hooks),
          dump(data)};
}

control::Reply no_freeze_reply(int code, const std::string& why) {
  return {code, "not frozen: " + why, dump({{"frozen", false}, {"reason", why}})};
}

control::Reply no_thaw_reply(int code, const std::string& why) {
  return {code, "not thawed: " + why, dump({{"thawed", false}, {"reason", why}})};
}

}  // namespace sup
