#include "supervisor/irisctl/render.h"

#include <fmt/core.h>

#include "supervisor/irisctl/fields.h"

namespace sup {
namespace {

std::string journal_line(const Json& data) {
  const std::string journal = text_in(field(data, {"journal"}));
  return journal.empty() ? std::string{} : fmt::format("journal: {}\n", journal);
}

double seconds_in(const Json& json) {
  return json.is_number() ? json.get<double>() : 0;
}

}  // namespace

std::string freeze_text(const control::Reply& reply) {
  const Json data = object_of(reply.data);
  const std::string token = text_in(field(data, {"token"}));
  if (token.empty()) return line_text(reply.text);
  std::string out =
      fmt::format("{} for '{}' until {}, a lease of {}",
                  flag_in(field(data, {"already"})) ? "already frozen" : "frozen",
                  text_in(field(data, {"owner"})), time_text(number_in(field(data, {"lease_end"}))),
                  length_text(seconds_in(field(data, {"lease_seconds"}))));
  const double took = seconds_in(field(data, {"seconds"}));
  if (took > 0) out += fmt::format("; it took {}", length_text(took));
  out += '\n';
  if (field(data, {"iris_deadman"}) == false)
    out += "warning: IRIS has no time limit of its own for this freeze; only iris-agent ends it\n";
  out += journal_line(data);
  return out + fmt::format("token: {}\n", token);
}

std::string thaw_text(const control::Reply& reply) {
  const Json data = object_of(reply.data);
  const Json& held = field(data, {"held"});
  if (!held.is_boolean()) return line_text(reply.text);
  const std::string reason = text_in(field(data, {"reason"}));
  const std::string how = text_in(field(data, {"how"}));
  const bool unknown = text_in(field(data, {"verdict"})) == "unknown";
  std::string out = flag_in(held) ? "held" : unknown ? "not known to have held" : "did not hold";
  if (!flag_in(held) && !reason.empty()) out += ": " + reason;
  const std::string ended_at = text_in(field(data, {"ended_at"}));
  if (!ended_at.empty()) out += fmt::format("; it ended at {}", ended_at);
  const double frozen = seconds_in(field(data, {"frozen_seconds"}));
  if (frozen > 0) out += fmt::format("; frozen for {}", length_text(frozen));
  out += flag_in(held) ? "; a copy cut meanwhile is application-consistent\n"
                       : "; a copy cut meanwhile is crash-consistent only\n";
  const std::string evidence = text_in(field(data, {"evidence"}));
  if (!evidence.empty()) out += fmt::format("IRIS says: {}\n", evidence);
  if (flag_in(field(data, {"already"}))) out += "it was thawed before\n";
  if (!how.empty() && how != "session") out += fmt::format("thawed {}\n", how);
  const std::string hooks = text_in(field(data, {"hooks"}));
  if (!hooks.empty()) out += fmt::format("warning: post hook {}\n", hooks);
  return out + journal_line(data);
}

std::string line_text(std::string_view text) {
  return printable(text) + '\n';
}

std::string json_text(std::string_view data) {
  const Json json = object_of(data);
  if (json.is_null()) return "{}\n";
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::string token_in(std::string_view data) {
  return text_in(field(object_of(data), {"token"}));
}

bool is_down(std::string_view data) {
  const Json json = object_of(data);
  return text_in(field(json, {"qlist", "state"})) == "down" &&
         field(json, {"qlist_failure"}).is_null();
}

}  // namespace sup
