#pragma once
// StateFile: the agent's memory on RUN_DIR/state, append-only. The run directory is a tmpfs of the
// container, never the data volume.
#include <string>
#include <string_view>
#include <vector>

#include "supervisor/base/result.h"
#include "supervisor/base/unique_fd.h"
#include "supervisor/core/state_record.h"

namespace sup {

class StateFile {
 public:
  explicit StateFile(std::string path) : path_{std::move(path)} {}

  struct Loaded {
    std::vector<StateRecord> records;  ///< still needed ones, oldest first
    std::size_t broken_lines = 0;      ///< a last line that was cut short, or worse
    std::string left_frozen;           ///< whose freeze ended with the container before this one
  };
  /// Reads what there is and opens the file for appending. A file that cannot be read at all is set
  /// aside as `state.broken`; the agent goes on without memory.
  Result<Loaded> open(std::uint64_t incarnation);

  /// Appends one record; the incarnation is filled in here. Errors are counted, never fatal.
  void append(StateRecord record);
  [[nodiscard]] std::uint64_t failures() const { return failures_; }

 private:
  /// Writes the file, which holds `contents`, anew without what is not needed, and opens it.
  Loaded load(std::string_view contents);

  std::string path_;
  std::uint64_t incarnation_ = 0;
  UniqueFd file_;
  std::uint64_t failures_ = 0;
  std::size_t size_ = 0;        ///< of the file, in bytes
  std::size_t compact_at_ = 0;  ///< the size at which it is written anew
  bool torn_ = false;           ///< the last append did not go out whole
};

}  // namespace sup
