#pragma once
// The ISCAgent: two processes in a session of their own that belong to nobody. It serves nothing
// here: instances that share a network would fight over its port.
#include <sys/types.h>

#include <string>
#include <vector>

#include "main/main_log.h"

namespace standin {

class Agent {
 public:
  explicit Agent(MainLog& log) : log_{log} {}

  /// As $IRISSYS/startISCAgent.sh does. A port that is none, or taken: it does not start, and
  /// iris-main goes on.
  void start(const std::string& port);
  /// When iris-main ends: the agent ends with it, or stays (a switch).
  void stop() const;

 private:
  std::string launch(const std::string& port);
  MainLog& log_;
  pid_t pid_ = 0;
};

/// What runs as `ISCAgent`. Does not return before it is told to end.
int agent_main();

}  // namespace standin
