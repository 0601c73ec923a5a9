// The users file and password hashes.
#include "config/users.h"

#include <nettle/pbkdf2.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"

namespace standin {
namespace {

struct Hash {
  std::string digest;
  std::string salt;
  unsigned rounds = 1024;
  std::string algorithm = "SHA1";
};

constexpr std::int64_t most_rounds = 10'000'000;

std::optional<Hash> parse_hash(std::string_view text) {
  const auto fields = split(text, ',');
  if (fields.size() != 2 && fields.size() != 4) return std::nullopt;
  const auto digest = from_hex(trim(fields[0]));
  if (!digest) return std::nullopt;
  if (fields.size() == 2)
    return digest->size() == 20
               ? std::optional{Hash{*digest, std::string{trim(fields[1])}, 1024, "SHA1"}}
               : std::nullopt;
  const auto salt = from_hex(trim(fields[1]));
  const auto rounds = to_number(trim(fields[2]));
  const std::string algorithm = upper(trim(fields[3]));
  const std::size_t length = algorithm == "SHA1"     ? 20
                             : algorithm == "SHA256" ? 32
                             : algorithm == "SHA384" ? 48
                                                     : 64;
  const bool known = length != 64 || algorithm == "SHA512";
  if (!salt || !rounds || *rounds < 1 || *rounds > most_rounds || !known ||
      digest->size() != length)
    return std::nullopt;
  return Hash{*digest, *salt, static_cast<unsigned>(*rounds), algorithm};
}

const std::uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

std::string derive(const Hash& like, std::string_view password) {
  std::array<std::uint8_t, 64> out{};
  const std::size_t length = like.digest.size();
  const auto with = [&](auto* pbkdf2) {
    pbkdf2(password.size(), bytes_of(password), like.rounds, like.salt.size(), bytes_of(like.salt),
           length, out.data());
  };
  if (like.algorithm == "SHA1")
    with(nettle_pbkdf2_hmac_sha1);
  else if (like.algorithm == "SHA256")
    with(nettle_pbkdf2_hmac_sha256);
  else if (like.algorithm == "SHA384")
    with(nettle_pbkdf2_hmac_sha384);
  else
    with(nettle_pbkdf2_hmac_sha512);
  return {out.begin(), out.begin() + static_cast<std::ptrdiff_t>(length)};
}

}  // namespace

bool is_password_hash(std::string_view hash) {
  return parse_hash(hash).has_value();
}

bool password_matches(std::string_view hash, std::string_view password) {
  const auto parsed = parse_hash(hash);
  return parsed && derive(*parsed, password) == parsed->digest;
}

std::string hash_password(std::string_view password) {
  std::string salt(64, '\0');
  if (::getrandom(salt.data(), salt.size(), 0) != static_cast<ssize_t>(salt.size())) return {};
  const Hash like{std::string(64, '\0'), salt, 10000, "SHA512"};
  return to_hex(derive(like, password)) + "," + to_hex(salt) + ",10000,SHA512";
}

Users Users::factory() {
  Users users;
  const std::string hash = hash_password("SYS");
  for (const char* const name : {"_SYSTEM", "Admin", "SuperUser", "irisowner"})
    users.users_.push_back({name, true, "%All", hash});
  users.users_.push_back({"CSPSystem", true, "%DB_IRISSYS", hash});
  users.users_.push_back({"UnknownUser", true, "", ""});
  return users;
}

Users Users::read(const Instance& instance) {
  Users users;
  const std::string text = read_file(instance.users()).value_or("");
  for (const std::string_view line : lines_of(text)) {
    if (line.starts_with('#')) users.default_password_ = line == "# default password: yes";
    const auto fields = split(line, ':');
    if (fields.size() == 4)
      users.users_.push_back({std::string{fields[0]}, fields[1] == "1", std::string{fields[2]},
                              std::string{fields[3]}});
  }
  return users;
}

bool Users::write(const Instance& instance) const {
  std::string text = default_password_ ? "# default password: yes\n" : "# default password: no\n";
  for (const User& user : users_)
    text += user.name + (user.enabled ? ":1:" : ":0:") + user.roles + ":" + user.hash + "\n";
  return write_file(instance.users(), text);
}

bool Users::login(std::string_view name, std::string_view password) const {
  return std::any_of(users_.begin(), users_.end(), [&](const User& user) {
    return same_name(user.name, name) && user.enabled && password_matches(user.hash, password);
  });
}

void Users::set_passwords(std::string_view hash, bool csp_system) {
  for (User& user : users_)
    if (user.enabled && !user.roles.empty() && (csp_system || user.name != "CSPSystem"))
      user.hash = hash;
  default_password_ = false;
}

bool Users::set_first_password(std::string_view hash) {
  if (!default_password_) return false;
  set_passwords(hash, false);
  return true;
}

void Users::set_all_passwords(std::string_view hash) {
  set_passwords(hash, true);
}

std::vector<Users::User>::iterator Users::find(std::string_view name) {
  return std::find_if(users_.begin(), users_.end(),
                      [&](const User& user) { return same_name(user.name, name); });
}

bool Users::contains(std::string_view name) const {
  return std::any_of(users_.begin(), users_.end(),
                     [&](const User& user) { return same_name(user.name, name); });
}

void Users::put(std::string_view name, const Changes& changes) {
  auto user = find(name);
  if (user == users_.end()) user = users_.insert(user, {std::string{name}, true, "", ""});
  if (changes.roles) user->roles = replace_all(*changes.roles, ":", ",");
  if (changes.enabled) user->enabled = *changes.enabled != "0";
  if (!changes.hash || changes.hash->empty()) return;
  user->hash = *changes.hash;
  // Of those whose password was SYS one has another now.
  default_password_ = false;
}

void Users::erase(std::string_view name) {
  if (const auto user = find(name); user != users_.end()) users_.erase(user);
}

}  // namespace standin
