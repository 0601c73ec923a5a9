#include "supervisor/base/fixed_text.h"

#include <charconv>

namespace sup {

std::string_view digits_of(long long value, int base, std::array<char, 24>& room) {
  const auto end = std::to_chars(room.data(), room.data() + room.size(), value, base);
  return {room.data(), static_cast<std::size_t>(end.ptr - room.data())};
}

}  // namespace sup
