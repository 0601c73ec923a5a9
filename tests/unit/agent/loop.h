#pragma once
// Loop: an event loop as the agent's, which a test turns until something has happened.
#include <signal.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <chrono>
#include <functional>

#include "supervisor/agent/jobs.h"
#include "supervisor/os/clock.h"
#include "supervisor/os/process_table.h"
#include "supervisor/os/signals.h"

namespace sup::testing_support {

class Loop {
 public:
  Loop() : signals_{io_} {
    auto input = block_and_read_signals();
    if (input) signals_.assign(input->fd.release());
    wait_for_signals();
  }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop() = default;

  boost::asio::io_context& io() { return io_; }
  Jobs& jobs() { return jobs_; }

  /// False when it has not happened within `limit`.
  bool until(const std::function<bool()>& happened, Nanos limit = seconds(15)) {
    const Nanos end = monotonic_now() + limit;
    while (!happened()) {
      if (monotonic_now() >= end) return false;
      io_.restart();
      io_.run_one_for(std::chrono::milliseconds{20});
    }
    return true;
  }
  /// Everything that can be done now.
  void settle() {
    io_.restart();
    io_.poll();
  }

 private:
  void wait_for_signals() {
    signals_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                        [this](const boost::system::error_code& error) {
                          if (error) return;
                          while (next_signal(signals_.native_handle()).number != 0) {
                          }
                          jobs_.reap();
                          wait_for_signals();
                        });
  }

  boost::asio::io_context io_{1};
  boost::asio::posix::stream_descriptor signals_;
  Jobs jobs_{io_};
};

/// A zombie that nobody reaps counts as gone.
inline bool is_gone(pid_t pid) {
  ProcessInfo process;
  return !read_process(pid, process) || process.state == 'Z' || process.state == 'X';
}

}  // namespace sup::testing_support
