#pragma once
// QlistPoller: runs `iris qlist` from time to time, one at a time, each with a deadline, and turns
// what comes back into facts.
#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <string>

#include "probes/qlist.h"
#include "supervisor/agent/jobs.h"
#include "supervisor/base/nanos.h"

namespace sup {

class QlistPoller {
 public:
  /// However many reasons there are to look at once, a look costs IRIS something. A shorter period
  /// is a decision; reasons never come closer than this.
  static constexpr Nanos shortest_gap = seconds(1);

  /// `began_at` is when that qlist was started: what it tells is not newer.
  using Done = std::function<void(const probes::QlistPoll& poll, Nanos began_at, Nanos took)>;

  QlistPoller(boost::asio::io_context& io, Jobs& jobs, std::string instance, Nanos timeout,
              Done done);

  /// Every so often from now on; takes effect at once.
  void set_period(Nanos period);
  /// As soon as the gap allows.
  void poll_soon();

 private:
  [[nodiscard]] Nanos gap() const { return std::min(period_, shortest_gap); }
  void arm(Nanos at);
  void poll();
  void finished(const JobResult& result);

  Jobs& jobs_;
  boost::asio::steady_timer timer_;
  std::string instance_;
  Nanos timeout_;
  Done done_;
  Nanos period_ = seconds(1);
  Nanos armed_for_ = never;
  Nanos began_at_ = -hours(100'000);  ///< so long ago that the first look is due at once
  std::uint64_t job_ = 0;
  bool running_ = false;
  bool soon_ = false;  ///< somebody asked for a look that has not begun yet
};

}  // namespace sup
