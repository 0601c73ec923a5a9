// A PasswordHash: what is read is complete, and an error never shows any of it.
#include <algorithm>
#include <string>

#include "cpfmerge/password_hash.h"
#include "tests/fuzz/fuzz.h"

namespace {

/// Put in at every place where it may be taken for a field, it shows in no error.
void require_silence(std::string_view text) {
  constexpr std::string_view secret = "Zq7!secret";
  std::size_t at = 0;
  while (at != std::string_view::npos) {
    std::string with_secret{text};
    with_secret.insert(at, secret);
    const auto hash = cpf::parse_password_hash(with_secret);
    fuzz::require(hash || hash.error().what.find("Zq7!") == std::string::npos,
                  "an error shows nothing of the value");
    const std::size_t comma = text.find(',', at);
    at = comma == std::string_view::npos ? comma : comma + 1;
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, std::min<std::size_t>(size, 512));
  require_silence(text);
  const auto hash = cpf::parse_password_hash(text);
  if (!hash) return 0;
  fuzz::require(!hash->hash.empty() && !hash->salt.empty(), "a hash has a salt");
  fuzz::require(hash->work_factor >= 1 && hash->work_factor <= cpf::most_work_factor,
                "and a work factor");
  if (hash->form == cpf::HashForm::sha1)
    fuzz::require(hash->hash.size() == 20, "SHA1 has 20 bytes");
  if (hash->form == cpf::HashForm::sha512)
    fuzz::require(hash->hash.size() == 64 && hash->salt.size() == 64, "SHA512 has 64 bytes");
  // A few rounds only: verifying what was read must not fail either.
  if (hash->work_factor <= 2) cpf::verify("password", *hash);
  return 0;
}
