#pragma once
// What the tests of freezes have in common: IRIS's answers, and looks at what is under way.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "tests/integration/iris/container.h"

namespace testing_support {

inline constexpr const char* is_suspended = "##class(Backup.General).IsWDSuspendedExt()";
inline constexpr int suspended = 5;
inline constexpr int not_suspended = 3;

inline nlohmann::json json_of(const IrisContainer::Answer& answer) {
  return nlohmann::json::parse(answer.out, nullptr, false);
}

inline std::string text_of_file(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// A line of messages.log that holds `text`.
inline bool wait_for_message(const IrisContainer& container, std::string_view text,
                             Deadline deadline) {
  return wait_until(
      [&] {
        const std::string log = text_of_file(container.dir / "data/iris/mgr/messages.log");
        return log.find(text) != std::string::npos;
      },
      deadline);
}

/// Sessions whose code holds `code`.
inline std::vector<pid_t> sessions(const Program& init, std::string_view code) {
  std::vector<pid_t> all = descendants_of(init.pid());
  std::erase_if(all, [&](pid_t pid) {
    const std::string words = text_of_file("/proc/" + std::to_string(pid) + "/cmdline");
    return words.find("session") == std::string::npos || words.find(code) == std::string::npos;
  });
  return all;
}

inline void kill_agent(const Program& init) {
  ::kill(descendants_named(init.pid(), "iris-agent").front(), SIGKILL);
}

/// The freeze's part of `irisctl status`; null while there is no agent.
inline nlohmann::json freeze_status(const IrisContainer& container, const Program& init) {
  const nlohmann::json status = json_of(container.irisctl(init, {"status", "-o", "json"}));
  return status.is_object() ? status.value("freeze", nlohmann::json{}) : nlohmann::json{};
}
inline std::string freeze_state(const IrisContainer& container, const Program& init) {
  const nlohmann::json freeze = freeze_status(container, init);
  return freeze.is_object() ? freeze.value("state", "") : "";
}

}  // namespace testing_support
