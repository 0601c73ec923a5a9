#include "probes/recovery.h"

#include <fmt/core.h>

#include <algorithm>

#include "supervisor/base/text.h"
#include "supervisor/base/units.h"

namespace probes {
namespace {

constexpr std::size_t longest_text = 200;

std::string printable(std::string_view text) {
  std::string out{sup::cut(sup::trim(text), longest_text)};
  std::replace_if(
      out.begin(), out.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
  return out;
}

/// What stands between the two; nullopt where one of them is missing.
std::optional<std::string_view> between(std::string_view line, std::string_view before,
                                        std::string_view after) {
  const auto at = line.find(before);
  if (at == std::string_view::npos) return std::nullopt;
  line.remove_prefix(at + before.size());
  const auto end = line.find(after);
  if (end == std::string_view::npos) return std::nullopt;
  return sup::trim(line.substr(0, end));
}

std::optional<std::int64_t> number_between(std::string_view line, std::string_view before,
                                           std::string_view after) {
  const auto text = between(line, before, after);
  const auto number = text ? sup::parse_number(*text) : std::nullopt;
  return number ? std::optional<std::int64_t>{*number} : std::nullopt;
}

void read_line(std::string_view line, Recovery& recovery) {
  if (const auto pending = number_between(line, "", " blocks pending in this WIJ"))
    recovery.blocks_pending = pending;
  if (const auto compared = number_between(line, "Finished comparing ", " blocks"))
    recovery.blocks_compared = compared;
  if (const auto status = between(line, "Exiting with status ", ")"))
    recovery.wij_status = printable(*status) + ")";
  if (const auto files = between(line, "Preserving journal files ", " for journal recovery"))
    recovery.journal = printable(*files);
  if (line.find("Previous system shutdown was abnormal") != std::string_view::npos)
    recovery.was_abnormal = true;
}

bool is_clean(const Recovery& recovery) {
  return !recovery.was_abnormal && recovery.blocks_pending.value_or(0) == 0 &&
         !recovery.blocks_compared && recovery.journal.empty();
}

}  // namespace

std::optional<Recovery> recovery_in(std::string_view log) {
  Recovery recovery;
  for (const std::string_view line : sup::lines_of(log)) {
    if (sup::trim(line).starts_with("*** Recovery started at")) recovery = {};
    read_line(line, recovery);
  }
  if (is_clean(recovery)) return std::nullopt;
  return recovery;
}

std::string describe(const Recovery& recovery) {
  std::string out;
  const auto add = [&out](const std::string& part) { out += (out.empty() ? "" : ", ") + part; };
  if (recovery.was_abnormal) add("the shutdown before was abnormal");
  if (recovery.blocks_pending)
    add(fmt::format("{} blocks were pending in the WIJ", *recovery.blocks_pending));
  if (recovery.blocks_compared) add(fmt::format("{} blocks compared", *recovery.blocks_compared));
  if (!recovery.wij_status.empty()) add("WIJ status " + recovery.wij_status);
  if (!recovery.journal.empty()) add("journal files " + recovery.journal);
  return out;
}

}  // namespace probes
