// What each action does.
#include "config/actions.h"

#include "base/text.h"
#include "config/operations.h"
#include "config/properties.h"
#include "daemons/store.h"

namespace standin {
namespace {

/// What an action did.
struct Effect {
  bool changed = false;
  std::string error;
};

const Effect nothing{};
const Effect changed{true, {}};

Effect failed(std::string_view error, const std::string& place) {
  return {false, "ERROR #5002: ObjectScript error: <" + std::string{error} + ">" + place};
}

/// A file that is there keeps what it holds.
bool make_database_file(const fs::path& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  return !error && (fs::exists(directory / "IRIS.DAT", error) || create_database(directory));
}

class Performer {
 public:
  explicit Performer(Configuration& configuration)
      : cpf_{configuration.cpf}, users_{configuration.users}, objects_{configuration.objects} {}

  Effect perform(const Action& action) {
    const auto operation = parse_operation(action.operation);
    if (!operation) return nothing;
    const Properties properties{action.properties};
    const Verb verb = operation->verb;
    if (verb == Verb::execute) return execute(properties);
    if (operation->kind == "Database") return database(verb, upper(properties.name()), properties);
    if (operation->kind == "DatabaseFile") return database_file(verb, properties);
    if (operation->kind == "Namespace")
      return name_space(verb, upper(properties.name()), properties);
    if (operation->kind == "User") return user(verb, properties.name(), properties);
    for (const std::string_view section :
         {"Startup", "Config", "Journal", "Logging", "ECP", "Miscellaneous", "Monitor", "SQL"})
      if (operation->kind == section) return parameters(section, properties);
    return object(*operation, properties.name(), action.properties);
  }

 private:
  [[nodiscard]] Effect execute(const Properties& properties) const {
    const std::string where = upper(properties.find("Namespace").value_or("%SYS"));
    return cpf_.get("Namespaces", where) ? changed
                                         : failed("NAMESPACE", "Execute+5^Config.Actions.1");
  }

  Effect database(Verb verb, const std::string& name, const Properties& properties) {
    const bool there = cpf_.get("Databases", name).has_value();
    if (name.empty() || there == (verb == Verb::create)) return nothing;
    if (verb == Verb::remove) {
      cpf_.erase("Databases", name);
      return changed;
    }
    const std::string directory = properties.get("Directory");
    if (directory.empty())
      return verb == Verb::modify ? nothing
                                  : failed("UNDEFINED", "Create+3^Config.Databases.1 *Directory");
    const std::string server = properties.get("Server");
    const bool remote = !server.empty() || properties.get("LogicalOnly") == "1";
    if (verb == Verb::create && !remote && !make_database_file(directory))
      return failed("DIRECTORY", "Create+7^SYS.Database.1 *" + directory);
    cpf_.set("Databases", name, server.empty() ? directory : directory + "," + server);
    return changed;
  }

  static Effect database_file(Verb verb, const Properties& properties) {
    const fs::path directory = properties.get("Directory");
    const fs::path file = directory / "IRIS.DAT";
    std::error_code error;
    if (directory.empty() || fs::exists(file, error) == (verb == Verb::create)) return nothing;
    if (verb == Verb::modify) return changed;
    const bool done =
        verb == Verb::create ? make_database_file(directory) : fs::remove(file, error);
    return done ? changed : failed("DIRECTORY", "Create+7^SYS.Database.1 *" + directory.string());
  }

  Effect name_space(Verb verb, const std::string& name, const Properties& properties) {
    const bool there = cpf_.get("Namespaces", name).has_value();
    if (name.empty() || there == (verb == Verb::create)) return nothing;
    if (verb == Verb::remove) {
      cpf_.erase("Namespaces", name);
      return changed;
    }
    const std::string globals = upper(properties.get("Globals"));
    const std::string routines = upper(properties.get("Routines"));
    if (globals.empty() && verb == Verb::modify) return nothing;
    for (const std::string& database : {globals, routines.empty() ? globals : routines})
      if (!cpf_.get("Databases", database))
        return failed("DATABASE", "Create+9^Config.Namespaces.1 *" + database);
    cpf_.set("Namespaces", name,
             routines.empty() || routines == globals ? globals : globals + "," + routines);
    return changed;
  }

  Effect user(Verb verb, const std::string& name, const Properties& properties) {
    if (name.empty() || users_.contains(name) == (verb == Verb::create)) return nothing;
    if (verb == Verb::remove) {
      users_.erase(name);
      return changed;
    }
    const auto hash = properties.find("PasswordHash");
    if (hash && !hash->empty() && !is_password_hash(*hash))
      return failed("ILLEGAL VALUE", "Import+4^Security.Users.1 *PasswordHash");
    users_.put(
        name,
        {.hash = hash, .roles = properties.find("Roles"), .enabled = properties.find("Enabled")});
    return changed;
  }

  Effect parameters(std::string_view section, const Properties& properties) {
    Effect effect;
    for (const auto& [key, value] : properties.all()) {
      if (key.empty() || cpf_.get(section, key) == value) continue;
      cpf_.set(section, key, value);
      effect = changed;
    }
    return effect;
  }

  Effect object(const Operation& operation, const std::string& name, const std::string& text) {
    // Services and the system itself are part of every instance.
    const bool there = operation.kind == "Service" || operation.kind == "System" ||
                       objects_.contains(operation.kind, name);
    const Verb verb = operation.verb;
    if (verb == Verb::create && there) return nothing;
    if ((verb == Verb::modify || verb == Verb::remove || verb == Verb::revoke) && !there)
      return nothing;
    if (verb != Verb::remove && verb != Verb::revoke)
      return objects_.put(operation.kind, name, text) ? changed : nothing;
    objects_.erase(operation.kind, name);
    return changed;
  }

  Cpf& cpf_;
  Users& users_;
  Objects& objects_;
};

void record(const Instance& instance, const Action& action) {
  const std::string name = Properties{action.properties}.name();
  append_file(instance.mgr() / "actions.log",
              action.operation + (name.empty() ? "" : " " + name) + "\n", Append::create);
}

}  // namespace

std::string invalid_action(const std::vector<Action>& actions) {
  for (const Action& action : actions)
    if (!parse_operation(action.operation))
      return "ERROR #416: Invalid operation '" + action.operation + "' in [Actions] section";
  return {};
}

std::string perform_actions(const Instance& instance, const std::vector<Action>& actions,
                            Configuration& configuration) {
  Performer performer{configuration};
  for (const Action& action : in_order(actions)) {
    Effect effect = performer.perform(action);
    if (!effect.error.empty()) return std::move(effect.error);
    if (effect.changed) record(instance, action);
  }
  return {};
}

}  // namespace standin
