// What is told, and whether it has to be, or may be.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "supervisor/base/text.h"
#include "tests/chaos/world.h"

namespace chaos {

using nlohmann::json;
using testing_support::within;

namespace {

/// Each start says so of a merge file like this one; it has nothing to do with a fault.
const std::set<std::string>& always_told() {
  static const std::set<std::string> events{"merge.password"};
  return events;
}

/// Of the agent's own means: told to the log alone, which is there before a timeline is.
bool is_for_the_log_alone(const std::string& event) {
  static const std::set<std::string> events{"http.failed",  "control.failed", "agent.run_dir",
                                            "state.failed", "state.broken",   "notify.failed"};
  return events.contains(event);
}

/// What an end with 75 is told by, when the restarts are used up.
const std::set<std::string>& end_of_the_budget() {
  static const std::set<std::string> events{"iris.given_up", "stop.begun", "init.leaving",
                                            "main.ended"};
  return events;
}

std::vector<json> events_in(const std::string& log) {
  std::vector<json> events;
  for (const std::string_view line : sup::lines_of(log)) {
    json event = json::parse(line, nullptr, false);
    if (event.is_object() && event.contains("event")) events.push_back(std::move(event));
  }
  return events;
}

/// Of two times of one day or its neighbour, as the log writes them: 2026-11-26T14:48:55.522Z.
double seconds_between(const std::string& one, const std::string& other) {
  const auto of_day = [](const std::string& time) {
    if (time.size() < 23) return 0.0;
    return std::stod(time.substr(11, 2)) * 3600 + std::stod(time.substr(14, 2)) * 60 +
           std::stod(time.substr(17, 6));
  };
  const double apart = of_day(other) - of_day(one);
  return apart < 0 ? apart + 86'400 : apart;
}

bool is_wrong(const json& event) {
  const std::string level = event.value("level", "");
  return level == "warning" || level == "error";
}

/// Log and status each have their own way with what cannot be printed.
std::string printable_part(const std::string& text) {
  std::string part;
  for (const char c : text)
    if (c >= ' ' && c <= '~' && c != '?') part += c;
  return part;
}

}  // namespace

std::string World::told_since_fault() {
  if (!init_) return told_before_;
  init_->pump();
  return told_before_ + init_->log().substr(std::min(log_at_fault_, init_->log().size()));
}

bool World::told(const std::string& event) {
  return told_since_fault().find("\"event\":\"" + event + "\"") != std::string::npos;
}

bool World::budget_is_spent() {
  // As many starts as the policy allows, within its window, before it was given up.
  const auto events = events_in(init_->log());
  const auto given_up = std::find_if(events.begin(), events.end(), [](const json& event) {
    return event.value("event", "") == "iris.given_up";
  });
  if (given_up == events.end()) return false;
  const auto starts = std::count_if(events.begin(), given_up, [&](const json& event) {
    return event.value("event", "") == "iris.restarting" &&
           seconds_between(event.value("ts", ""), given_up->value("ts", "")) <= 30;
  });
  return starts >= 3;
}

void World::expect_told() {
  if (gave_up_) return;  // this fault was the one too many, and what else it would do is cut off
  for (const std::string& event : may_.told_by)
    if (!watch([&] { return told(event); }, 5s)) breach("no " + event + " tells of it");
}

void World::expect_explained() {
  const std::set<std::string> told_by{may_.told_by.begin(), may_.told_by.end()};
  std::set<std::string> said;
  for (const json& event : events_in(told_since_fault())) {
    const std::string name = event.value("event", "");
    if (!is_wrong(event) || told_by.contains(name) || may_.explains.contains(name) ||
        always_told().contains(name) || (gave_up_ && end_of_the_budget().contains(name)) ||
        !said.insert(name).second)
      continue;
    breach("nobody's fault explains " + event.dump());
  }
}

void World::expect_in_timeline() {
  if (!init_ || told("agent.died")) return;  // killed between the word and the record
  init_->pump();
  const std::string log = init_->log().substr(std::min(log_at_fault_, init_->log().size()));
  const auto answer = testing_support::http_get(IrisContainer::port, "/status", within(5s));
  const json status = json::parse(answer.body, nullptr, false);
  if (!status.is_object() || !status.contains("events"))
    return breach("/status tells no events: " + answer.body);
  for (const json& event : events_in(log)) {
    if (event.value("program", "") != "iris-agent" || !is_wrong(event) ||
        is_for_the_log_alone(event.value("event", "")))
      continue;
    const bool kept =
        std::any_of(status["events"].begin(), status["events"].end(), [&](const json& one) {
          return one.value("event", "") == event.value("event", "") &&
                 printable_part(one.value("message", "")) == printable_part(event.value("msg", ""));
        });
    if (!kept) breach("not in the timeline: " + event.dump());
  }
}

}  // namespace chaos
