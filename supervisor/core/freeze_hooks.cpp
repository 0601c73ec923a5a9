#include "supervisor/core/freeze_hooks.h"

#include <fmt/core.h>

#include <algorithm>

namespace sup {
namespace {

std::string_view outcome_name(const FreezeOutcome& outcome, bool frozen) {
  if (!frozen) return "failed";
  if (outcome.held) return "held";
  return outcome.known ? "did_not_hold" : "unknown";
}

/// One line: what IRIS has said may hold anything.
std::string on_one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20; }, ' ');
  return text;
}

}  // namespace

std::string_view name_of(HookPhase phase) {
  return phase == HookPhase::pre ? "pre" : "post";
}

bool is_hook_name(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  };
  return !name.empty() && std::all_of(name.begin(), name.end(), allowed);
}

std::vector<std::string> hook_environment(HookPhase phase, const Lease& lease,
                                          const FreezeOutcome& outcome, bool frozen) {
  std::vector<std::string> entries{
      fmt::format("IRIS_FREEZE_PHASE={}", name_of(phase)),
      fmt::format("IRIS_FREEZE_OWNER={}", lease.owner),
      fmt::format("IRIS_FREEZE_TOKEN={}", lease.token),
      fmt::format("IRIS_FREEZE_LEASE={}", (lease.end_at - lease.began_at) / seconds(1))};
  if (phase == HookPhase::pre) return entries;
  entries.push_back(fmt::format("IRIS_FREEZE_OUTCOME={}", outcome_name(outcome, frozen)));
  entries.push_back(fmt::format("IRIS_FREEZE_REASON={}", on_one_line(outcome.reason)));
  return entries;
}

}  // namespace sup
