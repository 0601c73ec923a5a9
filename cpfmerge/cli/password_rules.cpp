#include "cpfmerge/cli/password_rules.h"

#include <fmt/core.h>

#include <algorithm>

#include "cpfmerge/actions.h"
#include "cpfmerge/cli/files.h"
#include "cpfmerge/compose.h"
#include "cpfmerge/password_hash.h"
#include "supervisor/base/log.h"
#include "supervisor/base/text.h"
#include "supervisor/os/files.h"

namespace cpf::cli {
namespace {

constexpr std::string_view iriss_default = "SYS";

std::string hash_in(const std::string& path) {
  const auto text = sup::read_file(path, largest_cpf);
  if (!text) return {};
  const Document document = Document::parse(*text);
  const auto hash = document.get("Startup", "PasswordHash").value_or("");
  return parse_password_hash(hash) ? std::string{sup::trim(hash)} : std::string{};
}

bool sets_password_of(const Document& document, std::string_view user) {
  for (const std::string& text : actions_in(document)) {
    bool names_user = false;
    bool has_hash = false;
    const ParsedAction parsed = parse_action(text);
    for (const Property& property : parsed.action.properties) {
      names_user = names_user || (sup::equal_ignoring_case(property.name, "Name") &&
                                  sup::equal_ignoring_case(property.value, user));
      has_hash = has_hash || sup::equal_ignoring_case(property.name, "PasswordHash");
    }
    if (names_user && has_hash) return true;
  }
  return false;
}

bool is_default_password(const Document& document) {
  const auto hash = parse_password_hash(document.get("Startup", "PasswordHash").value_or(""));
  return hash && hash->work_factor <= default_work_factor && verify(iriss_default, *hash);
}

struct Found {
  bool startup = false;
  bool actions = false;
  bool csp_system = false;
};

Found look(const std::vector<MergeSource>& sources) {
  Found found;
  for (const MergeSource& source : sources) {
    if (source.status != SourceStatus::used) continue;
    const Passwords in_source = passwords_in(source.document);
    found.startup = found.startup || in_source.startup;
    found.actions = found.actions || in_source.actions;
    found.csp_system = found.csp_system || sets_password_of(source.document, "CSPSystem");
  }
  return found;
}

void tell_of_a_later_start(const std::vector<MergeSource>& sources) {
  for (const MergeSource& source : sources) {
    if (!source.is_password || source.status != SourceStatus::used) continue;
    if (source.password_changed)
      sup::log::warning("merge.password",
                        "'{}' is another password than this instance was made with: it has no "
                        "effect; change the password in IRIS itself",
                        source.name);
    else
      sup::log::info("merge.password",
                     "'{}' sets the first password only: this instance keeps the one that it has",
                     source.name);
  }
}

void tell_what_is_open(const std::vector<MergeSource>& sources, const Found& found) {
  if (!found.csp_system)
    sup::log::warning("merge.password",
                      "account CSPSystem keeps IRIS's default password, which PasswordHash does "
                      "not reach; add 'ModifyUser:Name=CSPSystem,PasswordHash=…' to [Actions]");
  for (const MergeSource& source : sources)
    if (source.status == SourceStatus::used && is_default_password(source.document))
      sup::log::warning("merge.password",
                        "[Startup] PasswordHash in '{}' is that of IRIS's default password, which "
                        "everybody knows; use one of your own",
                        source.name);
}

}  // namespace

std::string known_hash(const PrepareInput& input) {
  std::string hash = hash_in(input.merge_file());
  return hash.empty() ? hash_in(input.active_cpf) : hash;
}

Step judge_passwords(const PrepareInput& input, const std::vector<MergeSource>& sources,
                     bool first_start) {
  if (!first_start) {
    tell_of_a_later_start(sources);
    return std::nullopt;
  }
  const Found found = look(sources);
  if (found.startup) {
    tell_what_is_open(sources, found);
    return std::nullopt;
  }
  if (found.actions) {
    sup::log::warning(
        "merge.password",
        "only accounts named in [Actions] get a password; all others keep IRIS's default");
    return std::nullopt;
  }
  if (input.settings.is_on(sup::setting::merge_allow_default_password)) {
    sup::log::warning("merge.password", "a new instance with IRIS's default passwords, as allowed");
    return std::nullopt;
  }
  return Refusal{
      "merge.no_password",
      fmt::format(
          "a new instance would keep IRIS's default passwords: mount a Secret at '{}', or set "
          "IRIS_INIT_MERGE_PASSWORD_HASH_FILE, or [Startup] PasswordHash in a merge file; "
          "IRIS_INIT_MERGE_ALLOW_DEFAULT_PASSWORD=on starts it all the same (for example "
          "when iris-main gets --password-file)",
          input.settings.text(sup::setting::merge_password_file))};
}

}  // namespace cpf::cli
