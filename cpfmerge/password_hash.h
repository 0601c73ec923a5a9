#pragma once
// PasswordHash: the two forms in which IRIS keeps a password. Pure: the caller brings the salt.
//   hash40hex,salt                     PBKDF2-HMAC-SHA1, 1024 rounds, the salt's characters as they
//   are hash128hex,salt128hex,N,SHA512     PBKDF2-HMAC-SHA512, N rounds, the salt decoded from hex
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "supervisor/base/result.h"

namespace cpf {

enum class HashForm : std::uint8_t {
  sha1,
  sha512,
  other,  ///< an algorithm that IRIS documents and that we neither make nor verify
};

struct PasswordHash {
  HashForm form = HashForm::other;
  std::string hash;  ///< bytes
  std::string salt;  ///< bytes
  std::uint32_t work_factor = 0;
  std::string doubt;  ///< a warning: accepted, though it may not be what was meant
};

constexpr std::uint32_t default_work_factor = 10'000;
constexpr std::uint32_t most_work_factor = 10'000'000;
using Salt = std::array<std::uint8_t, 64>;

/// `hash,salt,N,SHA512`; 1 <= work_factor <= most_work_factor.
std::string make_sha512(std::string_view password, const Salt& salt,
                        std::uint32_t work_factor = default_work_factor);
/// `hash,salt`; eight letters and digits made from the first bytes of `salt`.
std::string make_sha1(std::string_view password, const Salt& salt);

/// The value as it stands in a CPF, quotes allowed. The error never shows any of it.
sup::Result<PasswordHash> parse_password_hash(std::string_view value);

/// Never true for HashForm::other.
bool verify(std::string_view password, const PasswordHash& hash);

}  // namespace cpf
