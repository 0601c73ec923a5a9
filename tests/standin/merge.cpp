// Merging, and the actions that are carried out.
#include "merge.h"

#include <unistd.h>

#include <optional>

#include "clock.h"
#include "process.h"
#include "store.h"
#include "switches.h"
#include "text.h"
#include "users.h"

namespace standin {
namespace {

constexpr int merge_failed = 7;

/// `Prop=value,Prop="quoted, value"`. A comma that no `Name=` follows belongs to the value: real
/// files write PasswordHash=hash,salt,10000,SHA512 without quotes.
class Properties {
 public:
  explicit Properties(std::string_view text) : text_{text} {}

  [[nodiscard]] std::string get(std::string_view name) const {
    std::string value;
    bool found = false;
    bool quoted = false;
    std::string piece;
    const auto finish = [&] {
      const std::size_t equals = piece.find('=');
      const bool named = equals != std::string::npos && piece.find_first_of(" \"(") > equals;
      if (named) {
        found = same_name(trim(piece.substr(0, equals)), name);
        if (found) value = unquoted(trim(piece.substr(equals + 1)));
      } else if (found) {
        value += "," + piece;
      }
      piece.clear();
    };
    for (const char c : text_) {
      if (c == '"') quoted = !quoted;
      if (c == ',' && !quoted)
        finish();
      else
        piece.push_back(c);
    }
    finish();
    return value;
  }

 private:
  static std::string unquoted(std::string_view text) {
    if (text.size() < 2 || !text.starts_with('"') || !text.ends_with('"')) return std::string{text};
    return replace_all(std::string{text.substr(1, text.size() - 2)}, "\"\"", "\"");
  }
  std::string_view text_;
};

bool is_known_verb(std::string_view operation) {
  for (const std::string_view verb :
       {"Create", "Delete", "Modify", "Config", "Execute", "Grant", "Revoke", "Install", "Import"})
    if (lower(operation).starts_with(lower(verb))) return true;
  return false;
}

std::string invalid_action(const Cpf& merge) {
  for (const Action& action : merge.actions())
    if (!is_known_verb(action.operation))
      return "ERROR #416: Invalid operation '" + action.operation + "' in [Actions] section";
  return {};
}

void create_database(const Properties& properties, Cpf& cpf) {
  const std::string name = upper(properties.get("Name"));
  const fs::path directory = properties.get("Directory");
  if (name.empty() || directory.empty() || cpf.get("Databases", name)) return;
  std::error_code error;
  fs::create_directories(directory, error);
  // One that is there, of an instance before this one, keeps its data.
  if (!fs::exists(directory / "IRIS.DAT", error)) standin::create_database(directory);
  cpf.set("Databases", name, directory.string());
}

void create_namespace(const Properties& properties, Cpf& cpf) {
  const std::string name = upper(properties.get("Name"));
  if (!name.empty() && !cpf.get("Namespaces", name))
    cpf.set("Namespaces", name, properties.get("Globals"));
}

void perform(const Cpf& merge, Cpf& cpf, Users& users, const MergeLog& log) {
  for (const Action& action : merge.actions()) {
    const Properties properties{action.properties};
    const std::string operation = lower(action.operation);
    if (operation == "createuser" || operation == "modifyuser")
      users.set_user(properties.get("Name"), properties.get("PasswordHash"),
                     operation == "createuser");
    else if (operation == "createdatabase")
      create_database(properties, cpf);
    else if (operation == "createnamespace")
      create_namespace(properties, cpf);
    else
      log("Action " + action.operation + " taken as done");
  }
}

void set_first_password(const Cpf& merge, Users& users, const MergeLog& log) {
  const std::string hash = merge.get_or("Startup", "PasswordHash", "");
  if (hash.empty()) return;
  if (!is_password_hash(hash))
    log("Invalid PasswordHash ignored");
  else
    users.set_first_password(hash);
}

}  // namespace

std::string merge_into(const Instance& instance, const fs::path& merge_file, const fs::path& target,
                       const MergeLog& log) {
  const fs::path trial = target.string() + "_Merge";
  log("Merging " + merge_file.string() + " into " + target.string());
  const auto text = read_file(merge_file);
  const auto old = read_file(target);
  if (!text) return "ERROR #5001: Cannot open file '" + merge_file.string() + "'";
  if (!old) return "ERROR #5001: Cannot open file '" + target.string() + "'";
  auto merge = Cpf::parse(*text);
  auto base = Cpf::parse(*old);
  log("Validating CPF file " + trial.string());
  if (const auto* const wrong = std::get_if<std::string>(&merge))
    return "ERROR #408: " + merge_file.string() + ", " + *wrong;
  if (const auto* const wrong = std::get_if<std::string>(&base))
    return "ERROR #408: " + target.string() + ", " + *wrong;
  const Cpf& change = *std::get_if<Cpf>(&merge);
  Cpf& cpf = *std::get_if<Cpf>(&base);
  log("No errors found in CPF file " + trial.string());
  if (!change.actions().empty()) {
    log("Reading [Actions] section");
    log("Validating [Actions] section");
    if (std::string wrong = invalid_action(change); !wrong.empty()) return wrong;
  }
  cpf.merge(change);
  Users users = Users::read(instance);
  perform(change, cpf, users, log);
  set_first_password(change, users, log);
  if (!write_file(target, cpf.text()) || !users.write(instance))
    return "ERROR #5001: Cannot write " + target.string();
  return {};
}

int iris_merge(const Instance& instance, fs::path merge_file, fs::path target) {
  if (merge_file.empty()) merge_file = merge_file_of_environment();
  if (target.empty()) target = instance.cpf_file();
  sleep_ms(switch_ms("merge_ms"));
  if (const int status = fault_status("merge_fault"); status >= 0) return status;
  std::string text = "IRIS Merge of " + merge_file.string() + " into " + target.string() + "\n";
  std::string error = switch_is("merge_fault", "fail")
                          ? "ERROR #5002: ObjectScript error: <INVALID CLASS>ListExecute+5"
                          : merge_into(instance, merge_file, target, [](const std::string&) {});
  text += error.empty() ? "IRIS Merge completed successfully\n" : error + "\nIRIS Merge failed\n";
  write_all(STDOUT_FILENO, text);
  return error.empty() ? 0 : merge_failed;
}

}  // namespace standin
