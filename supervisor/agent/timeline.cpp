#include "supervisor/agent/timeline.h"

#include "supervisor/os/clock.h"

namespace sup {

void Timeline::record(Level level, std::string_view event, std::string message) {
  log::write(level, event, message);
  note(event, std::move(message));
}

void Timeline::note(std::string_view event, std::string message) {
  const std::int64_t now = wall_now();
  StateRecord record;
  record.kind = StateRecord::Kind::event;
  record.wall_ns = now;
  record.event = std::string{event};
  record.message = message;
  file_.append(std::move(record));
  keep(now, event, std::move(message));
}

void Timeline::restore(const StateRecord& record) {
  keep(record.wall_ns, record.event, record.message);
}

void Timeline::keep(std::int64_t wall_ns, std::string_view event, std::string message) {
  events_.push_back({wall_ns / seconds(1), std::string{event}, std::move(message)});
  if (events_.size() > probes::max_events_shown) events_.pop_front();
}

}  // namespace sup
