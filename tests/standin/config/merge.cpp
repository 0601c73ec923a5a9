// Merging a file into a CPF.
#include "config/merge.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/process.h"
#include "base/profile.h"
#include "base/switches.h"
#include "base/text.h"
#include "config/actions.h"
#include "config/active_cpf.h"
#include "config/factory.h"

namespace standin {
namespace {

constexpr int merge_failed = 7;

/// A merge file as this version reads it, or what is wrong with it.
std::variant<Cpf, std::string> parse_merge_file(std::string_view text) {
  return Cpf::parse(text, switch_is("repeated_key", "first") ? Repeated::first : Repeated::last);
}

/// Every parameter of `change` into `cpf`.
void apply(const Instance& instance, const Cpf& change, Cpf& cpf) {
  const Cpf defaults = factory_cpf(instance.data.string());
  for (const Cpf::Section& section : change.sections())
    for (const Cpf::Parameter& p : section.parameters) {
      const bool to_default = p.quoted_empty && profile().quoted_empty_is_default;
      cpf.set(section.name, p.key, to_default ? defaults.get_or(section.name, p.key, "") : p.value);
    }
}

void set_first_password(const Cpf& merge, Users& users) {
  const std::string hash = merge.get_or("Startup", "PasswordHash", "");
  if (!hash.empty() && is_password_hash(hash)) users.set_first_password(hash);
}

std::string act(const Instance& instance, const Cpf& change, Configuration& configuration,
                const MergeLog& log) {
  log("Reading [Actions] section");
  if (!change.actions().empty()) log("Validating [Actions] section");
  if (std::string wrong = invalid_action(change.actions()); !wrong.empty()) return wrong;
  std::string wrong = perform_actions(instance, change.actions(), configuration);
  if (wrong.empty()) set_first_password(change, configuration.users);
  return wrong;
}

/// The CPF last: it is as it was when anything before it failed.
std::string keep(const Instance& instance, const fs::path& target,
                 const Configuration& configuration) {
  if (!configuration.users.write(instance) || !configuration.objects.write(instance))
    return "ERROR #5001: Cannot write into " + instance.users().parent_path().string();
  return replace_cpf(target, configuration.cpf);
}

}  // namespace

std::string merge_into(const Instance& instance, const fs::path& merge_file, const fs::path& target,
                       const MergeLog& log) {
  const std::string trial = trial_of(target).string();
  log("Merging " + merge_file.string() + " into " + target.string());
  const auto text = read_file(merge_file);
  const auto old = read_file(target);
  if (!text) return "ERROR #5001: Cannot open file '" + merge_file.string() + "'";
  if (!old) return "ERROR #5001: Cannot open file '" + target.string() + "'";
  const auto merge = parse_merge_file(*text);
  auto base = Cpf::parse(*old);
  log("Validating CPF file " + trial);
  if (const auto* const wrong = std::get_if<std::string>(&merge))
    return "ERROR #408: " + merge_file.string() + ", " + *wrong;
  if (const auto* const wrong = std::get_if<std::string>(&base))
    return "ERROR #408: " + target.string() + ", " + *wrong;
  const Cpf& change = *std::get_if<Cpf>(&merge);
  Configuration configuration{std::move(*std::get_if<Cpf>(&base)), Users::read(instance),
                              Objects::read(instance)};
  apply(instance, change, configuration.cpf);
  if (std::string wrong = write_trial(target, configuration.cpf); !wrong.empty()) return wrong;
  log("No errors found in CPF file " + trial);
  std::string wrong = act(instance, change, configuration, log);
  if (wrong.empty()) wrong = keep(instance, target, configuration);
  if (!wrong.empty()) remove_trial(target);
  return wrong;
}

int iris_merge(const Instance& instance, fs::path merge_file, fs::path target) {
  if (merge_file.empty()) merge_file = merge_file_of_environment();
  if (target.empty()) target = instance.cpf_file();
  sleep_ms(switch_ms("merge_ms"));
  if (const int status = fault_status("merge_fault"); status >= 0) return status;
  std::string text = "IRIS Merge of " + merge_file.string() + " into " + target.string() + "\n";
  std::string error = switch_is("merge_fault", "fail")
                          ? "ERROR #5002: ObjectScript error: <INVALID "
                            "CLASS>ListExecute+5^Config.ComPorts.1 *%SYS.sqlcq.aQueryOfTheStandin"
                          : merge_into(instance, merge_file, target, [](const std::string&) {});
  text += error.empty() ? "IRIS Merge completed successfully\n" : error + "\nIRIS Merge failed\n";
  write_all(STDOUT_FILENO, text);
  return error.empty() ? 0 : merge_failed;
}

}  // namespace standin
