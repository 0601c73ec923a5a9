#include "supervisor/agent/start_words.h"

#include <limits>
#include <utility>

#include "probes/main_log.h"
#include "probes/recovery.h"
#include "supervisor/base/text.h"
#include "supervisor/base/units.h"

namespace sup {
namespace {

constexpr Nanos helper_deadline = seconds(10);

/// What the helper prints: the file's size on a line, then what it holds from where it was asked.
struct Tail {
  std::int64_t size = 0;
  std::string_view text;
};

std::optional<Tail> tail_of(const JobResult& result) {
  if (!result.started || result.timed_out || result.code != 0) return std::nullopt;
  const std::string_view output = result.output;
  const auto line = output.find('\n');
  const auto size = parse_number(output.substr(0, line));
  if (!size || line == std::string_view::npos) return std::nullopt;
  return Tail{*size, output.substr(line + 1)};
}

}  // namespace

void StartWords::ask(std::int64_t from, Jobs::Done done) {
  jobs_.run({helper_, "helper", "tail", path_, std::to_string(from)}, helper_deadline,
            Jobs::Keep::output, std::move(done));
}

void StartWords::forget(const std::string& data_directory) {
  from_.reset();
  found_ = nullptr;
  looking_ = false;
  ++start_;
  path_ = data_directory.empty() ? std::string{} : data_directory + "/mgr/messages.log";
}

void StartWords::begin_at(const std::string& data_directory, std::int64_t from) {
  forget(data_directory);
  if (!path_.empty()) from_ = from;
}

void StartWords::begin(const std::string& data_directory, std::function<void()> ready) {
  forget(data_directory);
  looking_ = !path_.empty();
  if (!looking_) return;
  // Beyond any end: only the size comes back.
  ask(std::numeric_limits<std::int64_t>::max(),
      [this, start = start_, ready = std::move(ready)](const JobResult& result) {
        if (start != start_) return;
        looking_ = false;
        if (const auto tail = tail_of(result)) from_ = tail->size;
        ready();
      });
}

void StartWords::read(Found found) {
  if (found_) return;
  if (!from_) return found(Said{});
  found_ = std::move(found);
  ask(*from_, [this, start = start_](const JobResult& result) {
    if (start == start_) answer(result);
  });
}

void StartWords::answer(const JobResult& result) {
  Said said;
  if (const auto tail = tail_of(result)) {
    from_ = tail->size;
    if (const auto recovery = probes::recovery_in(tail->text))
      said.recovered = probes::describe(*recovery);
    for (const std::string_view line : lines_of(tail->text)) {
      const auto news = probes::parse_main_log_line(line);
      if (!news || news->kind != probes::MainLogNews::Kind::incurable) continue;
      said.incurable = news->text;
      break;
    }
  }
  const Found found = std::exchange(found_, nullptr);
  found(said);
}

}  // namespace sup
