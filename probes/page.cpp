#include "probes/page.h"

#include <algorithm>
#include <array>

#include "probes/status.h"
#include "supervisor/base/log_record.h"
#include "supervisor/base/text.h"
#include "supervisor/base/units.h"

namespace probes {
namespace {

constexpr std::string_view style = R"(
:root{color-scheme:light dark;--fg:#1c1e21;--bg:#f3f5f7;--card:#fff;--soft:#5a626d;--line:#d9dde2;--ok:#12683a;--ok-bg:#e0f3e8;--bad:#a3211a;--bad-bg:#fde7e5}
@media(prefers-color-scheme:dark){:root{--fg:#e6e8eb;--bg:#111316;--card:#1a1d21;--soft:#9aa2ad;--line:#343a42;--ok:#74d09b;--ok-bg:#12301f;--bad:#ff9a91;--bad-bg:#3d1714}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1rem;max-width:72rem;font:16px/1.5 system-ui,sans-serif;color:var(--fg);background:var(--bg)}
h1{font-size:1.6rem;line-height:1.2;margin:0 0 .3rem}h2{font-size:1rem;margin:0 0 .4rem}
p{margin:.2rem 0;overflow-wrap:anywhere}.soft{color:var(--soft);font-size:.9rem}.ok{color:var(--ok)}.bad{color:var(--bad)}
ul.probes{display:flex;flex-wrap:wrap;gap:.5rem;list-style:none;margin:.8rem 0;padding:0}
ul.probes li{padding:.2rem .8rem;border-radius:1rem;font-weight:600}ul.probes .ok{background:var(--ok-bg)}ul.probes .bad{background:var(--bad-bg)}
main{display:grid;gap:.8rem;grid-template-columns:repeat(auto-fit,minmax(min(20rem,100%),1fr))}
header,section{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:.8rem 1rem;min-width:0}
header,section.wide{grid-column:1/-1}
table{width:100%;border-collapse:collapse}th,td{text-align:left;vertical-align:top;padding:.3rem .8rem .3rem 0;border-top:1px solid var(--line);overflow-wrap:anywhere}
th{font-weight:400;color:var(--soft)}th,td.ok,td.bad{white-space:nowrap;width:1%}section>table tr:first-child>*{border-top:0}
td.time,td.name{white-space:nowrap;font-variant-numeric:tabular-nums}
pre{margin:0;padding:.6rem;overflow-x:auto;border:1px solid var(--line);font-size:.85rem}
@media(max-width:34rem){body{padding:.5rem}table.events tr,table.events td{display:block;border:0;padding:0}table.events tr{border-top:1px solid var(--line);padding:.4rem 0}table.events td.time,table.events td.name{display:inline-block;padding-right:.6rem;color:var(--soft)}}
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
  return "<section>\n<h2>" + escape_html(title) + "</h2>\n<table>\n" + rows +
         "</table>\n</section>\n";
}

/// In one word what there is to be said: what the phase calls `up` may be frozen, hung or dead.
std::string_view headline(const View& view) {
  switch (view.verdict.row) {
    case 5:
      return "frozen";
    case 6:
      return "suspended";
    case 7:
    case 8:
      return "down";
    case 9:
      return "disk trouble";
    case 10:
      return "silent";
    case 11:
      return "hung";
    case 12:
      return "not open";
    default:
      return name_of(view.phase);
  }
}

std::string head(const View& view, int refresh_seconds) {
  std::string html = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
  html += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
  if (refresh_seconds > 0) {
    html += "<meta http-equiv=\"refresh\" content=\"" + std::to_string(refresh_seconds) + "\">\n";
  }
  html += "<title>" + escape_html(view.instance) + ": " + escape_html(headline(view));
  return html.append("</title>\n<style>").append(style).append("</style>\n</head>\n");
}

std::string_view colour(bool ok) {
  return ok ? "ok" : "bad";
}

std::string chip(std::string_view name, const Answer& answer) {
  return "<li class=\"" + std::string{colour(answer.ok)} + "\">" + escape_html(name) +
         (answer.ok ? ": yes" : ": no") + "</li>";
}

std::string state(const View& view) {
  const Verdict& verdict = view.verdict;
  std::string html = "<header>\n<h1>" + escape_html(view.instance) + ": <span class=\"" +
                     std::string{colour(verdict.ready.ok)} + "\">" + escape_html(headline(view)) +
                     "</span></h1>\n";
  if (!view.reason.empty()) html += "<p>" + escape_html(view.reason) + "</p>\n";
  if (view.safe_mode) html += "<p class=\"bad\">The agent runs in safe mode.</p>\n";
  html += "<ul class=\"probes\">" + chip("started", verdict.startup) + chip("live", verdict.live) +
          chip("ready", verdict.ready) + "</ul>\n<p class=\"soft\">since " + utc(view.since);
  if (view.since > 0) html += " (" + length(view.now - view.since) + ")";
  return html + ", as of " + utc(view.now) + ", iris-init " + escape_html(view.version) +
         "</p>\n</header>\n";
}

std::string probe(std::string_view name, const Answer& answer) {
  return "<tr><th scope=\"row\">" + escape_html(name) + "</th><td class=\"" +
         std::string{colour(answer.ok)} + (answer.ok ? "\">200" : "\">503") + "</td><td>" +
         escape_html(answer.reason) + "</td></tr>\n";
}

std::string probes_of(const View& view) {
  return "<section class=\"wide\">\n<h2>Probes</h2>\n<table>\n" +
         probe("/startupz", view.verdict.startup) + probe("/livez", view.verdict.live) +
         probe("/readyz", view.verdict.ready) + "</table>\n</section>\n";
}

std::string mib(std::int64_t bytes) {
  return std::to_string(bytes >> 20) + " MiB";
}

std::string data(const View& view) {
  const DataView& data = view.data;
  if (data.directory.empty()) return {};
  std::string rows = row("directory", data.directory);
  if (data.trouble)
    rows +=
        row("trouble", std::string{name_of(*data.trouble)} + " since " + utc(data.trouble_since));
  if (data.report)
    rows += row("free", mib(data.report->free_bytes) + " of " + mib(data.report->size_bytes)) +
            row("a write", name_of(data.report->write)) + row("as of", utc(data.report_at));
  if (!data.mount_point.empty()) rows += row("mount", data.mount_point + ", " + data.mount_type);
  return section("Data file system", rows);
}

std::string iris(const View& view) {
  std::string rows;
  if (view.qlist_known) {
    rows = row("status", view.qlist.status_text) + row("health", name_of(view.qlist.health)) +
           row("version", view.qlist.product + " " + view.qlist.version) +
           row("mirror", view.qlist.mirror_member + " " + view.qlist.mirror_status) +
           row("as of", utc(view.qlist_at));
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
    const bool told = freeze.last_ended > 0;  // not of one that ended with a killed container
    rows += row("last", freeze.last_outcome + (told ? ", " + utc(freeze.last_ended) : ""));
  }
  return section("Freeze",
                 rows + row("why", freeze.last_reason) + row("restore from", freeze.last_journal));
}

/// Is it one of the events by which IRIS went away, or was sent away?
bool is_end(std::string_view event) {
  constexpr std::array<std::string_view, 7> ends{
      "iris.forcing",  "iris.down",          "iris.blocked", "iris.given_up",
      "iris.stopping", "iris.restart_asked", "iris.held"};
  return std::find(ends.begin(), ends.end(), event) != ends.end();
}

std::string last_ends(const View& view) {
  constexpr int most = 5;
  std::string rows;
  int shown = 0;
  for (auto event = view.events.rbegin(); event != view.events.rend() && shown < most; ++event) {
    if (!is_end(event->name)) continue;
    rows += row(shown == 0 ? "last" : "before", utc(event->time) + " " + event->message);
    ++shown;
  }
  return rows;
}

std::string restarts(const View& view) {
  const RestartsView& restarts = view.restarts;
  std::string rows =
      row("in place", std::to_string(restarts.in_window) + " of " + std::to_string(restarts.limit) +
                          " in " + length(restarts.window_seconds) + ", " +
                          std::to_string(restarts.total) + " in all");
  rows += row("policy", restarts.policy);
  rows += row("agent restarts", std::to_string(view.pid1.agent_restarts_total));
  rows += row("orphans reaped", std::to_string(view.pid1.reaped_total));
  return section("Stops and restarts",
                 rows + row("stop step", view.pid1.stop_step) + last_ends(view));
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
  return "<section class=\"wide\">\n<h2>Merge</h2>\n<table>\n" + rows +
         "</table>\n<details><summary>all of it</summary>\n<pre>" + escape_html(text) +
         "</pre></details>\n</section>\n";
}

/// Newest first: that is what one comes to see.
std::string timeline(const View& view) {
  std::string html =
      "<section class=\"wide\">\n<h2>Timeline</h2>\n<table class=\"events\">\n<tbody>\n";
  const std::size_t shown = std::min(view.events.size(), max_events_shown);
  for (std::size_t i = 0; i < shown; ++i) {
    const EventView& event = view.events[view.events.size() - 1 - i];
    html += "<tr><td class=\"time\">" + utc(event.time) + "</td><td class=\"name\">" +
            escape_html(event.name) + "</td><td>" + escape_html(event.message) + "</td></tr>\n";
  }
  return html + "</tbody>\n</table>\n</section>\n";
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
  return head(view, refresh_seconds) + "<body>\n<main>\n" + state(view) + probes_of(view) +
         iris(view) + data(view) + freeze(view) + restarts(view) + merge(view) + timeline(view) +
         "</main>\n</body>\n</html>\n";
}

}  // namespace probes
