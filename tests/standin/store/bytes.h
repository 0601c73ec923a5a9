#pragma once
// Numbers and texts as bytes in a file, and a checksum over them. Pure.
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace standin {

/// What was read is not what was written. Thrown by everything that decodes.
class Damage : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

void put_u32(std::string& out, std::uint32_t number);  ///< little endian
void put_u64(std::string& out, std::uint64_t number);
void put_text(std::string& out, std::string_view text);  ///< its length in front

/// Takes off the front what was put.
class Taker {
 public:
  explicit Taker(std::string_view bytes) : rest_{bytes} {}
  std::uint32_t u32();
  std::uint64_t u64();
  std::string_view text();
  std::string_view bytes(std::size_t count);
  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

std::uint32_t checksum(std::string_view bytes);  ///< CRC-32
/// For hash tables and sums.
std::uint64_t mixed(std::uint64_t number);

}  // namespace standin
