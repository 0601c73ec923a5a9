// Hard surroundings.
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "tests/integration/harness/old_seccomp.h"
#include "tests/integration/init_suite.h"

namespace testing_support {
namespace {

/// Runs a program that must end with 5, and a SIGTERM must have been forwarded to it.
Verdict works_in(const std::string& init, const std::function<void()>& surroundings) {
  const TempDir dir;
  const std::string mark = dir / "mark";
  ::chmod(dir.path().c_str(), 0777);
  Launch launch = launch_of(
      init,
      {"--", "sh", "-c", "trap 'exit 5' TERM; : > " + mark + "; while :; do sleep 0.02; done"});
  launch.before_exec = surroundings;
  Program program = Program::as_pid1(launch);
  if (!wait_until([&] { return ::access(mark.c_str(), F_OK) == 0; }, within(10s)))
    return "the program does not run: " + program.log();
  program.signal(SIGTERM);
  const int code = program.wait_code(within(10s));
  return code == 5 ? "" : "code " + std::to_string(code);
}

[[maybe_unused]] Verdict no_descriptors(const std::string& init) {
  Program program = Program::as_pid1(launch_of(init, {"--", SIGNAL_PRINTER}));
  if (!program.wait_for_output("ready\n", within(20s))) return "does not run";
  constexpr rlimit none{0, 0};
  if (::prlimit(program.pid(), RLIMIT_NOFILE, &none, nullptr) != 0) return "cannot set the limit";
  program.signal(SIGTERM);
  if (!program.wait_for_output("got 15\n", within(5s))) return "SIGTERM did not arrive";
  for (const pid_t pid : descendants_of(program.pid()))
    ::kill(pid, SIGKILL);
  const int code = program.wait_code(within(5s));
  return code == 128 + SIGKILL ? "" : "code " + std::to_string(code);
}

Verdict without_proc(const std::string& init) {
  return works_in(init, [] { ::umount2("/proc", MNT_DETACH); });
}

Verdict closed_descriptors(const std::string& init) {
  return works_in(init, [] {
    for (const int fd : {0, 1, 2})
      ::close(fd);
  });
}

Verdict as_any_user(const std::string& init) {
  if (::geteuid() != 0) return {};
  return works_in(init, [] {
    ::setgroups(0, nullptr);
    if (::setgid(51773) != 0 || ::setuid(51773) != 0) ::_exit(120);
  });
}

Verdict no_new_privileges(const std::string& init) {
  return works_in(init, [] { ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); });
}

Verdict old_seccomp_profile(const std::string& init) {
  return works_in(init, install_old_seccomp_profile);
}

Verdict read_only_root(const std::string& init) {
  return works_in(init, [] {
    // What the test itself writes to stays writable.
    ::mount("/tmp", "/tmp", nullptr, MS_BIND, nullptr);
    ::mount("/", "/", nullptr, MS_BIND, nullptr);
    ::mount(nullptr, "/", nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr);
  });
}

Verdict full_pipe(const std::string& init) {
  // Standard error is a pipe that nobody reads and that is full.
  return works_in(init, [] {
    std::array<int, 2> ends{-1, -1};
    if (::pipe2(ends.data(), O_NONBLOCK) != 0) ::_exit(120);
    const std::array<char, 4096> block{};
    while (::write(ends[1], block.data(), block.size()) > 0) {
    }
    ::fcntl(ends[1], F_SETFL, 0);
    ::dup2(ends[1], STDERR_FILENO);
  });
}

Verdict no_wake_ups(const std::string& init) {
  Program program =
      Program::as_pid1(launch_of(init, {"--", "sh", "-c", "echo started; exec sleep 1000"}));
  if (!program.wait_for_output("started\n", within(20s))) return "does not run";
  wait_until([&] { return status_field(program.pid(), "State").starts_with("S"); }, within(5s));
  const auto switches = [&] { return status_field(program.pid(), "voluntary_ctxt_switches"); };
  const std::string before = switches();
  program.wait_for_output("never said", within(2500ms));
  return switches() == before ? "" : "it woke up although nothing happened";
}

Verdict one_thread(const std::string& init) {
  Program program =
      Program::as_pid1(launch_of(init, {"--", "sh", "-c", "echo started; exec sleep 1000"}));
  if (!program.wait_for_output("started\n", within(20s))) return "does not run";
  return status_field(program.pid(), "Threads") == "1" ? "" : "it has threads";
}

constexpr std::array checks{
#ifndef __SANITIZE_ADDRESS__
    // A program that is linked dynamically, as sanitized ones are, needs descriptors to be loaded.
    Check{"works with no descriptor to be had", no_descriptors},
#endif
    Check{"works without /proc", without_proc},
    Check{"works with 0, 1 and 2 closed", closed_descriptors},
    Check{"works as any user", as_any_user},
    Check{"works with no_new_privs", no_new_privileges},
    Check{"works under a seccomp profile that answers EPERM", old_seccomp_profile},
    Check{"works on a read-only root", read_only_root},
    Check{"works with a full pipe as standard error", full_pipe},
    Check{"sleeps while nothing happens", no_wake_ups},
    Check{"has one thread", one_thread},
};

}  // namespace

std::span<const Check> hard_checks() {
  return checks;
}

}  // namespace testing_support
