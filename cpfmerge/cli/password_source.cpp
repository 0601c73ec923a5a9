#include "cpfmerge/cli/password_source.h"

#include <sys/random.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>

#include "cpfmerge/check.h"
#include "cpfmerge/cli/files.h"
#include "cpfmerge/cli/password_input.h"
#include "cpfmerge/compose.h"
#include "supervisor/base/text.h"
#include "supervisor/os/files.h"

namespace cpf::cli {
namespace {

constexpr std::size_t largest_hash_file = 4096;

MergeSource from_hash(const std::string& path, std::string_view hash) {
  Source source = password_source(path, hash);
  MergeSource out;
  out.name = path;
  out.diagnostics = check(path, source.document);
  out.document = std::move(source.document);
  out.status = has_errors(out.diagnostics) ? SourceStatus::refused : SourceStatus::used;
  return out;
}

/// An instance that was given a password once ignores another one: what it was given stays.
bool comes_too_late(const KnownPassword& known) {
  return known.keep && !known.hash.empty();
}

MergeSource changed(const std::string& path, const KnownPassword& known) {
  MergeSource out = from_hash(path, known.hash);
  out.password_changed = true;
  return out;
}

MergeSource read_hash_file(const std::string& path, const KnownPassword& known) {
  const auto text = sup::read_file(path, largest_hash_file);
  if (!text) return refused_source(path, text.error().what);
  const std::string_view hash = hash_value(*text);
  if (const auto parsed = parse_password_hash(hash); !parsed)
    return refused_source(path, parsed.error().what);
  if (comes_too_late(known) && hash != known.hash) return changed(path, known);
  return from_hash(path, hash);
}

bool fits(std::string_view password, const std::string& known) {
  if (known.empty()) return false;
  const auto hash = parse_password_hash(known);
  return hash && hash->work_factor <= default_work_factor && verify(password, *hash);
}

MergeSource from_password(const std::string& path, const std::string& password,
                          const KnownPassword& known) {
  if (fits(password, known.hash)) return from_hash(path, known.hash);
  if (comes_too_late(known)) return changed(path, known);
  const auto salt = random_salt();
  if (!salt) return refused_source(path, salt.error().what);
  return from_hash(path, make_sha512(password, *salt));
}

MergeSource read_plain_file(const std::string& path, const KnownPassword& known) {
  auto text = sup::read_file(path, longest_password + 2);
  if (!text) return refused_source(path, text.error().what);
  const bool had_line_end = text->ends_with('\n');
  const auto password = as_password(*std::move(text), "'" + path + "'");
  if (!password) return refused_source(path, password.error().what);
  MergeSource out = from_password(path, *password, known);
  if (had_line_end) out.note = "the line end behind the password is not part of it";
  return out;
}

bool is_missing(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

}  // namespace

std::optional<MergeSource> gather_password(const PrepareInput& input, const KnownPassword& known) {
  const std::string& hash_file = input.settings.text(sup::setting::merge_password_hash_file);
  const std::string& plain_file = input.settings.text(sup::setting::merge_password_file);
  std::optional<MergeSource> source;
  if (!hash_file.empty()) {
    source = read_hash_file(hash_file, known);
  } else {
    const bool by_default = input.settings.is_default(sup::setting::merge_password_file);
    if (plain_file.empty() || (by_default && is_missing(plain_file))) return std::nullopt;
    source = read_plain_file(plain_file, known);
  }
  source->is_password = true;
  return source;
}

sup::Result<Salt> random_salt() {
  Salt salt{};
  ssize_t n = -1;
  do {
    n = ::getrandom(salt.data(), salt.size(), 0);
  } while (n < 0 && errno == EINTR);
  if (n != static_cast<ssize_t>(salt.size())) return sup::errno_error("cannot get random bytes");
  return salt;
}

std::string_view hash_value(std::string_view text) {
  constexpr std::string_view name = "PasswordHash=";
  text = sup::trim(text);
  if (sup::equal_ignoring_case(text.substr(0, name.size()), name)) text.remove_prefix(name.size());
  return sup::trim(text);
}

}  // namespace cpf::cli
