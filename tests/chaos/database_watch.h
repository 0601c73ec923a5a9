#pragma once
// DatabaseWatch: never two databases on one directory. A process of its own looks at everybody
// below the test a hundred times a second, whatever the test is busy with, and says what it must
// not see:
//
//   - living processes of IRIS on this directory in two PID namespaces, which is two containers
//   - in one of them, two who each may write to the databases: a control process, a recovery, a
//   write
//     daemon that has outlived its control process. What belongs to a control process is one with
//     it.
//
// Only who was there at one moment counts: each is looked at again once all have been seen.
#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "supervisor/base/unique_fd.h"

namespace chaos {

class DatabaseWatch {
 public:
  /// `directory`: IRIS's, as its processes name it.
  explicit DatabaseWatch(const std::string& directory);
  DatabaseWatch(const DatabaseWatch&) = delete;
  DatabaseWatch& operator=(const DatabaseWatch&) = delete;
  ~DatabaseWatch();

  /// What was seen since the last call; the end of the watch itself is news, too.
  std::vector<std::string> news();
  [[nodiscard]] long looks() const { return looks_; }

 private:
  pid_t watcher_ = 0;
  sup::UniqueFd reports_;
  std::string unread_;
  long looks_ = 0;
  bool ended_ = false;
};

}  // namespace chaos
