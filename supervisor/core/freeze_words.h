#pragma once
// The names of a freeze's steps and phases, and what the output of IRIS's commands tells. Pure.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sup {

enum class FreezeStep : std::uint8_t {
  none,
  probe,            ///< IsWDSuspendedExt: 3 = nobody has suspended it
  before,           ///< the pre hooks; any output: some have run
  suspend,          ///< ExternalFreeze with WDSuspendLimit = the lease
  suspend_plain,    ///< the same for a version that refuses the limit
  confirm,          ///< IsWDSuspendedExt: 5
  sync,             ///< syncfs of the file systems of data, journals and WIJ, by a helper
  witness,          ///< sizes and times of every database and WIJ, by a helper
  undo,             ///< ExternalThaw of what a failed freeze may have suspended
  confirm_undone,   ///< IsWDSuspendedExt: 3
  recheck,          ///< IsWDSuspendedExt right before the thaw: 5 = still suspended
  ask_who,          ///< the line of messages.log that tells who has resumed it, by a helper
  rewitness,        ///< the list of the witness once more
  resume,           ///< ExternalThaw
  resume_forced,    ///< iris stat INSTANCE -W
  confirm_resumed,  ///< IsWDSuspendedExt: 3
  after,            ///< the post hooks
  settle,           ///< IsWDSuspendedExt: 3 = nothing of ours is left
};
inline constexpr int freeze_step_count = 18;
std::string_view name_of(FreezeStep step);

enum class FreezePhase : std::uint8_t { thawed, freezing, frozen, thawing, settling };
std::string_view name_of(FreezePhase phase);

/// The time in front of a line of messages.log, in the time zone of IRIS.
struct LineTime {
  int year = 0;
  int month = 0;  ///< 1 to 12
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int millisecond = 0;
  bool operator==(const LineTime&) const = default;
};
/// `08/11/21-05:49:55:411 (18380) 0 [...] ...`; nullopt: it begins otherwise.
std::optional<LineTime> time_of_line(std::string_view line);

/// The journal file that ExternalFreeze names on its output; empty when it does not.
std::string journal_of(std::string_view output);

/// The first file whose line is in one of two witnesses only; empty when they are equal.
std::string changed_file(std::string_view before, std::string_view after);

}  // namespace sup
