#pragma once
// SourceWatch: waits until something may have happened to the sources of the merge. inotify tells
// at once; where it cannot (network shares, links into other directories) the caller looks again
// after a while.
#include "cpfmerge/cli/prepare_settings.h"
#include "supervisor/base/nanos.h"
#include "supervisor/base/unique_fd.h"

namespace cpf::cli {

class SourceWatch {
 public:
  /// From now on. A ConfigMap or Secret is swapped by renaming a link in the directory of the file.
  explicit SourceWatch(const PrepareInput& input);

  /// Returns when something has happened and then nothing more for a moment, or after `limit`.
  void wait(sup::Nanos limit);

 private:
  [[nodiscard]] bool happens_within(sup::Nanos limit);
  sup::UniqueFd events_;
};

}  // namespace cpf::cli
