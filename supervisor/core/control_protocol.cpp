#include "supervisor/core/control_protocol.h"

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>

namespace sup::control {
namespace {

using Json = nlohmann::ordered_json;

/// Printing and comparing recurse: what comes from outside may not choose how deep.
constexpr int max_depth = 32;

std::string line_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

/// An object no deeper than max_depth, else null. Never throws.
Json parse_object(std::string_view text) {
  bool too_deep = false;
  const auto watch_depth = [&too_deep](int depth, Json::parse_event_t, Json&) {
    too_deep = too_deep || depth > max_depth;
    return !too_deep;
  };
  Json json = Json::parse(text, watch_depth, false);
  return json.is_object() && !too_deep ? json : Json();
}

/// Takes fields out of a message; keeps the first thing that is wrong.
class Fields {
 public:
  explicit Fields(const Json& json) : json_{json} {}

  void text(const char* key, std::string& out) {
    if (const Json* value = find(key)) {
      if (value->is_string())
        out = *value->get_ptr<const std::string*>();
      else
        complain(key, "must be a text");
    }
  }
  void flag(const char* key, bool& out) {
    if (const Json* value = find(key)) {
      if (value->is_boolean())
        out = *value->get_ptr<const bool*>();
      else
        complain(key, "must be true or false");
    }
  }
  void number(const char* key, std::int64_t min, std::int64_t max, std::int64_t& out) {
    const Json* value = find(key);
    if (value == nullptr) return;
    if (!value->is_number_integer()) return complain(key, "must be a whole number");
    const auto number = value->get<std::int64_t>();
    const bool wrapped = value->is_number_unsigned() && number < 0;
    if (wrapped || number < min || number > max) return complain(key, "is out of range");
    out = number;
  }
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  /// A field that is null counts as missing.
  const Json* find(const char* key) const {
    const auto at = json_.find(key);
    return at == json_.end() || at->is_null() ? nullptr : &*at;
  }
  void complain(const char* key, const char* what) {
    if (problem_.empty()) problem_ = std::string{"'"} + key + "' " + what;
  }

  const Json& json_;
  std::string problem_;
};

/// The message as an object of our version.
Result<Json> open(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.size() > max_message)
    return Error{"the message is longer than " + std::to_string(max_message) + " bytes"};
  Json json = parse_object(line);
  if (json.is_null()) return Error{"the message is not a JSON object on one line"};
  std::int64_t theirs = 0;
  Fields fields{json};
  fields.number("version", 1, INT64_MAX, theirs);
  if (!fields.problem().empty()) return Error{fields.problem()};
  if (theirs == 0) return Error{"the message has no 'version'"};
  if (theirs != version)
    return Error{"the message has version " + std::to_string(theirs) +
                 " of the control protocol; this program speaks version " +
                 std::to_string(version) + " only: use irisctl and iris-agent of the same release"};
  return json;
}

/// Makes the data smaller in place; false when there is nothing left to take away.
bool cut(Json& data) {
  if (data.empty()) return false;
  const auto events = data.find("events");
  if (events != data.end() && events->is_array() && !events->empty()) {
    const auto half = static_cast<std::ptrdiff_t>((events->size() + 1) / 2);
    events->erase(events->begin(), events->begin() + half);
  } else if (const auto merge = data.find("merge"); merge != data.end() && !merge->is_null()) {
    *merge = nullptr;
  } else if (data.size() == 1 && data.contains("cut")) {
    return false;
  } else {
    data = Json::object();
  }
  data["cut"] = true;
  return true;
}

}  // namespace

std::string encode(const Request& request) {
  Json json{{"version", version}, {"verb", request.verb}};
  if (!request.owner.empty()) json["owner"] = request.owner;
  if (!request.token.empty()) json["token"] = request.token;
  if (!request.probe.empty()) json["probe"] = request.probe;
  if (!request.reason.empty()) json["reason"] = request.reason;
  if (request.length != 0) json["length_ns"] = request.length;
  if (request.lease != 0) json["lease_ns"] = request.lease;
  if (request.timeout != 0) json["timeout_ns"] = request.timeout;
  if (request.force) json["force"] = true;
  if (request.foreign) json["foreign"] = true;
  if (request.now) json["now"] = true;
  return line_of(json);
}

Result<Request> decode_request(std::string_view line) {
  const Result<Json> json = open(line);
  if (!json) return json.error();
  Request request;
  Fields fields{*json};
  fields.text("verb", request.verb);
  fields.text("owner", request.owner);
  fields.text("token", request.token);
  fields.text("probe", request.probe);
  fields.text("reason", request.reason);
  fields.number("length_ns", 0, INT64_MAX, request.length);
  fields.number("lease_ns", 0, INT64_MAX, request.lease);
  fields.number("timeout_ns", 0, INT64_MAX, request.timeout);
  fields.flag("force", request.force);
  fields.flag("foreign", request.foreign);
  fields.flag("now", request.now);
  if (!fields.problem().empty()) return Error{fields.problem()};
  if (request.verb.empty()) return Error{"the message has no 'verb'"};
  return request;
}

std::string encode(const Reply& reply) {
  // Short enough to fit however it is escaped, so that only data is ever taken away.
  constexpr std::size_t longest_text = 4096;
  Json data = parse_object(reply.data);
  if (data.is_null()) data = Json::object();
  Json json{{"version", version},
            {"code", reply.code},
            {"text", reply.text.substr(0, std::min(reply.text.size(), longest_text))},
            {"data", std::move(data)}};
  std::string line = line_of(json);
  while (line.size() > max_message && cut(json["data"]))
    line = line_of(json);
  return line;
}

Result<Reply> decode_reply(std::string_view line) {
  const Result<Json> json = open(line);
  if (!json) return json.error();
  Reply reply;
  std::int64_t code = failed;
  Fields fields{*json};
  fields.number("code", 0, 255, code);
  fields.text("text", reply.text);
  if (!fields.problem().empty()) return Error{fields.problem()};
  reply.code = static_cast<int>(code);
  if (const auto data = json->find("data"); data != json->end() && !data->is_null()) {
    if (!data->is_object()) return Error{"'data' must be an object"};
    reply.data = data->dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  return reply;
}

}  // namespace sup::control
