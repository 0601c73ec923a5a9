#pragma once
// State: what can be seen of an instance from outside, by locks and shared memory. No process is
// asked, so that nothing hangs when one does not answer.
#include <sys/types.h>

#include <ctime>
#include <string>

#include "instance/instance.h"

namespace standin {

enum class Status { down, starting, incomplete, running, stopping, elsewhere };

struct State {
  Status status = Status::down;
  pid_t control = 0;          ///< the control process, dead or alive; 0 when down or elsewhere
  std::time_t since = 0;      ///< of running, or last used
  std::string health;         ///< field 9; empty when not running
  bool suspended = false;     ///< the write daemon
  bool half_dead = false;     ///< running, but not all of control process and daemons live
  bool logins_ended = false;  ///< a freeze is older than its timeout
};

State observe(const Instance& instance);

}  // namespace standin
