#include "cpfmerge/cli/data_lock.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include <cerrno>
#include <cstring>

#include "supervisor/base/log.h"
#include "supervisor/base/nanos.h"
#include "supervisor/base/units.h"
#include "supervisor/os/clock.h"

namespace cpf::cli {
namespace {

constexpr sup::Nanos poll = sup::milliseconds(200);
constexpr sup::Nanos remind = sup::seconds(30);

Refusal refuse(std::string message) {
  return {"prepare.refused", std::move(message)};
}

std::string remedy_for(int error, const std::string& directory) {
  switch (error) {
    case EACCES:
    case EPERM:
      return ownership_remedy(directory);
    case EROFS:
      return "the volume is mounted read-only: mount it read-write";
    case ENOENT:
      return "its parent does not exist: mount the volume there, or correct ISC_DATA_DIRECTORY";
    case ENOTDIR:
      return "correct ISC_DATA_DIRECTORY: it must name a directory";
    default:
      return "look at the volume";
  }
}

Step open_directory(const std::string& path, sup::UniqueFd& fd) {
  if (!path.starts_with('/'))
    return refuse(
        fmt::format("ISC_DATA_DIRECTORY '{}' does not begin with '/'; name it in full", path));
  if (::mkdir(path.c_str(), 0775) == 0) {
    sup::log::info("prepare.created", "created the data directory '{}'", path);
  } else if (errno != EEXIST) {
    const int error = errno;
    const std::string parent = path.substr(0, std::max<std::size_t>(path.rfind('/'), 1));
    return refuse(fmt::format("cannot create the data directory '{}': {}{}; {}", path,
                              std::strerror(error), describe_owner(parent),
                              remedy_for(error, parent)));
  }
  fd.reset(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd) return std::nullopt;
  const int error = errno;
  return refuse(fmt::format("cannot open the data directory '{}': {}{}; {}", path,
                            std::strerror(error), describe_owner(path), remedy_for(error, path)));
}

void pause() {
  const timespec time{0, static_cast<long>(poll)};
  ::nanosleep(&time, nullptr);
}

/// 0: the lock is ours; EWOULDBLOCK: another's.
int try_lock(int fd) {
  while (::flock(fd, LOCK_EX | LOCK_NB) != 0)
    if (errno != EINTR) return errno;
  return 0;
}

/// Who holds IRIS's own lock, as text; "" when nobody does or it cannot be told. A process that is
/// stuck in the kernel outlives its container, and its lock with it. Which kind of lock IRIS takes
/// is not documented.
std::string holder_of_iris_lock(const std::string& directory) {
  const std::string path = directory + "/mgr/ilock";
  const sup::UniqueFd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (!fd) return {};
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;  // all of it: each daemon locks a part
  if (::fcntl(fd.get(), F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK && lock.l_pid > 0)
    return fmt::format("process {} still holds '{}'", lock.l_pid, path);
  const bool of_file = lock.l_type != F_UNLCK;
  const bool of_description = try_lock(fd.get()) == EWOULDBLOCK;  // ours ends with `fd`
  if (!of_file && !of_description) return {};
  return fmt::format("a process that is not to be seen from here still holds '{}'", path);
}

/// Waits until `holder` says nothing any more. It is asked every 200 ms and names who holds the
/// data, or refuses.
template <class Holder>
Step wait_while_held(const PrepareInput& input, const Reporter& reporter, Holder holder) {
  const sup::Nanos limit = input.settings.duration(sup::setting::merge_data_wait);
  const sup::Nanos begin = sup::monotonic_now();
  sup::Nanos next_line = begin;
  bool reported = false;
  for (;;) {
    std::string who;
    if (auto refusal = holder(who)) return refusal;
    if (who.empty()) return std::nullopt;
    const sup::Nanos now = sup::monotonic_now();
    if (now - begin >= limit)
      return Refusal{"prepare.gave_up",
                     fmt::format("{}, for {} now; is there a second pod on this volume? "
                                 "IRIS_INIT_MERGE_DATA_WAIT says how long to wait",
                                 who, sup::describe_duration(now - begin).view()),
                     sup::ExitCode::give_up};
    if (now >= next_line) {
      if (!reported && !reporter.send(sup::PrepareStage::waiting_for_data))
        return refuse("iris-init is gone; nothing to prepare for");
      sup::log::warning("prepare.waiting", "waiting for '{}': {}; {} left", input.data_directory,
                        who, sup::describe_duration(begin + limit - now).view());
      reported = true;
      next_line = now + remind;
    }
    pause();
  }
}

Step wait_for_lock(const PrepareInput& input, const Reporter& reporter, int fd) {
  const std::string& directory = input.data_directory;
  return wait_while_held(input, reporter, [&](std::string& who) -> Step {
    const int error = try_lock(fd);
    if (error == EWOULDBLOCK) who = fmt::format("another container holds '{}'", directory);
    if (error == 0 || error == EWOULDBLOCK) return std::nullopt;
    return refuse(
        fmt::format("cannot lock the data directory '{}': {}; use a file system with "
                    "flock(2): block storage, not a network share",
                    directory, std::strerror(error)));
  });
}

Step wait_for_iris_lock(const PrepareInput& input, const Reporter& reporter) {
  return wait_while_held(input, reporter, [&](std::string& who) -> Step {
    who = holder_of_iris_lock(input.data_directory);
    return std::nullopt;
  });
}

}  // namespace

Step lock_data(const PrepareInput& input, const Reporter& reporter, sup::UniqueFd& lock) {
  if (input.data_directory.empty()) return std::nullopt;
  sup::UniqueFd fd;
  if (auto refusal = open_directory(input.data_directory, fd)) return refusal;
  if (auto refusal = wait_for_lock(input, reporter, fd.get())) return refusal;
  if (!reporter.send(sup::PrepareStage::locked, fd.get()))
    return refuse("cannot pass the data lock on: iris-init is gone");
  sup::log::info("prepare.locked", "holding the data directory '{}'", input.data_directory);
  lock = std::move(fd);
  return wait_for_iris_lock(input, reporter);
}

}  // namespace cpf::cli
