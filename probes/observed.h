#pragma once
// Observed: what has been seen of IRIS so far, folded event by event into the facts that the
// verdict rests on. Pure; it remembers the last word of each witness and since when it holds.
#include <optional>

#include "probes/health.h"
#include "probes/qlist.h"

namespace probes {

class Observed {
 public:
  /// Since when something has been wrong; 0: it is not. What the next observer has to know, so that
  /// no patience begins anew with it.
  struct Wrong {
    sup::Nanos silent = 0;  ///< qlist tells nothing
    sup::Nanos hung = 0;
    sup::Nanos suspended_by_other = 0;

    bool operator==(const Wrong&) const = default;
  };
  struct News {
    bool new_failure = false;    ///< another way of telling nothing than before
    bool maybe_foreign = false;  ///< hung, and not by us, or suspended before: is it suspended?
  };
  /// `began_at` is when that qlist was started: what it tells is not newer. While a freeze of ours
  /// is under way `hung` says nothing about IRIS's health: a suspended write daemon is one of its
  /// documented causes.
  News poll(const QlistPoll& poll, sup::Nanos began_at, bool frozen_by_us);
  /// A session was asked whether the write daemon is suspended, by nobody of us. True: that has
  /// changed.
  bool suspended_by_other(bool yes, sup::Nanos now);
  void data(std::optional<DataTrouble> trouble) { data_trouble_ = trouble; }
  [[nodiscard]] Wrong wrong() const;
  /// As an earlier observer saw it. A poll counts, before or after.
  void restore(const Wrong& wrong);

  /// The fields of Facts that come from here.
  void fill(Facts& facts) const;

  [[nodiscard]] const std::optional<QlistFacts>& last_good() const { return last_good_; }
  [[nodiscard]] sup::Nanos last_good_at() const { return last_good_at_; }
  [[nodiscard]] const std::optional<sup::Nanos>& hung_since() const { return hung_since_; }
  [[nodiscard]] const std::optional<sup::Nanos>& suspended_by_other_since() const {
    return suspended_by_other_since_;
  }

 private:
  std::optional<QlistFacts> last_good_;
  sup::Nanos last_good_at_ = 0;
  std::optional<QlistFailure> failing_;
  sup::Nanos failing_since_ = 0;
  std::optional<sup::Nanos> hung_since_;
  std::optional<sup::Nanos> suspended_by_other_since_;
  std::optional<DataTrouble> data_trouble_;
};

}  // namespace probes
