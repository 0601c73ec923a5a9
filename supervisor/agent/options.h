#pragma once
// AgentOptions: how PID 1 calls the agent.
#include <string>
#include <vector>

#include "supervisor/base/result.h"

namespace sup {

struct AgentOptions {
  int link_fd = -1;
  int listen_fd = -1;  ///< the probes' socket, from an agent before us; -1: none
  std::string instance = "IRIS";
  std::string run_dir;
  bool safe = false;  ///< after five deaths in a minute: qlist, probes and stop only
  bool help = false;
  bool version = false;
  bool print_config = false;
  std::vector<std::string> main_argv;  ///< the main program's, as PID 1 runs it
};

Result<AgentOptions> parse_agent_options(const char* const* argv);
std::string_view agent_help();

}  // namespace sup
