#include "probes/status.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace probes {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t max_merge_bytes = 256UL * 1024;
constexpr int max_merge_depth = 16;

std::string text_of(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

Json text_or_null(std::string_view text) {
  return text.empty() ? Json() : Json(std::string{text});
}
Json time_or_null(std::int64_t time) {
  return time == 0 ? Json() : Json(time);
}

/// Printing recurses, so depth has a limit before anything is parsed.
bool is_shallow(std::string_view text) {
  int depth = 0;
  int deepest = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string && c == '\\') {
      ++i;
    } else if (c == '"') {
      in_string = !in_string;
    } else if (!in_string && (c == '{' || c == '[')) {
      deepest = std::max(deepest, ++depth);
    } else if (!in_string && (c == '}' || c == ']')) {
      --depth;
    }
  }
  return deepest <= max_merge_depth;
}

Json merge_of(std::string_view text) {
  if (text.size() > max_merge_bytes || !is_shallow(text)) return {};
  Json json = Json::parse(text, nullptr, false);
  return json.is_object() ? json : Json();
}

Json answer_of(const Answer& answer) {
  Json checks = Json::array();
  for (const Check& check : answer.checks) {
    checks.push_back({{"name", check.name}, {"ok", check.ok}, {"why", text_or_null(check.why)}});
  }
  return {{"ok", answer.ok}, {"reason", answer.reason}, {"checks", std::move(checks)}};
}

Json qlist_of(const View& view) {
  if (!view.qlist_known) return {};
  const QlistFacts& qlist = view.qlist;
  return {{"state", name_of(qlist.state)},
          {"status", qlist.status_text},
          {"health", name_of(qlist.health)},
          {"since", qlist.since},
          {"version", qlist.version},
          {"cpf", qlist.cpf},
          {"product", qlist.product},
          {"data_dir", qlist.data_dir},
          {"ports",
           {{"superserver", qlist.superserver_port},
            {"web", qlist.web_port},
            {"gateway", qlist.gateway_port},
            {"superservers", qlist.superserver_ports}}},
          {"mirror", {{"member", qlist.mirror_member}, {"status", qlist.mirror_status}}},
          {"at", time_or_null(view.qlist_at)}};
}

Json data_of(const DataView& data) {
  if (data.directory.empty()) return {};
  Json json{{"directory", data.directory},
            {"trouble", data.trouble ? Json(name_of(*data.trouble)) : Json()},
            {"trouble_since", time_or_null(data.trouble_since)},
            {"free_bytes", Json()},
            {"size_bytes", Json()},
            {"write", Json()},
            {"checked", time_or_null(data.report_at)},
            {"mount", text_or_null(data.mount_point)},
            {"type", text_or_null(data.mount_type)}};
  if (!data.report) return json;
  json["free_bytes"] = data.report->free_bytes;
  json["size_bytes"] = data.report->size_bytes;
  json["write"] = name_of(data.report->write);
  return json;
}

Json windows_of(const std::vector<FreezeWindow>& windows) {
  Json array = Json::array();
  for (const FreezeWindow& window : windows)
    array.push_back(
        {{"owner", window.owner},
         {"outcome", window.outcome},
         {"reason", text_or_null(window.reason)},
         {"journal", text_or_null(window.journal)},
         {"ended", time_or_null(window.ended)},
         {"frozen_seconds", window.frozen_seconds > 0 ? Json(window.frozen_seconds) : Json()}});
  return array;
}

Json freeze_of(const FreezeView& freeze) {
  return {{"state", name_of(freeze.state)},
          {"owner", text_or_null(freeze.owner)},
          {"since", time_or_null(freeze.since)},
          {"lease_end", time_or_null(freeze.lease_end)},
          {"last",
           {{"outcome", text_or_null(freeze.last_outcome)},
            {"reason", text_or_null(freeze.last_reason)},
            {"journal", text_or_null(freeze.last_journal)},
            {"ended", time_or_null(freeze.last_ended)}}},
          {"windows", windows_of(freeze.windows)},
          {"held_total", freeze.held_total},
          {"not_held_total", freeze.not_held_total},
          {"unknown_total", freeze.unknown_total},
          {"failed_total", freeze.failed_total}};
}

Json restarts_of(const RestartsView& restarts) {
  return {{"in_window", restarts.in_window},
          {"limit", restarts.limit},
          {"window_seconds", restarts.window_seconds},
          {"total", restarts.total},
          {"policy", text_or_null(restarts.policy)}};
}

Json counters_of(const CountersView& counters) {
  return {{"qlist_polls", counters.qlist_polls},
          {"qlist_failures", counters.qlist_failures},
          {"qlist_last_seconds", counters.qlist_last_seconds},
          {"log_lines_dropped", counters.log_lines_dropped},
          {"connections_shed", counters.connections_shed}};
}

Json events_of(const std::vector<EventView>& events) {
  Json list = Json::array();
  const std::size_t shown = std::min(events.size(), max_events_shown);
  for (std::size_t i = events.size() - shown; i < events.size(); ++i) {
    list.push_back(
        {{"time", events[i].time}, {"event", events[i].name}, {"message", events[i].message}});
  }
  return list;
}

}  // namespace

std::string status_json(const View& view) {
  Json json;
  json["version"] = view.version;
  json["instance"] = view.instance;
  json["phase"] = name_of(view.phase);
  json["since"] = time_or_null(view.since);
  json["started"] = time_or_null(view.started);
  json["now"] = view.now;
  json["reason"] = view.reason;
  json["safe_mode"] = view.safe_mode;
  json["row"] = view.verdict.row;
  json["probes"] = {{"startup", answer_of(view.verdict.startup)},
                    {"live", answer_of(view.verdict.live)},
                    {"ready", answer_of(view.verdict.ready)}};
  json["qlist"] = qlist_of(view);
  json["qlist_failure"] = text_or_null(view.qlist_failure);
  json["data"] = data_of(view.data);
  json["freeze"] = freeze_of(view.freeze);
  json["restarts"] = restarts_of(view.restarts);
  json["merge"] = merge_of(view.merge_json);
  json["pid1"] = {{"reaped_total", view.pid1.reaped_total},
                  {"agent_restarts_total", view.pid1.agent_restarts_total},
                  {"stop_step", text_or_null(view.pid1.stop_step)}};
  json["counters"] = counters_of(view.counters);
  json["events"] = events_of(view.events);
  return text_of(json, 2) + "\n";
}

std::string merge_text(std::string_view merge_json) {
  const Json json = merge_of(merge_json);
  return json.is_null() ? std::string{} : text_of(json, 2);
}

}  // namespace probes
