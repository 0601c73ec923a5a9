#pragma once
// MergeEdits: live edits of the merge sources, from being seen to being read back. Everything that
// touches a volume is done by cpfmerge in short-lived children; when to do what is decided by
// core/merge_apply.
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "probes/view.h"
#include "supervisor/agent/jobs.h"
#include "supervisor/agent/timeline.h"
#include "supervisor/core/merge_apply.h"

namespace sup {

class MergeEdits {
 public:
  struct Settings {
    std::string cpfmerge;  ///< the program
    std::string run_dir;
    Nanos apply_after = 0;
    bool follow = true;  ///< false: what happened at the start is shown, edits are not followed
  };

  /// `ask_merge`: PID 1 shall run `iris merge`. `changed`: there is something to decide or to show.
  MergeEdits(boost::asio::io_context& io, Settings settings, Jobs& jobs, Timeline& timeline,
             std::function<void()> ask_merge, std::function<void()> changed);

  /// The main program runs: cpfmerge has done its work at the start. `resumed`: an earlier agent
  /// has been here.
  void begin(bool resumed);
  /// The container stops: no more edits.
  void end() { following_ = false; }
  void came_up() { apply_.came_up(); }
  void look() { apply_.look(); }
  /// `code`: exit code of `iris merge`.
  void merge_ended(int code);
  void turn(const MergeFacts& facts);

  [[nodiscard]] Nanos deadline() const { return apply_.deadline(); }
  /// For /status and `irisctl merge`: a JSON object, or "".
  [[nodiscard]] const std::string& text() const { return json_; }
  [[nodiscard]] const probes::MergeView& view() const { return view_; }

 private:
  void follow();
  void followed(const JobResult& result);
  void follow_later();
  void load();
  void tell_edit();
  void tell_sources(std::string_view outcome);
  void read(MergeStep step);
  void read_done(MergeStep step, const JobResult& result);
  void tell_reading(const nlohmann::json& reading);
  void show();

  Settings settings_;
  Jobs& jobs_;
  Timeline& timeline_;
  std::function<void()> ask_merge_;
  std::function<void()> changed_;
  boost::asio::steady_timer again_;
  MergeApply apply_;
  probes::MergeView view_;
  std::string json_;
  std::string summary_;       ///< RUN_DIR/merge.json
  std::string reading_;       ///< of cpfmerge read-back
  std::string told_reading_;  ///< said already
  std::string edited_file_;   ///< the version of the effective file that the last edit made
  bool unread_ = false;       ///< the last reading failed
  bool following_ = false;
  bool complained_ = false;
  bool quiet_ = false;  ///< an earlier agent may have said so already
};

}  // namespace sup
