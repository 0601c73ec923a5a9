#include "supervisor/init/child_environment.h"

#include <sys/mman.h>

namespace sup {
namespace {

constexpr std::size_t spare = 8;  ///< names that set() may add

bool names(std::string_view entry, std::string_view name) {
  return entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=';
}

}  // namespace

bool ChildEnvironment::copy(const char* const* environment) {
  std::size_t given = 0;
  while (environment[given] != nullptr)
    ++given;
  room_ = given + spare;
  void* memory = ::mmap(nullptr, (room_ + 1) * sizeof(char*), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return false;
  table_ = static_cast<const char**>(memory);
  for (count_ = 0; count_ < given; ++count_)
    table_[count_] = environment[count_];
  return true;
}

void ChildEnvironment::leave_out(std::string_view name) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < count_; ++i) {
    if (!names(table_[i], name)) table_[kept++] = table_[i];
  }
  count_ = kept;
  table_[count_] = nullptr;
}

void ChildEnvironment::set(const char* assignment) {
  const std::string_view text{assignment};
  leave_out(text.substr(0, text.find('=')));
  if (count_ == room_) return;
  table_[count_++] = assignment;
  table_[count_] = nullptr;
}

}  // namespace sup
