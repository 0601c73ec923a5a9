#pragma once
// The numbers among a directory's names: threads in /proc/PID/task, descriptors in /proc/PID/fd,
// processes in /proc. opendir(3) would use the heap.
#include <array>
#include <cstddef>

#include "supervisor/base/unique_fd.h"

namespace sup {

/// One reading of a directory, number by number.
class NumbersIn {
 public:
  explicit NumbersIn(const char* path);
  /// False: it cannot be opened.
  explicit operator bool() const { return static_cast<bool>(fd_); }
  /// -1: there are no more.
  int next();

 private:
  UniqueFd fd_;
  long at_ = 0;
  long end_ = 0;
  alignas(8) std::array<char, 2048> buffer_;  ///< what next() has read: [at_, end_)
};

/// Calls visit(number) for each; false when the directory cannot be opened.
template <class Visit>
bool for_each_number_in(const char* path, Visit visit) {
  NumbersIn numbers{path};
  if (!numbers) return false;
  for (int number = numbers.next(); number >= 0; number = numbers.next())
    visit(number);
  return true;
}

}  // namespace sup
