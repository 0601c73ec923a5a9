#include "cpfmerge/password_hash.h"

#include <fmt/core.h>
#include <nettle/memops.h>
#include <nettle/pbkdf2.h>

#include <algorithm>
#include <optional>

#include "supervisor/base/text.h"
#include "supervisor/base/units.h"

namespace cpf {
namespace {

constexpr std::size_t sha1_size = 20;
constexpr std::size_t sha512_size = 64;
constexpr unsigned sha1_rounds = 1024;
constexpr std::string_view expected =
    "expected 'hash,salt' (40 hex digits, 8 characters) or 'hash,salt,10000,SHA512' (128 hex "
    "digits "
    "each)";

const std::uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}
std::uint8_t* bytes_of(std::string& text) {
  return reinterpret_cast<std::uint8_t*>(text.data());
}

std::string derive_sha1(std::string_view password, std::string_view salt) {
  std::string out(sha1_size, '\0');
  nettle_pbkdf2_hmac_sha1(password.size(), bytes_of(password), sha1_rounds, salt.size(),
                          bytes_of(salt), out.size(), bytes_of(out));
  return out;
}

std::string derive_sha512(std::string_view password, std::string_view salt, std::uint32_t rounds) {
  std::string out(sha512_size, '\0');
  nettle_pbkdf2_hmac_sha512(password.size(), bytes_of(password), rounds, salt.size(),
                            bytes_of(salt), out.size(), bytes_of(out));
  return out;
}

std::string to_hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out.push_back(digits[byte >> 4U]);
    out.push_back(digits[byte & 15U]);
  }
  return out;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> from_hex(std::string_view hex) {
  if (hex.empty() || hex.size() % 2 != 0) return std::nullopt;
  std::string out;
  out.reserve(hex.size() / 2);
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = hex_digit(hex[i]);
    const int low = hex_digit(hex[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out.push_back(static_cast<char>(high * 16 + low));
  }
  return out;
}

sup::Error malformed(std::string_view found) {
  return {fmt::format("PasswordHash: {}; {}", found, expected)};
}

sup::Result<PasswordHash> parse_short(std::string_view hash, std::string_view salt) {
  const auto bytes = from_hex(hash);
  if (!bytes) return malformed("its first field is not hex");
  if (salt.empty()) return malformed("its second field is empty");
  PasswordHash out;
  out.hash = *bytes;
  const auto long_salt = from_hex(salt);
  if (bytes->size() == sha512_size && long_salt && long_salt->size() == sha512_size) {
    out.form = HashForm::sha512;
    out.salt = *long_salt;
    out.work_factor = default_work_factor;
    out.doubt = "PasswordHash without work factor and algorithm; write ',10000,SHA512' behind it";
    return out;
  }
  if (bytes->size() != sha1_size)
    return malformed(fmt::format("2 fields, the first of {} characters", hash.size()));
  out.form = HashForm::sha1;
  out.salt = salt;
  out.work_factor = sha1_rounds;
  if (salt.size() != 8)
    out.doubt =
        fmt::format("PasswordHash: a salt of {} characters; IRIS's own have 8", salt.size());
  return out;
}

sup::Result<PasswordHash> parse_long(const std::vector<std::string_view>& fields) {
  PasswordHash out;
  const auto hash = from_hex(fields[0]);
  const auto salt = from_hex(fields[1]);
  const auto rounds = sup::parse_number(fields[2]);
  if (!rounds || *rounds < 1 || *rounds > most_work_factor)
    return malformed("its third field is not a work factor from 1 to 10000000");
  if (!hash) return malformed("its first field is not hex");
  out.hash = *hash;
  out.work_factor = static_cast<std::uint32_t>(*rounds);
  if (sup::equal_ignoring_case(fields[3], "SHA512")) {
    if (!salt) return malformed("its second field is not hex");
    if (hash->size() != sha512_size || salt->size() != sha512_size)
      return malformed(
          fmt::format("fields of {} and {} characters", fields[0].size(), fields[1].size()));
    out.form = HashForm::sha512;
    out.salt = *salt;
    return out;
  }
  for (const std::string_view known : {"SHA1", "SHA256", "SHA384"})
    if (sup::equal_ignoring_case(fields[3], known)) {
      if (fields[1].empty()) return malformed("its second field is empty");
      out.salt = fields[1];
      out.doubt =
          fmt::format("PasswordHash with {}: not verified here; SHA512 is IRIS's default", known);
      return out;
    }
  return malformed("its fourth field is no algorithm of IRIS");
}

}  // namespace

std::string make_sha512(std::string_view password, const Salt& salt, std::uint32_t work_factor) {
  const std::string_view bytes{reinterpret_cast<const char*>(salt.data()), salt.size()};
  return fmt::format("{},{},{},SHA512", to_hex(derive_sha512(password, bytes, work_factor)),
                     to_hex(bytes), work_factor);
}

std::string make_sha1(std::string_view password, const Salt& salt) {
  constexpr std::string_view alphabet = "0123456789abcdefghijklmnopqrstuv";  // 32: no bias
  std::string text;
  for (std::size_t i = 0; i < 8; ++i)
    text.push_back(alphabet[salt[i] % alphabet.size()]);
  return to_hex(derive_sha1(password, text)) + "," + text;
}

sup::Result<PasswordHash> parse_password_hash(std::string_view value) {
  value = sup::trim(value);
  if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"'))
    value = value.substr(1, value.size() - 2);
  std::vector<std::string_view> fields = sup::split(value, ',');
  for (std::string_view& field : fields)
    field = sup::trim(field);
  if (fields.size() == 2) return parse_short(fields[0], fields[1]);
  if (fields.size() == 4) return parse_long(fields);
  return malformed(fmt::format("{} field{}", fields.size(), fields.size() == 1 ? "" : "s"));
}

bool verify(std::string_view password, const PasswordHash& hash) {
  std::string derived;
  if (hash.form == HashForm::sha1)
    derived = derive_sha1(password, hash.salt);
  else if (hash.form == HashForm::sha512)
    derived = derive_sha512(password, hash.salt, hash.work_factor);
  return !derived.empty() && derived.size() == hash.hash.size() &&
         nettle_memeql_sec(derived.data(), hash.hash.data(), derived.size()) != 0;
}

}  // namespace cpf
