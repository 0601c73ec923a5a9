#include "probes/page.h"

#include <algorithm>

#include "probes/status.h"
#include "supervisor/base/log_record.h"
#include "supervisor/base/text.h"
#include "supervisor/base/units.h"

namespace probes {
namespace {

constexpr std::string_view style = R"(
:root{color-scheme:light dark;--fg:#1c1e21;--bg:#fff;--soft:#5f6670;--line:#d9dde2;--ok:#12683a;--bad:#b3261e}
@media(prefers-color-scheme:dark){:root{--fg:#e6e8eb;--bg:#16181b;--soft:#9aa2ad;--line:#343a42;--ok:#66c48e;--bad:#ff8a80}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1rem;max-width:60rem;font:16px/1.5 system-ui,sans-serif;color:var(--fg);background:var(--bg)}
h1{font-size:1.4rem;margin:0}h2{font-size:1.05rem;margin:1.6rem 0 .4rem}
p{margin:.2rem 0}.soft{color:var(--soft)}.ok{color:var(--ok)}.bad{color:var(--bad)}
table{width:100%;border-collapse:collapse}th,td{text-align:left;vertical-align:top;padding:.3rem .8rem .3rem 0;border-top:1px solid var(--line);overflow-wrap:anywhere}
th{font-weight:600;white-space:nowrap}thead th{border-top:0;color:var(--soft);font-weight:400}
td.time{white-space:nowrap;font-variant-numeric:tabular-nums}
pre{margin:0;padding:.6rem;overflow-x:auto;border:1px solid var(--line);font-size:.85rem}
@media(max-width:34rem){table.events td,table.events th{display:block;border:0;padding:0}table.events tr{display:block;border-top:1px solid var(--line);padding:.3rem 0}table.events thead{display:none}}
)";

std::string utc(std::int64_t time) {
  if (time == 0) return "–";
  std::string text{sup::format_utc(time * sup::seconds(1)).view()};
  const auto fraction = text.find('.');
  return fraction == std::string::npos ? text : text.substr(0, fraction) + "Z";
}

std::string length(std::int64_t seconds) {
  const auto shown = std::max<std::int64_t>(seconds, 0);
  return std::string{sup::describe_duration(sup::seconds(shown)).view()};
}

std::string row(std::string_view name, std::string_view value) {
  if (sup::trim(value).empty()) return {};
  return "<tr><th scope=\"row\">" + escape_html(name) + "</th><td>" + escape_html(value) +
         "</td></tr>\n";
}

std::string section(std::string_view title, const std::string& rows) {
  return "<h2>" + escape_html(title) + "</h2>\n<table>\n" + rows + "</table>\n";
}

std::string head(const View& view, int refresh_seconds) {
  std::string html = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
  html += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
  if (refresh_seconds > 0) {
    html += "<meta http-equiv=\"refresh\" content=\"" + std::to_string(refresh_seconds) + "\">\n";
  }
  html += "<title>" + escape_html(view.instance) + ": " + escape_html(name_of(view.phase));
  return html.append("</title>\n<style>").append(style).append("</style>\n</head>\n");
}

std::string state(const View& view) {
  std::string html = "<h1>" + escape_html(view.instance) + ": <span class=\"" +
                     (view.verdict.ready.ok ? "ok" : "bad") + "\">" +
                     escape_html(name_of(view.phase)) + "</span></h1>\n";
  if (!view.reason.empty()) html += "<p>" + escape_html(view.reason) + "</p>\n";
  if (view.safe_mode) html += "<p class=\"bad\">The agent runs in safe mode.</p>\n";
  html += "<p class=\"soft\">since " + utc(view.since);
  if (view.since > 0) html += " (" + length(view.now - view.since) + ")";
  return html + ", as of " + utc(view.now) + ", iris-init " + escape_html(view.version) + "</p>\n";
}

std::string probe(std::string_view name, const Answer& answer) {
  return "<tr><th scope=\"row\">" + escape_html(name) + "</th><td class=\"" +
         (answer.ok ? "ok\">ok" : "bad\">failed") + "</td><td>" + escape_html(answer.reason) +
         "</td></tr>\n";
}

std::string iris(const View& view) {
  std::string rows;
  if (view.qlist_known) {
    rows = row("status", view.qlist.status_text) + row("health", name_of(view.qlist.health)) +
           row("version", view.qlist.product + " " + view.qlist.version) +
           row("mirror", view.qlist.mirror_member + " " + view.qlist.mirror_status) +
           row("data", view.qlist.data_dir) + row("as of", utc(view.qlist_at));
  }
  if (!view.qlist_failure.empty()) rows += row("last poll", view.qlist_failure);
  if (rows.empty()) rows = row("status", "not heard yet");
  return section("IRIS", rows);
}

std::string freeze(const View& view) {
  const FreezeView& freeze = view.freeze;
  std::string rows = row("state", name_of(freeze.state)) + row("owner", freeze.owner);
  if (freeze.since > 0) rows += row("since", utc(freeze.since));
  if (freeze.lease_end > 0) {
    rows +=
        row("lease ends", utc(freeze.lease_end) + ", in " + length(freeze.lease_end - view.now));
  }
  if (!freeze.last_outcome.empty()) {
    rows += row("last", freeze.last_outcome + ", " + utc(freeze.last_ended));
  }
  return section("Freeze", rows + row("why", freeze.last_reason) +
                               row("restore journal from", freeze.last_journal));
}

std::string restarts(const View& view) {
  const RestartsView& restarts = view.restarts;
  std::string rows =
      row("in place", std::to_string(restarts.in_window) + " of " + std::to_string(restarts.limit) +
                          " in " + length(restarts.window_seconds) + ", " +
                          std::to_string(restarts.total) + " in all");
  rows += row("policy", restarts.policy);
  rows += row("of the agent", std::to_string(view.pid1.agent_restarts_total));
  rows += row("orphans reaped", std::to_string(view.pid1.reaped_total));
  return section("Restarts", rows + row("stop step", view.pid1.stop_step));
}

std::string merge(const View& view) {
  const std::string text = merge_text(view.merge_json);
  if (text.empty()) return {};
  const MergeView& merge = view.merge;
  std::string rows =
      row("sources", std::to_string(merge.used) + " used, " + std::to_string(merge.refused) +
                         " refused, " + std::to_string(merge.missing) + " missing");
  if (merge.read)
    rows +=
        row("parameters", std::to_string(merge.in_cpf) + " in iris.cpf, " +
                              std::to_string(merge.differs) + " differ, " +
                              std::to_string(merge.next_start) + " take effect at the next start");
  rows += row("edits", merge.state);
  return section("Merge", rows) + "<details><summary>all of it</summary>\n<pre>" +
         escape_html(text) + "</pre></details>\n";
}

/// Newest first: that is what one comes to see.
std::string timeline(const View& view) {
  std::string html =
      "<h2>Timeline</h2>\n<table class=\"events\">\n<thead><tr><th>time</th>"
      "<th>event</th><th>message</th></tr></thead>\n<tbody>\n";
  const std::size_t shown = std::min(view.events.size(), max_events_shown);
  for (std::size_t i = 0; i < shown; ++i) {
    const EventView& event = view.events[view.events.size() - 1 - i];
    html += "<tr><td class=\"time\">" + utc(event.time) + "</td><td>" + escape_html(event.name) +
            "</td><td>" + escape_html(event.message) + "</td></tr>\n";
  }
  return html + "</tbody>\n</table>\n";
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string render_page(const View& view, int refresh_seconds) {
  const std::string probes = probe("startup", view.verdict.startup) +
                             probe("live", view.verdict.live) + probe("ready", view.verdict.ready);
  return head(view, refresh_seconds) + "<body>\n<main>\n" + state(view) +
         section("Probes", probes) + iris(view) + freeze(view) + restarts(view) + merge(view) +
         timeline(view) + "</main>\n</body>\n</html>\n";
}

}  // namespace probes
