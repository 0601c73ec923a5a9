#pragma once
// A file that grows by whole pieces: what did not get in whole is taken out again before anything
// else may follow.
#include <cstddef>
#include <string_view>

#include "base/files.h"

namespace standin {

class GrowingFile {
 public:
  GrowingFile() = default;
  /// An empty file, at its beginning.
  explicit GrowingFile(UniqueFd fd) : fd_{std::move(fd)} {}

  /// On disk when true. False: nothing of it counts, to be tried again; errno says why.
  [[nodiscard]] bool append(std::string_view piece);

 private:
  UniqueFd fd_;
  std::size_t size_ = 0;   ///< of what counts
  bool has_rest_ = false;  ///< something that does not count may lie behind it
};

}  // namespace standin
