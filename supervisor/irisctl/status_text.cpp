// status_text(): what `irisctl status` shows, a label and its facts per line.
#include <fmt/core.h>

#include <algorithm>

#include "supervisor/irisctl/fields.h"
#include "supervisor/irisctl/merge_sheet.h"
#include "supervisor/irisctl/render.h"

namespace sup {
namespace {

constexpr std::size_t events_shown = 10;
constexpr std::size_t merge_lines_shown = 30;

/// `T, 3m12s ago`; "" when it is not known.
std::string moment(const Json& time, std::int64_t now) {
  const std::int64_t at = number_in(time);
  if (at <= 0) return {};
  if (at == now) return fmt::format("{}, just now", time_text(at));
  if (at > now)
    return fmt::format("{}, in {}", time_text(at), length_text(static_cast<double>(at - now)));
  return fmt::format("{}, {} ago", time_text(at), length_text(static_cast<double>(now - at)));
}

std::string after(std::string_view lead, const std::string& text) {
  return text.empty() ? std::string{} : fmt::format("{}{}", lead, text);
}

void show_state(Sheet& sheet, const Json& data, std::int64_t now) {
  sheet.line("instance", text_in(field(data, {"instance"})));
  sheet.line("state",
             text_in(field(data, {"phase"})) + after(": ", text_in(field(data, {"reason"}))));
  sheet.line("since", moment(field(data, {"since"}), now));
  sheet.line("since", after("container started ", moment(field(data, {"started"}), now)));
  if (flag_in(field(data, {"safe_mode"})))
    sheet.line("agent", "safe mode: it died too often and does only the necessary");
}

void show_probe(Sheet& sheet, const Json& data, std::string_view name) {
  const Json& probe = field(data, {"probes", name});
  if (!probe.is_object()) return;
  const std::string reason = text_in(field(probe, {"reason"}));
  sheet.line(name, (flag_in(field(probe, {"ok"})) ? "ok" : "FAILS") + after(": ", reason));
  const Json& checks = field(probe, {"checks"});
  if (!checks.is_array()) return;
  for (const Json& check : checks) {
    const std::string why = text_in(field(check, {"why"}));
    if (!flag_in(field(check, {"ok"})) && why != reason)
      sheet.line(name, fmt::format("{}{}", text_in(field(check, {"name"})), after(": ", why)));
  }
}

void show_qlist(Sheet& sheet, const Json& data, std::int64_t now) {
  const Json& qlist = field(data, {"qlist"});
  if (qlist.is_object()) {
    sheet.line("qlist", text_in(field(qlist, {"status"})) +
                            after("; health ", text_in(field(qlist, {"health"}))) +
                            after("; version ", text_in(field(qlist, {"version"}))));
    sheet.line("qlist", after("asked ", moment(field(qlist, {"at"}), now)));
  } else {
    sheet.line("qlist", "nothing yet");
  }
  sheet.line("qlist", after("FAILS: ", text_in(field(data, {"qlist_failure"}))));
}

void show_freeze(Sheet& sheet, const Json& data, std::int64_t now) {
  const Json& freeze = field(data, {"freeze"});
  if (!freeze.is_object()) return;
  const std::string owner = text_in(field(freeze, {"owner"}));
  sheet.line("freeze", text_in(field(freeze, {"state"})) +
                           (owner.empty() ? std::string{} : fmt::format(" by '{}'", owner)) +
                           after(" since ", moment(field(freeze, {"since"}), now)));
  sheet.line("freeze", after("lease ends ", moment(field(freeze, {"lease_end"}), now)));
  const Json& last = field(freeze, {"last"});
  if (const std::string outcome = text_in(field(last, {"outcome"})); !outcome.empty()) {
    sheet.line("freeze", "last: " + outcome + after(": ", text_in(field(last, {"reason"}))) +
                             after("; ended ", moment(field(last, {"ended"}), now)));
    sheet.line("freeze", after("journal: ", text_in(field(last, {"journal"}))));
  }
  sheet.line("freeze", fmt::format("in all: {} held, {} did not hold, {} unknown, {} failed",
                                   number_in(field(freeze, {"held_total"})),
                                   number_in(field(freeze, {"not_held_total"})),
                                   number_in(field(freeze, {"unknown_total"})),
                                   number_in(field(freeze, {"failed_total"}))));
}

void show_restarts(Sheet& sheet, const Json& data) {
  const Json& restarts = field(data, {"restarts"});
  if (!restarts.is_object()) return;
  sheet.line(
      "restarts",
      fmt::format("{} of {} within {}, {} in all{}", number_in(field(restarts, {"in_window"})),
                  number_in(field(restarts, {"limit"})),
                  length_text(static_cast<double>(number_in(field(restarts, {"window_seconds"})))),
                  number_in(field(restarts, {"total"})),
                  after("; policy ", text_in(field(restarts, {"policy"})))));
}

void show_events(Sheet& sheet, const Json& data) {
  const Json& events = field(data, {"events"});
  if (!events.is_array()) return;
  const std::size_t shown = std::min(events.size(), events_shown);
  for (std::size_t i = events.size() - shown; i < events.size(); ++i) {
    const Json& event = events[i];
    sheet.line("events",
               fmt::format("{}  {:<20}  {}", time_text(number_in(field(event, {"time"}))),
                           text_in(field(event, {"event"})), text_in(field(event, {"message"}))));
  }
}

}  // namespace

std::string status_text(std::string_view data_text) {
  const Json data = object_of(data_text);
  const std::int64_t now = std::max<std::int64_t>(number_in(field(data, {"now"})), 0);
  Sheet sheet;
  show_state(sheet, data, now);
  for (const std::string_view probe : {"startup", "live", "ready"})
    show_probe(sheet, data, probe);
  show_qlist(sheet, data, now);
  show_freeze(sheet, data, now);
  show_restarts(sheet, data);
  show_merge(sheet, field(data, {"merge"}), merge_lines_shown);
  show_events(sheet, data);
  return sheet.take();
}

}  // namespace sup
