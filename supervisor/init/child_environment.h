#pragma once
// ChildEnvironment: the caller's environment with a few names left out or set. Its table is mapped
// once at start; afterwards nothing is allocated. The texts stay the caller's.
#include <cstddef>
#include <string_view>

namespace sup {

class ChildEnvironment {
 public:
  /// False when there is no memory. `environment` must outlive this.
  bool copy(const char* const* environment);
  void leave_out(std::string_view name);
  /// `assignment` is NAME=value and must outlive this; replaces NAME where it is set.
  void set(const char* assignment);

  [[nodiscard]] const char* const* table() const { return table_; }

 private:
  const char** table_ = nullptr;
  std::size_t count_ = 0;
  std::size_t room_ = 0;
};

}  // namespace sup
