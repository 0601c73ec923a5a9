#pragma once
// SHA-256 (FIPS 180-4) and base64, for checking the hash in the page's security policy. Tests only.
#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

namespace probes {

/// The first 32 bits of the fraction of `root`.
inline std::uint32_t fraction_bits(long double root) {
  return static_cast<std::uint32_t>((root - std::floor(root)) * 4294967296.0L);
}

inline std::string sha256(std::string_view text) {
  std::array<std::uint32_t, 64> k{};
  std::array<std::uint32_t, 8> h{};
  for (std::uint32_t n = 2, found = 0; found < 64; ++n) {
    bool prime = true;
    for (std::uint32_t d = 2; d * d <= n; ++d)
      prime = prime && n % d != 0;
    if (!prime) continue;
    if (found < 8) h[found] = fraction_bits(std::sqrt(static_cast<long double>(n)));
    k[found++] = fraction_bits(std::cbrt(static_cast<long double>(n)));
  }
  std::string data{text};
  data += '\x80';
  while (data.size() % 64 != 56)
    data += '\0';
  const std::uint64_t bits = std::uint64_t{text.size()} * 8;
  for (int shift = 56; shift >= 0; shift -= 8)
    data += static_cast<char>(bits >> shift & 0xffU);

  const auto rotate = [](std::uint32_t x, int n) { return x >> n | x << (32 - n); };
  for (std::size_t block = 0; block < data.size(); block += 64) {
    std::array<std::uint32_t, 64> w{};
    for (std::size_t i = 0; i < 64; ++i) {
      const auto byte = static_cast<std::uint8_t>(data[block + i]);
      w[i / 4] = w[i / 4] << 8U | byte;
    }
    for (std::size_t i = 16; i < 64; ++i) {
      const std::uint32_t a = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3U;
      const std::uint32_t b = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10U;
      w[i] = w[i - 16] + a + w[i - 7] + b;
    }
    std::array<std::uint32_t, 8> s = h;
    for (std::size_t i = 0; i < 64; ++i) {
      const std::uint32_t e = rotate(s[4], 6) ^ rotate(s[4], 11) ^ rotate(s[4], 25);
      const std::uint32_t a = rotate(s[0], 2) ^ rotate(s[0], 13) ^ rotate(s[0], 22);
      const std::uint32_t t1 = s[7] + e + ((s[4] & s[5]) ^ (~s[4] & s[6])) + k[i] + w[i];
      const std::uint32_t t2 = a + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
      s = {t1 + t2, s[0], s[1], s[2], s[3] + t1, s[4], s[5], s[6]};
    }
    for (std::size_t i = 0; i < 8; ++i)
      h[i] += s[i];
  }
  std::string out;
  for (const std::uint32_t word : h) {
    for (int shift = 24; shift >= 0; shift -= 8)
      out += static_cast<char>(word >> shift & 0xffU);
  }
  return out;
}

inline std::string base64(std::string_view bytes) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      group = group << 8U | (i + j < bytes.size() ? static_cast<std::uint8_t>(bytes[i + j]) : 0U);
    }
    for (std::size_t j = 0; j < 4; ++j) {
      out += i + j <= bytes.size() ? digits[group >> (18 - 6 * j) & 63U] : '=';
    }
  }
  return out;
}

}  // namespace probes
