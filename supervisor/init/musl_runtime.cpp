// What libstdc++'s headers expect of an archive that PID 1 does not link. Reached only by a broken
// invariant of ours.
#include <cstdlib>

// NOLINTBEGIN(readability-identifier-naming): libstdc++'s names
namespace std {

[[noreturn]] void __throw_out_of_range_fmt(const char* /*format*/, ...) {
  std::abort();
}
[[noreturn]] void __throw_bad_optional_access() {
  std::abort();
}

}  // namespace std
// NOLINTEND(readability-identifier-naming)
