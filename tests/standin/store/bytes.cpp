// Little endian numbers, texts with their length, CRC-32.
#include "store/bytes.h"

#include <array>

namespace standin {
namespace {

constexpr std::array<std::uint32_t, 256> make_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t word = i;
    for (int bit = 0; bit < 8; ++bit)
      word = (word >> 1U) ^ ((word & 1U) != 0 ? 0xEDB88320U : 0U);
    table.at(i) = word;
  }
  return table;
}
constexpr auto table = make_table();

template <class Number>
void put(std::string& out, Number number) {
  for (std::size_t i = 0; i < sizeof number; ++i)
    out.push_back(static_cast<char>((number >> (8 * i)) & 0xFFU));
}

template <class Number>
Number number_from(std::string_view bytes) {
  Number number = 0;
  for (std::size_t i = 0; i < sizeof number; ++i)
    number |= static_cast<Number>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  return number;
}

}  // namespace

void put_u32(std::string& out, std::uint32_t number) {
  put(out, number);
}

void put_u64(std::string& out, std::uint64_t number) {
  put(out, number);
}

void put_text(std::string& out, std::string_view text) {
  put_u32(out, static_cast<std::uint32_t>(text.size()));
  out.append(text);
}

std::string_view Taker::bytes(std::size_t count) {
  if (count > rest_.size()) throw Damage{"ends too early"};
  const std::string_view taken = rest_.substr(0, count);
  rest_.remove_prefix(count);
  return taken;
}

std::uint32_t Taker::u32() {
  return number_from<std::uint32_t>(bytes(4));
}

std::uint64_t Taker::u64() {
  return number_from<std::uint64_t>(bytes(8));
}

std::string_view Taker::text() {
  return bytes(u32());
}

std::uint32_t checksum(std::string_view bytes) {
  std::uint32_t word = ~0U;
  for (const char c : bytes)
    word = (word >> 8U) ^ table[(word ^ static_cast<unsigned char>(c)) & 0xFFU];
  return ~word;
}

std::uint64_t mixed(std::uint64_t number) {
  number = (number ^ (number >> 30U)) * 0xBF58476D1CE4E5B9U;
  number = (number ^ (number >> 27U)) * 0x94D049BB133111EBU;
  return number ^ (number >> 31U);
}

}  // namespace standin
