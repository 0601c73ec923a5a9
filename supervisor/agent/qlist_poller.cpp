#include "supervisor/agent/qlist_poller.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "supervisor/os/clock.h"

namespace sup {

QlistPoller::QlistPoller(boost::asio::io_context& io, Jobs& jobs, std::string instance,
                         Nanos timeout, Done done)
    : jobs_{jobs},
      timer_{io},
      instance_{std::move(instance)},
      timeout_{timeout},
      done_{std::move(done)} {}

void QlistPoller::set_period(Nanos period) {
  if (period == period_ && armed_for_ != never) return;
  period_ = period;
  // A look that somebody wants sooner stays as it is.
  const Nanos next = std::max(monotonic_now(), began_at_ + period_);
  if (!running_) arm(soon_ ? std::min(next, armed_for_) : next);
}

void QlistPoller::poll_soon() {
  soon_ = true;
  if (!running_) arm(std::max(monotonic_now(), began_at_ + gap()));
}

void QlistPoller::arm(Nanos at) {
  armed_for_ = at;
  timer_.expires_at(std::chrono::steady_clock::time_point{std::chrono::nanoseconds{at}});
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) poll();
  });
}

void QlistPoller::poll() {
  // A timer that was armed anew may still deliver its earlier end.
  if (running_ || monotonic_now() < armed_for_) return;
  began_at_ = monotonic_now();
  soon_ = false;
  if (jobs_.alive(job_)) {
    // Killed and still there: its file system is stuck. Another one would only join it.
    done_(probes::qlist_timed_out(timeout_), began_at_, 0);
    return arm(began_at_ + period_);
  }
  running_ = true;
  job_ = jobs_.run(qlist_command(instance_), timeout_, Jobs::Keep::output,
                   [this](const JobResult& result) { finished(result); });
}

void QlistPoller::finished(const JobResult& result) {
  running_ = false;
  arm(began_at_ + (soon_ ? gap() : period_));
  if (!result.started)
    done_(probes::qlist_could_not_run("no process or pipe to be had"), began_at_, result.took);
  else if (result.timed_out)
    done_(probes::qlist_timed_out(timeout_), began_at_, result.took);
  else if (result.code != 0)
    done_(probes::parse_failed_qlist(result.code, result.output, instance_), began_at_,
          result.took);
  else
    done_(probes::parse_qlist(result.output, instance_), began_at_, result.took);
}

}  // namespace sup
