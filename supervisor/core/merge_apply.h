#pragma once
// MergeApply: how an edit of the merge sources reaches IRIS, and when to read back what came of it.
// Pure.
//
// | state   | means                                         | ends |
// |---------|-----------------------------------------------|------------------------------------------|
// | settled | IRIS has all that it can have                 | an edit → waiting | | waiting |
// iris-main may take the edit over by itself    | it has → settled; too long → asking      | |
// asking  | PID 1 runs `iris merge`, once per edit        | done → settled; not → failed; an edit →
// | |         |                                               | waiting | | failed  | not tried
// again until the next edit           | an edit → waiting; it is there → settled |
//
// Nothing is asked of an IRIS that is down, frozen, or being changed by something else: its start
// takes the whole effective file over anyway. Reading back never changes IRIS.
#include <cstdint>
#include <string_view>

#include "supervisor/base/nanos.h"

namespace sup {

enum class MergeState : std::uint8_t { settled, waiting, asking, failed };
std::string_view name_of(MergeState state);

/// What reading back told.
struct MergeReading {
  bool merged = false;      ///< iris-main says that it merged just this file
  std::size_t differs = 0;  ///< parameters that iris.cpf has not, or otherwise
  std::size_t actions = 0;  ///< in the effective file
};

struct MergeFacts {
  bool up = false;
  bool busy = false;  ///< a command of PID 1 runs or is asked for, or IRIS is frozen
};

enum class MergeStep : std::uint8_t {
  none,
  read,          ///< read back
  read_started,  ///< the same; and what stands in iris.cpf is in effect, since IRIS has just
                 ///< started
  confirm,       ///< the same; and IRIS has got the file's actions
  merge,         ///< ask PID 1 for `iris merge`
};

class MergeApply {
 public:
  /// Between two looks while iris-main may be at it.
  static constexpr Nanos look_period = seconds(2);

  explicit MergeApply(Nanos apply_after) : apply_after_{apply_after} {}

  void edited(Nanos now);
  /// IRIS came up, here or again.
  void came_up();
  /// Read back once; by an agent that finds IRIS up.
  void look() { want_read_ = true; }
  void merge_ended(bool ok);
  /// False: the reading itself failed.
  void read_ended(bool ok, const MergeReading& reading, Nanos now);

  /// Call until it says none; one step at a time.
  MergeStep decide(const MergeFacts& facts, Nanos now);

  [[nodiscard]] MergeState state() const { return state_; }
  [[nodiscard]] Nanos deadline() const;

 private:
  [[nodiscard]] bool may_read(Nanos now) const;
  void settle();

  Nanos apply_after_;
  MergeState state_ = MergeState::settled;
  Nanos apply_at_ = never;
  Nanos next_look_ = never;
  bool reading_ = false;
  bool stale_ = false;  ///< the reading under way began before the last edit
  bool want_started_ = false;
  bool want_confirm_ = false;
  bool want_read_ = false;
};

}  // namespace sup
