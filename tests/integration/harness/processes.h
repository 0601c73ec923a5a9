#pragma once
// What /proc tells a test about processes, by their outer pids.
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "supervisor/os/process_table.h"

namespace testing_support {

/// Living descendants of `root`, zombies left out.
std::vector<pid_t> descendants_of(pid_t root);
/// By their times of birth, and by their numbers where those are the same.
bool is_older(const sup::ProcessInfo& one, const sup::ProcessInfo& other);
/// Those of them with this name (the kernel's 15 bytes), the oldest first.
std::vector<pid_t> descendants_named(pid_t root, const std::string& name);
/// Ended but not reaped children of `pid`.
std::size_t zombies_of(pid_t pid);

/// A field of /proc/PID/status, without blanks around it; "" when it is not there.
std::string status_field(pid_t pid, const std::string& name);
/// SigBlk, SigIgn, SigCgt: bit 0 is signal 1.
std::uint64_t signal_set(pid_t pid, const std::string& name);
/// The words that it was started with.
std::vector<std::string> command_line(pid_t pid);
/// The numbers in /proc/PID/fd.
std::vector<int> descriptors_of(pid_t pid);
/// NAME=value as the process was started with, in their order; empty when it is gone.
std::vector<std::string> environment_of(pid_t pid);
/// One variable of what the process was started with; nullopt when it is not set.
std::optional<std::string> environment_of(pid_t pid, const std::string& name);
bool is_alive(pid_t pid);

}  // namespace testing_support
