#include "probes/qlist.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <vector>

#include "supervisor/base/text.h"
#include "supervisor/base/units.h"

namespace probes {
namespace {

constexpr std::size_t fewest_fields = 8;
constexpr std::size_t longest_quote = 120;

QlistFailure failure(QlistFailure::Kind kind, std::string why) {
  return {kind, std::move(why)};
}

std::string quoted(std::string_view text) {
  std::string out{"'"};
  for (const char c : text.substr(0, longest_quote)) {
    out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  }
  return out + (text.size() > longest_quote ? "…'" : "'");
}

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

State state_of(std::string_view status) {
  if (status.starts_with("running,")) return State::running;
  if (status.starts_with("running on node")) return State::other_node;
  if (status == "down" || status.starts_with("down,")) return State::down;
  if (status.starts_with("sign-on inhibited")) return State::sign_on_inhibited;
  if (status.starts_with("starting") || status.starts_with("stopping") ||
      status.starts_with("incomplete start or stop")) {
    return State::starting_or_stopping;
  }
  return State::unknown;
}

Health health_of(std::string_view text) {
  if (text.empty()) return Health::blank;
  for (const Health health : {Health::ok, Health::warn, Health::alert, Health::hung}) {
    if (sup::equal_ignoring_case(text, name_of(health))) return health;
  }
  return Health::unknown;
}

std::string time_of(std::string_view status) {
  for (const std::string_view word : {"since ", "last used "}) {
    const auto at = status.find(word);
    if (at != std::string_view::npos)
      return std::string{sup::trim(status.substr(at + word.size()))};
  }
  return {};
}

int port_of(std::string_view text) {
  const auto number = sup::parse_number(text);
  return number && *number >= 0 && *number <= std::numeric_limits<std::uint16_t>::max()
             ? static_cast<int>(*number)
             : 0;
}

bool is_qlist_line(std::string_view line, const std::vector<std::string_view>& fields) {
  return line.size() <= max_qlist_line && fields.size() >= fewest_fields && !fields[0].empty() &&
         !fields[3].empty() && !has_control_character(line);
}

QlistFacts facts_of(const std::vector<std::string_view>& fields) {
  const auto field = [&fields](std::size_t number) {  // counted from 1, as IRIS documents them
    return number <= fields.size() ? fields[number - 1] : std::string_view{};
  };
  QlistFacts facts;
  facts.name = field(1);
  facts.install_dir = field(2);
  facts.version = field(3);
  facts.state = state_of(field(4));
  facts.status_text = field(4);
  facts.since = time_of(field(4));
  facts.cpf = field(5);
  facts.superserver_port = port_of(field(6));
  facts.web_port = port_of(field(7));
  facts.gateway_port = port_of(field(8));
  facts.health = health_of(sup::trim(field(9)));
  facts.health_text = field(9);
  facts.product = field(10);
  facts.mirror_member = field(11);
  facts.mirror_status = field(12);
  facts.data_dir = field(13);
  facts.superserver_ports = field(14);
  return facts;
}

}  // namespace

QlistPoll parse_qlist(std::string_view output, std::string_view instance) {
  using Kind = QlistFailure::Kind;
  if (output.size() > max_qlist_output) {
    return failure(Kind::garbage, "qlist printed more than 64 KiB");
  }
  if (sup::trim(output).empty()) {
    return failure(Kind::no_line, "qlist printed nothing about instance " + quoted(instance));
  }
  std::optional<QlistFacts> found;
  std::string first_other;
  std::string first_garbage;
  for (const std::string_view untrimmed : sup::lines_of(output)) {
    const std::string_view line = sup::trim(untrimmed);
    if (line.empty()) continue;
    const auto fields = sup::split(line, '^');
    if (!is_qlist_line(line, fields)) {
      if (first_garbage.empty()) first_garbage = line;
    } else if (!sup::equal_ignoring_case(fields[0], instance)) {
      if (first_other.empty()) first_other = fields[0];
    } else if (found && *found != facts_of(fields)) {
      return failure(Kind::garbage, "qlist printed two different lines for " + quoted(instance));
    } else {
      found = facts_of(fields);
    }
  }
  if (found) return *std::move(found);
  if (!first_other.empty()) {
    return failure(Kind::other_instance,
                   "qlist printed " + quoted(first_other) + ", not " + quoted(instance));
  }
  return failure(Kind::garbage, "qlist printed " + quoted(first_garbage));
}

QlistPoll parse_failed_qlist(int code, std::string_view output, std::string_view instance) {
  QlistPoll said = parse_qlist(output, instance);
  const auto* const facts = std::get_if<QlistFacts>(&said);
  if (facts != nullptr && facts->state != State::running && facts->state != State::unknown)
    return said;
  return failure(QlistFailure::Kind::exit_status,
                 "qlist ended with status " + std::to_string(code));
}

QlistPoll qlist_timed_out(sup::Nanos after) {
  return failure(QlistFailure::Kind::timed_out,
                 "qlist did not answer within " + std::string{sup::format_duration(after).view()});
}

QlistPoll qlist_could_not_run(std::string_view why) {
  return failure(QlistFailure::Kind::could_not_run, "cannot run qlist: " + std::string{why});
}

}  // namespace probes
