#pragma once
// The processes of an instance, all named irisdb: the control process, which starts and ends the
// others, write daemon, journal daemon, and processes of users.
#include <cstdint>
#include <string>
#include <vector>

#include "base/files.h"
#include "instance/shared_memory.h"

namespace standin {

enum class Role : std::uint8_t { control, write_daemon, journal_daemon, user, passing_user };
std::string role_name(Role role);

/// Daemonises the control process; it brings the others up. As long as `wait_ms` for them to hold
/// their locks; false when it ended or took longer.
bool start_daemons(const Instance& instance, std::int64_t wait_ms);

/// What runs as `irisdb -s<mgr>/ -r<role>`.
int irisdb_main(const std::vector<std::string>& arguments);

/// The loops of the daemons; each returns when it is told to leave, with false when it has not
/// written all that it should. In write_daemon.cpp and journal_daemon.cpp.
bool run_write_daemon(const Instance& instance, const SharedMemory& memory);
bool run_journal_daemon(const Instance& instance, const SharedMemory& memory);
/// In control_process.cpp.
int run_control_process(const Instance& instance, const SharedMemory& memory);

/// How an irisdb with a role is called.
std::vector<std::string> irisdb_command(const Instance& instance, Role role);

}  // namespace standin
