#pragma once
// InitOptions: what PID 1 is told, from flags and environment only. Pure, no heap; every text
// points into argv or the environment.
#include <string_view>

#include "supervisor/base/fixed_text.h"
#include "supervisor/base/log_record.h"
#include "supervisor/base/nanos.h"

namespace sup {

struct InitOptions {
  enum class Log : std::uint8_t { automatic, text, json };

  bool help = false;
  bool version = false;
  bool iris = false;    ///< agent, configuration merge and the IRIS steps of the ladder
  bool ladder = false;  ///< a staged stop; in plain mode only with --stop-timeout
  std::string_view instance = "IRIS";
  std::string_view run_dir;
  Nanos stop_timeout = 0;
  Nanos drain_delay = 0;
  int stop_signal = 0;
  bool remove_leftovers = true;  ///< MERGE IPC_CLEANUP: shared memory that IRIS left
  Log log = Log::automatic;
  Level log_level = Level::info;
  const char* const* program = nullptr;  ///< argv of the main program; ends in nullptr
};

struct ParsedOptions {
  InitOptions options;
  FixedText<512> problem;  ///< not empty: what is wrong and what is allowed
};

/// Parsing stops at the first operand, with or without `--`. `argv` ends in nullptr.
ParsedOptions parse_init_options(const char* const* argv, const char* const* environment);

/// The whole text of --help.
std::string_view init_help();

}  // namespace sup
