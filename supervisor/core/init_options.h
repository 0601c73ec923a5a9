#pragma once
// InitOptions: what PID 1 is told, from flags and environment only: our own, and all of tini's, so
// that a swap is one line. Pure, no heap; every text points into argv or the environment.
#include <array>
#include <cstdint>
#include <string_view>

#include "supervisor/base/fixed_text.h"
#include "supervisor/base/log_record.h"
#include "supervisor/base/nanos.h"

namespace sup {

/// Exit codes of the main program that count as success (tini's -e).
class RemappedCodes {
 public:
  void add(unsigned code) { bits_[code / 64 % bits_.size()] |= std::uint64_t{1} << (code % 64); }
  [[nodiscard]] int apply(int code) const {
    const auto bit = static_cast<unsigned>(code) & 255U;
    return ((bits_[bit / 64] >> (bit % 64)) & 1U) != 0 ? 0 : code;
  }

 private:
  std::array<std::uint64_t, 4> bits_{};
};

struct InitOptions {
  enum class Log : std::uint8_t { automatic, text, json };

  bool help = false;
  bool version = false;
  bool licence = false;
  bool iris = false;       ///< agent, configuration merge and the IRIS steps of the ladder
  bool ladder = false;     ///< a staged stop; in plain mode only when an option of it was given
  bool stops_iris = true;  ///< false with iris-main's `--down false`
  bool nostu = false;      ///< iris-main's `--nostu true`: started in single-user mode, by us too
  std::string_view instance = "IRIS";
  std::string_view run_dir;
  Nanos stop_timeout = 0;
  FixedText<64> stop_timeout_set_by;  ///< "--stop-timeout", a variable's name, "default"
  Nanos drain_delay = 0;
  FixedText<64> drain_delay_set_by;
  int stop_signal = 0;
  bool remove_leftovers = true;  ///< MERGE IPC_CLEANUP: shared memory that IRIS left
  Log log = Log::automatic;
  Level log_level = Level::info;

  bool subreaper = false;        ///< -s, TINI_SUBREAPER
  bool signal_group = false;     ///< -g, TINI_KILL_PROCESS_GROUP
  bool warn_of_zombies = false;  ///< -w
  int parent_death_signal = 0;   ///< -p
  RemappedCodes remapped;        ///< -e

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

/// What --version says: docker looks for "tini version" when it calls us as its docker-init.
std::string_view init_version(std::string_view program_name);

}  // namespace sup
