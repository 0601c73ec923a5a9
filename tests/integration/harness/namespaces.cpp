#include "tests/integration/harness/namespaces.h"

#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "supervisor/base/unique_fd.h"

namespace testing_support {
namespace {

std::string because(const std::string& what, int error) {
  return what + ": " + std::strerror(error) +
         "; run the tests as root, or where unprivileged user namespaces are allowed";
}

/// Root inside is who we are outside.
bool map_ids(uid_t uid, gid_t gid) {
  const auto put = [](const char* file, const std::string& text) {
    std::ofstream out{file};
    out << text << std::flush;
    return out.good();
  };
  return put("/proc/self/setgroups", "deny") &&
         put("/proc/self/uid_map", "0 " + std::to_string(uid) + " 1") &&
         put("/proc/self/gid_map", "0 " + std::to_string(gid) + " 1");
}

bool bring_loopback_up() {
  const sup::UniqueFd socket{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  ifreq request{};
  std::memcpy(request.ifr_name, "lo", 3);
  request.ifr_flags = IFF_UP;
  return socket && ::ioctl(socket.get(), SIOCSIFFLAGS, &request) == 0;
}

std::string isolate() {
  const uid_t uid = ::geteuid();
  const gid_t gid = ::getegid();
  if (uid != 0 || ::unshare(CLONE_NEWNET) != 0) {
    if (::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
      return because("cannot make namespaces", errno);
    if (!map_ids(uid, gid)) return because("cannot map user ids", errno);
  }
  if (!bring_loopback_up()) return because("cannot bring the loopback device up", errno);

  const auto pid = static_cast<pid_t>(
      ::syscall(SYS_clone, CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | SIGCHLD, 0, 0, 0, 0));
  if (pid < 0) return because("cannot make a PID namespace", errno);
  if (pid == 0) ::_exit(mount_own_proc());
  int status = 0;
  ::waitpid(pid, &status, 0);
  if (status != 0) return because("cannot mount /proc in a PID namespace", WEXITSTATUS(status));
  return {};
}

}  // namespace

const std::string& why_no_namespaces() {
  static const std::string reason = isolate();
  return reason;
}

int mount_own_proc() {
  if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return errno;
  if (::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) != 0)
    return errno;
  return 0;
}

}  // namespace testing_support
