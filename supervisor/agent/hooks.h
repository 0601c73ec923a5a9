#pragma once
// Hooks: runs the programs in DIRECTORY/pre and DIRECTORY/post, one after the other, by name, each
// with a deadline, and passes on to the log what they say. They are the container's, not the data
// volume's.
#include <functional>
#include <string>
#include <vector>

#include "supervisor/agent/jobs.h"
#include "supervisor/agent/timeline.h"
#include "supervisor/core/freeze_hooks.h"

namespace sup {

class Hooks {
 public:
  /// Which hook failed, and how; empty: none. And whether any was run.
  using Done = std::function<void(const std::string& failure, bool ran)>;

  /// An empty `directory`: there are none, ever.
  Hooks(std::string directory, Nanos timeout, Jobs& jobs, Timeline& timeline)
      : directory_{std::move(directory)}, timeout_{timeout}, jobs_{jobs}, timeline_{timeline} {}

  /// The first pre hook that fails is the last that is run, as is the one during which it becomes
  /// `pointless`; post hooks are run whatever the others do. `done` is called later, once; at once
  /// when there is nothing to run.
  void run(HookPhase phase, std::vector<std::string> environment, std::function<bool()> pointless,
           Done done);

 private:
  struct Round;
  void next(const std::shared_ptr<Round>& round);
  void ended(const std::shared_ptr<Round>& round, const std::string& path, const JobResult& result);
  /// Their names in order. A problem with the directory goes to `problem`.
  [[nodiscard]] std::vector<std::string> list(const std::string& directory, std::string& problem);

  std::string directory_;
  Nanos timeout_;
  Jobs& jobs_;
  Timeline& timeline_;
};

}  // namespace sup
