#pragma once
// MainLog: follows iris-main.log and tells its news. The file lies in iris-main's working
// directory, which is the agent's own. On the container's own file system it is read here, as soon
// as it grows; on anything else, which may be the data volume, a helper reads it when look() is
// called.
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstdint>
#include <functional>
#include <string>

#include "probes/main_log.h"
#include "supervisor/agent/jobs.h"

namespace sup {

class MainLog {
 public:
  using Heard = std::function<void(const probes::MainLogNews&)>;

  MainLog(boost::asio::io_context& io, Jobs& jobs, std::string helper, Heard heard);

  /// Follows `directory`/iris-main.log from here on: what it holds already is history. `is_own`:
  /// on the container's own file system; there a file that was born at `from_birth` or later (ns
  /// since 1970) is new as a whole.
  void follow(const std::string& directory, bool is_own, std::int64_t from_birth);
  /// The same for our working directory.
  void follow(std::int64_t from_birth);
  /// Whatever is new and has not been noticed.
  void look();
  /// Whether it is known where the history ends: the helper's first answer says so.
  [[nodiscard]] bool knows_end() const { return knows_end_; }

 private:
  void await_change();
  void read_new();
  void ask_helper();
  void helper_answered(const JobResult& result);
  void hear(std::string_view text);

  boost::asio::posix::stream_descriptor changes_;  ///< inotify; closed where there is none
  Jobs& jobs_;
  std::string helper_;
  Heard heard_;
  std::string path_;
  bool is_own_ = false;
  bool knows_end_ = false;  ///< offset_ is where our reading begins
  std::int64_t offset_ = 0;
  std::string carry_;  ///< the beginning of a line that has not ended
  std::uint64_t job_ = 0;
  bool asking_ = false;
};

}  // namespace sup
