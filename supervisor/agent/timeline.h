#pragma once
// Timeline: what happened, as events. Each goes to the log, to memory (the last 1000) and to the
// state file, so that the next agent can tell it, too.
#include <fmt/core.h>

#include <deque>
#include <string>
#include <string_view>
#include <utility>

#include "probes/view.h"
#include "supervisor/agent/state_file.h"
#include "supervisor/base/log.h"

namespace sup {

class Timeline {
 public:
  explicit Timeline(StateFile& file) : file_{file} {}

  /// `event` is `component.verb`.
  template <class... Args>
  void add(Level level, std::string_view event, fmt::format_string<Args...> format,
           Args&&... args) {
    record(level, event, fmt::format(format, std::forward<Args>(args)...));
  }
  /// What PID 1 did, whose log has said so already.
  void note(std::string_view event, std::string message);
  /// One that an earlier agent had recorded.
  void restore(const StateRecord& record);

  [[nodiscard]] const std::deque<probes::EventView>& events() const { return events_; }

 private:
  void record(Level level, std::string_view event, std::string message);
  void keep(std::int64_t wall_ns, std::string_view event, std::string message);

  StateFile& file_;
  std::deque<probes::EventView> events_;
};

}  // namespace sup
