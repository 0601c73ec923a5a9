#include "supervisor/core/state_record.h"

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>

namespace sup {
namespace {

using nlohmann::json;

constexpr int version = 1;
constexpr std::array<std::string_view, 10> kind_names{"event",  "up",   "restart", "lease",
                                                      "thawed", "hold", "release", "start_failed",
                                                      "wrong",  "asked"};

/// The field if it is there and of that type, else the type's zero.
template <class T>
T field(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end()) return T{};
  if constexpr (std::is_same_v<T, std::string>) {
    return found->is_string() ? found->template get<T>() : T{};
  } else if constexpr (std::is_same_v<T, bool>) {
    return found->is_boolean() && found->template get<T>();
  } else {
    return found->is_number_integer() ? found->template get<T>() : T{};
  }
}

json outcome_to_json(const FreezeOutcome& outcome) {
  return {{"held", outcome.held},         {"known", outcome.known},
          {"ended_by", outcome.ended_by}, {"ended_at", outcome.ended_at},
          {"evidence", outcome.evidence}, {"reason", outcome.reason},
          {"journal", outcome.journal},   {"hooks", outcome.hooks},
          {"lasted", outcome.lasted},     {"without_session", outcome.without_session}};
}

FreezeOutcome outcome_from_json(const json& object) {
  FreezeOutcome outcome;
  outcome.held = field<bool>(object, "held");
  outcome.known = field<bool>(object, "known");
  outcome.ended_by = field<std::string>(object, "ended_by");
  outcome.ended_at = field<Nanos>(object, "ended_at");
  outcome.evidence = field<std::string>(object, "evidence");
  outcome.reason = field<std::string>(object, "reason");
  outcome.journal = field<std::string>(object, "journal");
  outcome.hooks = field<std::string>(object, "hooks");
  outcome.lasted = field<Nanos>(object, "lasted");
  outcome.without_session = field<bool>(object, "without_session");
  return outcome;
}

json lease_to_json(const Lease& lease) {
  return {{"owner", lease.owner},
          {"token", lease.token},
          {"began_at", lease.began_at},
          {"end_at", lease.end_at},
          {"iris_deadman", lease.iris_deadman},
          {"iris_since", lease.iris_since},
          {"witness", lease.witness},
          {"journal", lease.journal},
          {"hooks_begun", lease.hooks_begun},
          {"suspending", lease.suspending},
          {"resuming", lease.resuming},
          {"over", lease.over},
          {"asked_again", lease.asked_again},
          {"outcome", outcome_to_json(lease.outcome)}};
}

Lease lease_from_json(const json& object) {
  Lease lease;
  lease.owner = field<std::string>(object, "owner");
  lease.token = field<std::string>(object, "token");
  lease.began_at = field<Nanos>(object, "began_at");
  lease.end_at = field<Nanos>(object, "end_at");
  lease.iris_deadman = field<bool>(object, "iris_deadman");
  lease.iris_since = field<std::string>(object, "iris_since");
  lease.witness = field<std::string>(object, "witness");
  lease.journal = field<std::string>(object, "journal");
  lease.hooks_begun = field<bool>(object, "hooks_begun");
  lease.suspending = field<bool>(object, "suspending");
  lease.resuming = field<bool>(object, "resuming");
  lease.over = field<bool>(object, "over");
  lease.asked_again = field<bool>(object, "asked_again");
  const auto outcome = object.find("outcome");
  if (outcome != object.end() && outcome->is_object()) lease.outcome = outcome_from_json(*outcome);
  return lease;
}

json ended_to_json(const EndedFreeze& ended) {
  json object = outcome_to_json(ended.outcome);
  object["owner"] = ended.owner;
  object["token"] = ended.token;
  object["over_at"] = ended.over_at;
  object["asked_again"] = ended.asked_again;
  return object;
}

EndedFreeze ended_from_json(const json& object) {
  EndedFreeze ended;
  ended.owner = field<std::string>(object, "owner");
  ended.token = field<std::string>(object, "token");
  ended.over_at = field<Nanos>(object, "over_at");
  ended.asked_again = field<bool>(object, "asked_again");
  ended.outcome = outcome_from_json(object);
  return ended;
}

json wrong_to_json(const Wrong& wrong) {
  return {{"silent", wrong.silent},
          {"hung", wrong.hung},
          {"suspended", wrong.suspended},
          {"data", wrong.data},
          {"trouble", wrong.trouble}};
}

Wrong wrong_from_json(const json& object) {
  Wrong wrong;
  wrong.silent = field<Nanos>(object, "silent");
  wrong.hung = field<Nanos>(object, "hung");
  wrong.suspended = field<Nanos>(object, "suspended");
  wrong.data = field<Nanos>(object, "data");
  wrong.trouble = field<std::string>(object, "trouble");
  return wrong;
}

json to_json(const std::vector<WatchedProcess>& processes) {
  json array = json::array();
  for (const WatchedProcess& process : processes)
    array.push_back({{"pid", process.pid}, {"started", process.started}});
  return array;
}

std::vector<WatchedProcess> processes_from_json(const json& array) {
  std::vector<WatchedProcess> processes;
  for (const json& entry : array) {
    if (!entry.is_object()) continue;
    processes.push_back({field<std::int32_t>(entry, "pid"), field<std::int64_t>(entry, "started")});
  }
  return processes;
}

}  // namespace

std::string encode(const StateRecord& record) {
  json line{{"v", version},
            {"kind", kind_names.at(static_cast<std::size_t>(record.kind))},
            {"incarnation", record.incarnation},
            {"wall_ns", record.wall_ns}};
  switch (record.kind) {
    case StateRecord::Kind::event:
      line["event"] = record.event;
      line["message"] = record.message;
      break;
    case StateRecord::Kind::up:
      line["at"] = record.at;
      line["irisdb_killed"] = record.irisdb_killed;
      line["by_locks"] = record.by_locks;
      line["ticks"] = record.ticks;
      line["processes"] = to_json(record.processes);
      break;
    case StateRecord::Kind::restart:
      line["at"] = record.at;
      break;
    case StateRecord::Kind::hold:
      line["at"] = record.at;
      line["message"] = record.message;
      break;
    case StateRecord::Kind::release:
      break;
    case StateRecord::Kind::asked:
      line["message"] = record.message;
      break;
    case StateRecord::Kind::start_failed:
      line["message"] = record.message;
      line["incurable"] = record.incurable;
      line["failed"] = record.failed;
      break;
    case StateRecord::Kind::lease:
      line["lease"] = lease_to_json(record.lease);
      line["processes"] = to_json(record.processes);
      break;
    case StateRecord::Kind::thawed:
      line["failed"] = record.failed;
      line["earlier"] = record.earlier;
      if (record.failed) line["message"] = record.message;
      if (!record.failed) line["freeze"] = ended_to_json(record.ended);
      break;
    case StateRecord::Kind::wrong:
      line["wrong"] = wrong_to_json(record.wrong);
      break;
  }
  return line.dump(-1, ' ', false, json::error_handler_t::replace) + '\n';
}

std::optional<StateRecord> decode_state_record(std::string_view text) {
  const json line = json::parse(text, nullptr, false);
  if (!line.is_object() || field<int>(line, "v") != version) return std::nullopt;
  const auto kind = field<std::string>(line, "kind");
  StateRecord record;
  bool known = false;
  for (std::size_t i = 0; i < kind_names.size(); ++i) {
    if (kind_names.at(i) != kind) continue;
    record.kind = static_cast<StateRecord::Kind>(i);
    known = true;
  }
  if (!known) return std::nullopt;
  record.incarnation = field<std::uint64_t>(line, "incarnation");
  record.wall_ns = field<std::int64_t>(line, "wall_ns");
  record.at = field<Nanos>(line, "at");
  record.irisdb_killed = field<std::uint64_t>(line, "irisdb_killed");
  record.by_locks = field<bool>(line, "by_locks");
  record.ticks = field<std::int64_t>(line, "ticks");
  record.failed = field<bool>(line, "failed");
  record.earlier = field<bool>(line, "earlier");
  record.event = field<std::string>(line, "event");
  record.message = field<std::string>(line, "message");
  record.incurable = field<std::string>(line, "incurable");
  if (const auto list = line.find("processes"); list != line.end() && list->is_array())
    record.processes = processes_from_json(*list);
  if (const auto lease = line.find("lease"); lease != line.end() && lease->is_object())
    record.lease = lease_from_json(*lease);
  else if (record.kind == StateRecord::Kind::lease)
    return std::nullopt;
  if (const auto wrong = line.find("wrong"); wrong != line.end() && wrong->is_object())
    record.wrong = wrong_from_json(*wrong);
  if (const auto ended = line.find("freeze"); ended != line.end() && ended->is_object())
    record.ended = ended_from_json(*ended);
  return record;
}

std::vector<StateRecord> still_needed(std::vector<StateRecord> records) {
  using Kind = StateRecord::Kind;
  constexpr std::size_t kept_of_a_kind = 1000;
  std::map<Kind, std::size_t> newer;
  std::vector<StateRecord> needed;
  for (auto record = records.rbegin(); record != records.rend(); ++record) {
    const Kind kind = record->kind;
    const bool is_replaced = (kind == Kind::lease && newer[Kind::thawed] + newer[kind] > 0) ||
                             ((kind == Kind::up || kind == Kind::wrong) && newer[kind] > 0);
    if (++newer[kind] <= kept_of_a_kind && !is_replaced) needed.push_back(std::move(*record));
  }
  std::reverse(needed.begin(), needed.end());
  return needed;
}

}  // namespace sup
