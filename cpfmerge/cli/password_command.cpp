// cpfmerge passwordhash: makes or verifies the PasswordHash of a password.
#include <fmt/core.h>

#include "cpfmerge/cli/arguments.h"
#include "cpfmerge/cli/commands.h"
#include "cpfmerge/cli/password_input.h"
#include "cpfmerge/cli/password_source.h"
#include "cpfmerge/cli/say.h"
#include "cpfmerge/password_hash.h"
#include "supervisor/base/text.h"
#include "supervisor/base/units.h"

namespace cpf::cli {
namespace {

int verify_password(std::string_view text) {
  const auto hash = parse_password_hash(hash_value(text));
  if (!hash) return usage_error("{}", hash.error().what);
  if (hash->form == HashForm::other)
    return usage_error("only SHA512 and the 2-field SHA1 form can be verified");
  const auto password = read_password(false);
  if (!password) {
    complain("{}", password.error().what);
    return Exit::errors;
  }
  if (verify(*password, *hash)) return Exit::fine;
  complain("the password does not match the hash");
  return Exit::no_match;
}

}  // namespace

int password_command(Words arguments) {
  const auto parsed = Arguments::parse(
      arguments, {{"--workfactor", "-workfactor", true},  // with one hyphen: InterSystems' tool
                  {"--algorithm", "-algorithm", true},
                  {"--verify", {}, true}});
  if (!parsed) return usage_error("{}", parsed.error().what);
  if (!parsed->operands().empty())
    return usage_error("passwordhash: the password is read from standard input, never an argument");
  if (parsed->has("--verify")) return verify_password(parsed->value("--verify"));

  std::uint32_t work_factor = default_work_factor;
  if (parsed->has("--workfactor")) {
    const auto number = sup::parse_number(parsed->value("--workfactor"));
    if (!number || *number < 1 || *number > most_work_factor)
      return usage_error("'{}' is no work factor; allowed: 1 to {}", parsed->value("--workfactor"),
                         most_work_factor);
    work_factor = static_cast<std::uint32_t>(*number);
  }
  const std::string_view algorithm =
      parsed->has("--algorithm") ? parsed->value("--algorithm") : "SHA512";
  const bool sha1 = sup::equal_ignoring_case(algorithm, "SHA1");
  if (!sha1 && !sup::equal_ignoring_case(algorithm, "SHA512"))
    return usage_error("'{}' is no algorithm; allowed: SHA512, SHA1", algorithm);
  if (sha1 && parsed->has("--workfactor"))
    return usage_error("passwordhash: SHA1 has a fixed work factor; leave --workfactor out");

  const auto password = read_password(true);
  const auto salt = password ? random_salt() : sup::Result<Salt>{password.error()};
  if (!salt) {
    complain("{}", salt.error().what);
    return Exit::errors;
  }
  print(fmt::format("PasswordHash={}\n", sha1 ? make_sha1(*password, *salt)
                                              : make_sha512(*password, *salt, work_factor)));
  return flush_output() ? Exit::fine : Exit::errors;
}

}  // namespace cpf::cli
