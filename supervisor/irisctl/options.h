#pragma once
// Options: what irisctl is told on its command line, checked and complete. Pure.
#include <cstdint>
#include <string>
#include <vector>

#include "supervisor/base/nanos.h"
#include "supervisor/core/control_protocol.h"
#include "supervisor/irisctl/verbs.h"

namespace sup {

/// What `wait --for` waits for.
enum class Awaited : std::uint8_t { ready, live, started, down };
std::string_view name_of(Awaited awaited);

/// What the command line does not tell.
struct Surroundings {
  std::string run_dir = {};        ///< IRIS_INIT_PATHS_RUN_DIR; "" when not set
  std::string default_owner = {};  ///< of a freeze: user@host
  int process = 0;                 ///< tells two runs of with-freeze apart
};

struct Options {
  Verb verb = Verb::help;
  std::string socket;  ///< path of control.sock
  bool json = false;
  bool iris_status = false;
  control::Request request;          ///< complete for every verb that is one request
  Awaited awaited = Awaited::ready;  ///< wait
  Nanos timeout = 0;                 ///< wait, freeze, thaw; 0: no limit
  std::vector<std::string> command;  ///< with-freeze
  std::string text;                  ///< not empty: print it and do nothing else
};

struct ParsedCommandLine {
  Options options;      ///< iris_status counts also beside a problem
  std::string problem;  ///< not empty: what is wrong and what is allowed, one line
};

/// `words` without the program's name.
ParsedCommandLine parse_command_line(const std::vector<std::string>& words,
                                     const Surroundings& around);

/// What irisctl exits with, after what the agent or we said: never 5, unless `iris_status` asks for
/// IRIS's own convention (5 done, 3 anything else). A code that is not in the contract is `failed`.
int exit_status(int code, bool iris_status);

}  // namespace sup
