#include "cpfmerge/advice.h"

#include "supervisor/base/text.h"

namespace cpf {
namespace {

std::string_view value_of(const Document& merge, const Document& active, std::string_view section,
                          std::string_view key) {
  if (const auto value = merge.get(section, key)) return sup::trim(*value);
  return sup::trim(active.get(section, key).value_or(""));
}

/// `globals=0,0,800,0,0,0`: buffers by size of their blocks; all zero leaves it to IRIS.
bool sets_memory(std::string_view globals) {
  return globals.find_first_of("123456789") != std::string_view::npos;
}

}  // namespace

std::vector<std::string> advice_on_settings(const Document& merge, const Document& active) {
  std::vector<std::string> advice;
  // "Global buffer setting requires attention.  Auto-selected 25% of total memory.", says IRIS.
  if (!sets_memory(value_of(merge, active, "config", "globals")))
    advice.emplace_back(
        "[config] globals is not set: IRIS takes 25% of the memory that it sees for its buffers; "
        "set it in a merge file, such as globals=0,0,800,0,0,0 for 800 MB");
  // Licensed images come with it switched off.
  if (value_of(merge, active, "Startup", "WebServer") == "0")
    advice.emplace_back(
        "[Startup] WebServer is 0: IRIS's own web server, and with it the Management Portal, is "
        "off; set WebServer=1 in a merge file if nothing else serves them");
  return advice;
}

std::string advice_on_huge_pages(std::string_view meminfo, std::uint64_t capabilities) {
  constexpr unsigned ipc_lock = 14;
  constexpr std::string_view total = "HugePages_Total:";
  if ((capabilities >> ipc_lock & 1U) != 0) return {};
  for (const std::string_view line : sup::lines_of(meminfo)) {
    if (!line.starts_with(total)) continue;
    const std::string_view number = sup::trim(line.substr(total.size()));
    if (number.empty() || number == "0") return {};
    return "this machine has " + std::string{number} +
           " huge pages, but IRIS cannot use them without the capability IPC_LOCK: add it to "
           "securityContext.capabilities.add";
  }
  return {};
}

}  // namespace cpf
