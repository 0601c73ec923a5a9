#include "supervisor/core/start_progress.h"

namespace sup {
namespace {

/// Processes that only look around now and then use some processor time, too: a tenth of a second
/// of it between two looks that count is work.
constexpr std::int64_t least_ticks = 10;

bool is_progress(const StartActivity& before, const StartActivity& now) {
  return now.processes != before.processes || now.io_bytes != before.io_bytes ||
         now.status != before.status || now.cpu_ticks < before.cpu_ticks ||
         now.cpu_ticks - before.cpu_ticks >= least_ticks;
}

}  // namespace

void StartProgress::begin(Nanos now) {
  progress_at_ = now;
  seen_ = {};
}

void StartProgress::see(const StartActivity& activity, Nanos now) {
  if (!is_progress(seen_, activity)) return;
  progress_at_ = now;
  seen_ = activity;
}

}  // namespace sup
