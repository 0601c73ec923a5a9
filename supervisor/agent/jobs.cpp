#include "supervisor/agent/jobs.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <chrono>
#include <utility>
#include <vector>

#include "supervisor/base/unique_fd.h"
#include "supervisor/core/exit_code.h"
#include "supervisor/os/clock.h"
#include "supervisor/os/process_table.h"
#include "supervisor/os/reap.h"
#include "supervisor/os/spawn.h"

namespace sup {

namespace asio = boost::asio;

namespace {

/// Between SIGTERM and SIGKILL of a job that has overrun its deadline. A session of IRIS that is
/// killed while it holds shared memory can hang the instance: it gets all the time that can be had.
constexpr auto grace = std::chrono::seconds{2};
constexpr auto session_grace = std::chrono::minutes{5};

}  // namespace

struct Jobs::Job {
  explicit Job(asio::io_context& io) : output{io}, timer{io} {}
  pid_t pid = 0;
  std::int64_t started = 0;  ///< clock ticks since boot
  std::uint64_t number = 0;
  Keep keep = Keep::output;
  asio::posix::stream_descriptor output;
  asio::steady_timer timer;
  JobResult result;
  Nanos began_at = 0;
  Done done;  ///< empty once reported
};

Jobs::Jobs(asio::io_context& io) : io_{io} {}

Jobs::~Jobs() {
  for (const auto& [pid, job] : jobs_) {
    if (job->keep != Keep::session) ::kill(-pid, SIGKILL);  // a session ends by itself
  }
}

std::uint64_t Jobs::run(const Argv& argv, Nanos deadline, Keep keep, Done done,
                        const std::vector<std::string>& more_environment) {
  auto job = std::make_shared<Job>(io_);
  job->number = ++last_number_;
  job->keep = keep;
  job->began_at = monotonic_now();
  job->done = std::move(done);

  std::array<int, 2> pipe_ends{-1, -1};
  const UniqueFd nothing{::open("/dev/null", O_RDWR | O_CLOEXEC)};
  const bool have_pipe = ::pipe2(pipe_ends.data(), O_CLOEXEC | O_NONBLOCK) == 0;
  UniqueFd read_end{pipe_ends[0]};
  UniqueFd write_end{pipe_ends[1]};
  // The child's end blocks as a child expects; O_NONBLOCK belongs to our end's open file alone.
  if (have_pipe) ::fcntl(write_end.get(), F_SETFL, 0);

  std::vector<const char*> words;
  for (const std::string& word : argv)
    words.push_back(word.c_str());
  words.push_back(nullptr);
  std::vector<const char*> environment;
  for (const std::string& entry : more_environment)
    environment.push_back(entry.c_str());
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry)
    environment.push_back(*entry);
  environment.push_back(nullptr);
  SpawnOptions spawning;
  spawning.file = words[0];
  spawning.argv = words.data();
  spawning.environment = environment.data();
  spawning.own_session = true;
  spawning.default_signals = true;
  spawning.stdin_fd = nothing.get();
  spawning.stdout_fd = write_end.get();
  spawning.stderr_fd = keep == Keep::output ? nothing.get() : write_end.get();
  const auto pid = have_pipe && nothing ? spawn(spawning) : ErrnoOr<pid_t>::failed(EMFILE);
  if (!pid) {
    asio::post(io_, [job] { report(job, job->result); });
    return job->number;
  }
  job->pid = *pid;
  job->result.started = true;
  if (ProcessInfo process; read_process(job->pid, process)) job->started = process.started;
  job->output.assign(read_end.release());
  jobs_[job->pid] = job;
  job->timer.expires_after(std::chrono::nanoseconds{deadline});
  job->timer.async_wait([this, job](const boost::system::error_code& error) {
    if (!error) expire(job);
  });
  read_on(job);
  return job->number;
}

bool Jobs::alive(std::uint64_t number) const {
  return std::any_of(jobs_.begin(), jobs_.end(),
                     [&](const auto& entry) { return entry.second->number == number; });
}

WatchedProcess Jobs::process(std::uint64_t number) const {
  for (const auto& [pid, job] : jobs_) {
    if (job->number == number) return {pid, job->started};
  }
  return {};
}

/// Never by async_read_some(): what it has read may still wait in the loop's queue, unseen, when
/// the job's end is told.
void Jobs::read_on(const std::shared_ptr<Job>& job) {
  job->output.async_wait(asio::posix::stream_descriptor::wait_read,
                         [this, job](const boost::system::error_code& error) {
                           if (!error) read_now(job);
                         });
}

void Jobs::read_now(const std::shared_ptr<Job>& job) {
  if (!job->output.is_open()) return;  // it has ended meanwhile
  switch (take_output(*job)) {
    case Pipe::empty:
      return read_on(job);
    case Pipe::flowing:  // others have their turn
      return asio::post(io_, [this, job] { read_now(job); });
    case Pipe::closed:
      return;
  }
}

Jobs::Pipe Jobs::take_output(Job& job) {
  constexpr int most_pieces = 64;
  std::array<char, 4096> piece;  // NOLINT(cppcoreguidelines-pro-type-member-init): read() fills it
  for (int i = 0; i < most_pieces; ++i) {
    const ssize_t n = ::read(job.output.native_handle(), piece.data(), piece.size());
    if (n < 0) return errno == EAGAIN || errno == EINTR ? Pipe::empty : Pipe::closed;
    if (n == 0) return Pipe::closed;
    std::string& kept = job.result.output;
    kept.append(piece.data(), std::min(static_cast<std::size_t>(n), max_output - kept.size()));
  }
  return Pipe::flowing;
}

void Jobs::expire(const std::shared_ptr<Job>& job) {
  if (!job->done) return;  // it has ended meanwhile, and its number may be another's
  // Asked first: a session of IRIS that is killed while it holds shared memory can hang the
  // instance.
  ::kill(-job->pid, SIGTERM);
  if (job->keep == Keep::session)
    job->timer.expires_after(session_grace);
  else
    job->timer.expires_after(grace);
  job->timer.async_wait([job](const boost::system::error_code& error) {
    if (!error) ::kill(-job->pid, SIGKILL);
  });
  job->result.timed_out = true;
  report(job, job->result);
}

void Jobs::report(const std::shared_ptr<Job>& job, const JobResult& result) {
  if (!job->done) return;
  JobResult final = result;
  final.took = monotonic_now() - job->began_at;
  const Done done = std::exchange(job->done, nullptr);
  done(final);
}

void Jobs::reap() {
  for (;;) {
    const Reaped child = reap_one(false);
    if (child.pid == 0) return;
    const auto found = jobs_.find(child.pid);
    if (found == jobs_.end()) continue;
    const std::shared_ptr<Job> job = found->second;
    jobs_.erase(found);
    job->timer.cancel();
    ::kill(-job->pid, SIGKILL);  // what it left behind in its session
    // What it wrote last is still in the pipe; who inherited the pipe is not waited for.
    take_output(*job);
    boost::system::error_code ignored;
    job->output.close(ignored);
    job->result.code = exit_code_of(child.status);
    report(job, job->result);
  }
}

}  // namespace sup
