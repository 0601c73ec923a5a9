#pragma once
// spawn(): the only way in which we start a program. fork + exec by hand, since posix_spawn cannot
// set a parent death signal and, on musl, cannot close descriptors. No heap.
#include <signal.h>
#include <sys/types.h>

#include "supervisor/base/errno_or.h"

namespace sup {

struct SpawnOptions {
  const char* file = nullptr;                ///< looked up in PATH when it holds no '/'
  const char* const* argv = nullptr;         ///< ends in nullptr
  const char* const* environment = nullptr;  ///< ends in nullptr
  const sigset_t* mask = nullptr;            ///< the child's signal mask; nullptr: nothing blocked
  bool own_session = false;                  ///< setsid(): out of reach of the terminal's signals
  bool own_group = false;                    ///< process group of its own
  bool foreground = false;        ///< with own_group: give it the terminal, if there is one
  bool default_signals = false;   ///< forget which signals the caller ignored
  bool child_ignored = false;     ///< SIGCHLD ignored, as our caller had it
  bool keep_descriptors = false;  ///< what is not close-on-exec stays open, whatever its number
  int parent_death_signal = 0;
  int stdin_fd = -1;  ///< -1: inherited
  int stdout_fd = -1;
  int stderr_fd = -1;
  int passed_fd = -1;       ///< becomes descriptor 3; everything else above 2 is closed
  int also_passed_fd = -1;  ///< with passed_fd: becomes descriptor 4
};

/// The child's pid, or why fork failed. A program that cannot be executed is a child that says so
/// on standard error in one line and exits 127 (not found) or 126 (anything else), as a shell
/// would. A script without a first line "#!" is run by /bin/sh, as execvp(3) of glibc does.
ErrnoOr<pid_t> spawn(const SpawnOptions& options);

}  // namespace sup
