#pragma once
// What the lines of iris-main.log tell. They shorten waiting and give reasons; no verdict ever
// rests on them alone, because their words differ from version to version.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace probes {

struct MainLogNews {
  enum class Kind : std::uint8_t {
    started,         ///< `...started InterSystems IRIS instance IRIS`
    recovers,        ///< `Now attempting WIJ compare`: IRIS had not been shut down cleanly
    incurable,       ///< why a start fails that no restart can heal: incurable.h
    fatal,           ///< `[FATAL] …`: iris-main is about to end
    start_failed,    ///< `Command "iris start …" exited with status N`
    command_failed,  ///< the same of any other command
  };
  Kind kind = Kind::started;
  std::string text;  ///< for people; one line without control characters

  bool operator==(const MainLogNews&) const = default;
};

/// Of a longer line only the beginning is looked at.
inline constexpr std::size_t max_main_log_line = 1024;

/// A line with or without its time in front; nullopt for all others. The numbers that iris-main
/// prints are wait statuses: 256 is exit code 1. Of commands that are not IRIS's own only the
/// program is shown: their arguments may hold secrets.
std::optional<MainLogNews> parse_main_log_line(std::string_view line);

}  // namespace probes
