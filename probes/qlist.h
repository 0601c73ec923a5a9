#pragma once
// What `iris qlist INSTANCE` says, as facts: output text in, one poll result out. Whatever is not
// understood is a fact of its own; nothing is ever taken for "running" by accident.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "supervisor/base/nanos.h"

namespace probes {

/// Field 4. `running` only when the text begins with "running,": "running on node …" means that
/// another node holds the instance.
enum class State : std::uint8_t {
  running,
  down,
  starting_or_stopping,
  sign_on_inhibited,
  other_node,
  unknown
};
std::string_view name_of(State state);

/// Field 9. IRIS leaves it blank when it is down, and old versions do not have it.
enum class Health : std::uint8_t { ok, warn, alert, hung, blank, unknown };
std::string_view name_of(Health health);

/// The line of one instance. Fields that this version of IRIS does not print are empty or 0.
struct QlistFacts {
  std::string name;
  std::string install_dir;
  std::string version;
  State state = State::unknown;
  std::string status_text;  ///< field 4 as it was: "running, since Tue Jun 30 12:41:26 2026"
  std::string since;        ///< what follows "since" or "last used"; local time of the container
  std::string cpf;
  int superserver_port = 0;
  int web_port = 0;
  int gateway_port = 0;
  Health health = Health::blank;
  std::string health_text;  ///< field 9 as it was
  std::string product;
  std::string mirror_member;
  std::string mirror_status;
  std::string data_dir;
  std::string superserver_ports;

  bool operator==(const QlistFacts&) const = default;
};

/// Why a poll told nothing about the instance.
struct QlistFailure {
  enum class Kind : std::uint8_t {
    no_line,         ///< no output: IRIS does not know the instance
    garbage,         ///< output, but no line of qlist in it
    other_instance,  ///< lines of other instances only
    exit_status,     ///< it ended with another status than 0
    timed_out,       ///< it did not end before its deadline
    could_not_run    ///< it could not be started
  };
  Kind kind = Kind::no_line;
  std::string why;  ///< for people, one line

  bool operator==(const QlistFailure&) const = default;
};
std::string_view name_of(QlistFailure::Kind kind);

using QlistPoll = std::variant<QlistFacts, QlistFailure>;

/// Limits of parse_qlist(): more than that is garbage.
inline constexpr std::size_t max_qlist_output = 64UL * 1024;
inline constexpr std::size_t max_qlist_line = 4096;

/// Reads the whole standard output of a qlist that ended with status 0. Names are compared without
/// case. 8 fields are the oldest form; missing later ones are blank, more than 14 are ignored.
QlistPoll parse_qlist(std::string_view output, std::string_view instance);

/// Of a qlist that ended with another status. What its exit statuses mean is not documented: a line
/// that says that our instance does not run is believed, one that says it runs is not.
QlistPoll parse_failed_qlist(int code, std::string_view output, std::string_view instance);
QlistPoll qlist_timed_out(sup::Nanos after);
QlistPoll qlist_could_not_run(std::string_view why);

}  // namespace probes
