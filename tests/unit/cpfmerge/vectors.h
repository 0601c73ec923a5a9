#pragma once
// Password hashes computed with Python's hashlib.pbkdf2_hmac, independently of the code under test.
#include <string>
#include <string_view>

namespace cpf::vectors {

inline constexpr std::string_view password = "Secret 1";

/// salt = bytes 0 to 63
inline constexpr std::string_view sha512_hash =
    "afed6a72c2b089dbfef0f95fae70e49c324d26baf5d2d78982cf5df81cc53c3f"
    "e78d0a628088cbbabc685c86de0e8e0c4f01bb935b066df400e3185330276345";
inline constexpr std::string_view sha512_salt =
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
    "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f";
inline constexpr std::string_view sha1_value = "7c219b2500aef34df956d8f707faa36cbb2685fb,ab12cd34";
/// salt "01234567"
inline constexpr std::string_view sha1_of_digits = "700aba6b230efb988f096be51da83bb1c8cd4d41";

inline std::string sha512_value() {
  return std::string{sha512_hash}.append(",").append(sha512_salt).append(",10000,SHA512");
}

}  // namespace cpf::vectors
