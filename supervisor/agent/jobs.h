#pragma once
// Jobs: the agent's throw-away children (qlist, sessions, helpers), each in a session of its own,
// each with a deadline. One that cannot be killed is reported in time and never waited for.
#include <sys/types.h>

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "supervisor/base/nanos.h"
#include "supervisor/core/iris_command.h"
#include "supervisor/core/state_record.h"

namespace sup {

struct JobResult {
  bool started = false;
  int code = 0;            ///< exit code; 128 + the signal that ended it
  bool timed_out = false;  ///< the code means nothing then
  std::string output;      ///< at most max_output bytes
  Nanos took = 0;
};

class Jobs {
 public:
  static constexpr std::size_t max_output = 256UL * 1024;
  using Done = std::function<void(const JobResult&)>;
  /// What is kept of a job; and how it is ended when it overruns. A session keeps both outputs; it
  /// is asked to end and given minutes.
  enum class Keep : std::uint8_t { output, output_and_errors, session };

  explicit Jobs(boost::asio::io_context& io);
  /// Ends what still runs, but for sessions.
  ~Jobs();
  Jobs(const Jobs&) = delete;
  Jobs& operator=(const Jobs&) = delete;

  /// `done` is called once, never from within run(). The number tells it apart in alive().
  /// `more_environment`: `NAME=value`, beside our own.
  std::uint64_t run(const Argv& argv, Nanos deadline, Keep keep, Done done,
                    const std::vector<std::string>& more_environment = {});
  /// Has it not been reaped yet? A killed process on a stuck volume stays so.
  [[nodiscard]] bool alive(std::uint64_t number) const;
  /// Its process, so that the next agent finds it; pid 0 when it has been reaped.
  [[nodiscard]] WatchedProcess process(std::uint64_t number) const;
  /// On SIGCHLD: takes every child that has ended.
  void reap();

 private:
  struct Job;
  void read_on(const std::shared_ptr<Job>& job);
  void read_now(const std::shared_ptr<Job>& job);
  enum class Pipe : std::uint8_t { empty, flowing, closed };
  /// What is in the pipe now, but not for ever: a job may write faster than it is read.
  static Pipe take_output(Job& job);
  void expire(const std::shared_ptr<Job>& job);
  static void report(const std::shared_ptr<Job>& job, const JobResult& result);

  boost::asio::io_context& io_;
  std::map<pid_t, std::shared_ptr<Job>> jobs_;
  std::uint64_t last_number_ = 0;
};

}  // namespace sup
