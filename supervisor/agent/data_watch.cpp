#include "supervisor/agent/data_watch.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "supervisor/os/clock.h"
#include "supervisor/os/files.h"

namespace sup {
namespace {

/// Between two looks that somebody has a reason for, and while there is trouble.
constexpr Nanos shortest_pause = seconds(5);
constexpr std::size_t largest_mount_table = 1024UL * 1024;

}  // namespace

DataWatch::DataWatch(boost::asio::io_context& io, Jobs& jobs, DataWatchSettings settings,
                     Changed changed)
    : jobs_{jobs}, timer_{io}, settings_{std::move(settings)}, changed_{std::move(changed)} {}

void DataWatch::watch(const std::string& directory) {
  if (directory.empty() || directory == directory_) return;
  directory_ = directory;
  report_.reset();
  stuck_ = false;
  read_mounts();
  if (!running_) arm(monotonic_now());
}

void DataWatch::restore(probes::DataTrouble trouble, Nanos since) {
  trouble_ = restored_ = trouble;
  trouble_since_ = since;
}

void DataWatch::look_soon() {
  if (running_ || directory_.empty()) return;
  const Nanos soon =
      std::max(monotonic_now(), began_at_ + std::min(settings_.period, shortest_pause));
  if (soon < armed_for_) arm(soon);
}

void DataWatch::pause(bool paused) {
  if (std::exchange(paused_, paused) && !paused) look_soon();
}

void DataWatch::read_mounts() {
  const auto table = read_file("/proc/self/mountinfo", largest_mount_table);
  mount_ = table ? probes::mount_of(*table, directory_) : std::nullopt;
  judge();
}

Nanos DataWatch::pause_between() const {
  return trouble_ ? std::min(settings_.period, shortest_pause) : settings_.period;
}

void DataWatch::arm(Nanos at) {
  armed_for_ = at;
  timer_.expires_at(std::chrono::steady_clock::time_point{std::chrono::nanoseconds{at}});
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) look();
  });
}

void DataWatch::look() {
  // A timer that was armed anew may still deliver its earlier end.
  if (running_ || monotonic_now() < armed_for_) return;
  began_at_ = monotonic_now();
  // One that was killed and is still there hangs in the kernel: another would only join it.
  if (paused_ || jobs_.alive(job_)) return arm(began_at_ + pause_between());
  armed_for_ = never;
  running_ = true;
  job_ = jobs_.run({settings_.helper, "helper", "disk", directory_}, settings_.timeout,
                   Jobs::Keep::output, [this](const JobResult& result) { finished(result); });
}

void DataWatch::finished(const JobResult& result) {
  running_ = false;
  if (result.timed_out) {
    stuck_ = stuck_ || !paused_;
  } else if (result.started) {
    stuck_ = false;
    restored_.reset();
    report_ = result.started && result.code == 0 ? probes::parse_disk_report(result.output)
                                                 : std::nullopt;
    report_at_ = began_at_;
  }
  read_mounts();  // an error of the write may be a remount that the table tells more exactly
  arm(began_at_ + pause_between());
}

void DataWatch::judge() {
  const std::string before = why();
  auto now = probes::trouble_of(report_, mount_, settings_.min_free);
  if (!now) now = restored_;
  if (stuck_) now = probes::DataTrouble::stuck;
  if (now == trouble_) return;
  trouble_ = now;
  trouble_since_ = monotonic_now();
  changed_(before);
}

std::string DataWatch::why() const {
  if (!trouble_) return {};
  std::string text =
      fmt::format("the file system of '{}' is {}", directory_, probes::name_of(*trouble_));
  if (*trouble_ == probes::DataTrouble::full && report_)
    text += fmt::format(": {} MiB of {} MiB are free", report_->free_bytes >> 20,
                        report_->size_bytes >> 20);
  return text;
}

probes::DataView DataWatch::view(const std::function<std::int64_t(Nanos)>& wall_of) const {
  probes::DataView view;
  view.directory = directory_;
  view.trouble = trouble_;
  if (trouble_) view.trouble_since = wall_of(trouble_since_);
  view.report = report_;
  if (report_) view.report_at = wall_of(report_at_);
  if (mount_) {
    view.mount_point = mount_->point;
    view.mount_type = mount_->type;
  }
  return view;
}

}  // namespace sup
