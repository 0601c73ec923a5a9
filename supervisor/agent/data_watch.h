#pragma once
// DataWatch: is the file system of the data full, read-only, failing or stuck? A helper touches it
// from time to time and has a deadline; one that does not come back is the answer "stuck". What the
// mount table says is read here: that needs no I/O.
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <optional>
#include <string>

#include "probes/disk.h"
#include "probes/view.h"
#include "supervisor/agent/jobs.h"
#include "supervisor/base/nanos.h"

namespace sup {

struct DataWatchSettings {
  std::string helper = "cpfmerge";
  Nanos period = seconds(30);
  Nanos timeout = seconds(20);
  std::int64_t min_free = 0;
};

class DataWatch {
 public:
  /// `changed` is called when the trouble has changed; `before` is what why() said until then.
  using Changed = std::function<void(const std::string& before)>;

  DataWatch(boost::asio::io_context& io, Jobs& jobs, DataWatchSettings settings, Changed changed);

  /// Looks at this directory from now on; "" changes nothing.
  void watch(const std::string& directory);
  /// What an earlier agent saw; the next answer of the helper counts.
  void restore(probes::DataTrouble trouble, Nanos since);
  /// Somebody has a reason. Never more often than every few seconds.
  void look_soon();
  /// While a freeze of ours is under way nothing of ours writes to the volume, and a helper that is
  /// caught by a snapshot of the file system says nothing about its health.
  void pause(bool paused);
  /// The mount table, now.
  void read_mounts();

  [[nodiscard]] const std::optional<probes::DataTrouble>& trouble() const { return trouble_; }
  [[nodiscard]] Nanos trouble_since() const { return trouble_since_; }
  /// "the file system of '/external/iris' is stuck"; empty when it is well.
  [[nodiscard]] std::string why() const;
  [[nodiscard]] probes::DataView view(const std::function<std::int64_t(Nanos)>& wall_of) const;

 private:
  [[nodiscard]] Nanos pause_between() const;
  void arm(Nanos at);
  void look();
  void finished(const JobResult& result);
  void judge();

  Jobs& jobs_;
  boost::asio::steady_timer timer_;
  DataWatchSettings settings_;
  Changed changed_;
  std::string directory_;
  std::optional<probes::DiskReport> report_;
  std::optional<probes::Mount> mount_;
  std::optional<probes::DataTrouble> trouble_;
  std::optional<probes::DataTrouble> restored_;  ///< until the helper has answered
  Nanos report_at_ = 0;
  Nanos trouble_since_ = 0;
  Nanos began_at_ = 0;
  Nanos armed_for_ = never;
  std::uint64_t job_ = 0;
  bool running_ = false;
  bool stuck_ = false;
  bool paused_ = false;
};

}  // namespace sup
