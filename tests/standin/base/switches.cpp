// The values of switches, and their table for people.
#include "base/switches.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>

#include "base/clock.h"
#include "base/files.h"
#include "base/text.h"

namespace standin {
namespace {

std::string environment(const std::string& name) {
  const char* const value = std::getenv(name.c_str());
  return value == nullptr ? std::string{} : std::string{value};
}

const Switch& find(std::string_view name) {
  const auto table = all_switches();
  const auto known =
      std::find_if(table.begin(), table.end(), [&](const Switch& s) { return s.name == name; });
  if (known == table.end()) throw SwitchError{"no switch '" + std::string{name} + "'"};
  return *known;
}

[[noreturn]] void refuse(std::string_view name, std::string_view value, std::string_view allowed) {
  throw SwitchError{"switch '" + std::string{name} + "' is '" + std::string{value} + "', not " +
                    std::string{allowed}};
}

std::string set_value(const Switch& known) {
  const std::string faults = environment("IRIS_STANDIN_FAULTS");
  if (!faults.empty())
    if (const auto text = read_file(fs::path{faults} / known.name)) return std::string{trim(*text)};
  return environment("IRIS_STANDIN_" + upper(known.name));
}

/// What the switch says when it says something else. Uses no processor time before, which somebody
/// could take for work.
std::string hang_until_healed(std::string_view name) {
  constexpr std::uint32_t any_change = IN_DELETE | IN_MOVE | IN_CLOSE_WRITE;
  const UniqueFd changes{::inotify_init1(IN_CLOEXEC)};
  const std::string directory = environment("IRIS_STANDIN_FAULTS");
  if (!changes || ::inotify_add_watch(changes.get(), directory.c_str(), any_change) < 0) hang();
  for (;;) {
    if (std::string text = switch_text(name); text != "hang") return text;
    alignas(inotify_event) std::array<char, 4096> events{};
    if (::read(changes.get(), events.data(), events.size()) < 0 && errno != EINTR) hang();
  }
}

}  // namespace

std::string_view Switch::fallback() const {
  if (kind == SwitchKind::fault) return {};
  return values.substr(0, values.find('|'));
}

std::vector<std::string_view> Switch::all_values() const {
  return kind == SwitchKind::fact ? split(values, '|') : std::vector<std::string_view>{};
}

std::string switch_text(std::string_view name) {
  const Switch& known = find(name);
  std::string value = set_value(known);
  if (value.empty()) return std::string{known.fallback()};
  const auto allowed = known.all_values();
  if (!allowed.empty() && std::find(allowed.begin(), allowed.end(), value) == allowed.end())
    refuse(name, value, "one of " + std::string{known.values});
  return value;
}

std::int64_t switch_number(std::string_view name) {
  const std::string text = switch_text(name);
  const auto number = to_number(text);
  if (!number || *number < 0) refuse(name, text, "a number");
  return *number;
}

bool switch_is(std::string_view name, std::string_view text) {
  return switch_text(name) == text;
}

std::int64_t switch_ms(std::string_view name) {
  return switch_number(name) / std::max<std::int64_t>(switch_number("clock_scale"), 1);
}

int fault_status(std::string_view name) {
  std::string fault = switch_text(name);
  if (fault == "hang") fault = hang_until_healed(name);
  if (!fault.starts_with("exit:")) return -1;
  const auto status = to_number(std::string_view{fault}.substr(5));
  if (!status || *status < 0 || *status > 255) refuse(name, fault, "exit:0 to exit:255");
  return static_cast<int>(*status);
}

std::int64_t seconds_as_ms(std::int64_t seconds) {
  return seconds * 1000 / std::max<std::int64_t>(switch_number("clock_scale"), 1);
}

std::string switches_as_text() {
  std::string text;
  for (const Switch& one : all_switches()) {
    text.append(one.name).append(" = ").append(one.values).append("\n    ");
    text.append(one.help).append("\n");
  }
  return text;
}

std::string switches_as_markdown() {
  std::string text = "| switch | values | meaning |\n|---|---|---|\n";
  for (const Switch& one : all_switches()) {
    const std::string values = replace_all(std::string{one.values}, "|", "` `");
    text.append("| `").append(one.name).append("` | `").append(values).append("` | ");
    text.append(one.help).append(" |\n");
  }
  return text;
}

}  // namespace standin
