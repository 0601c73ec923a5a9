// What each action does.
#include "config/actions.h"

#include "config/operations.h"
#include "config/properties.h"
#include "store.h"
#include "text.h"

namespace standin {
namespace {

std::string failure(std::string_view error, std::string_view place) {
  return "ERROR #5002: ObjectScript error: <" + std::string{error} + ">" + std::string{place};
}

class Performer {
 public:
  Performer(const Instance& instance, Configuration& configuration)
      : instance_{instance}, cpf_{configuration.cpf}, all_{configuration} {}

  std::string perform(const Action& action) {
    const auto operation = parse_operation(action.operation);
    if (!operation) return {};
    const Properties properties{action.properties};
    const std::string name = properties.name();
    std::string error = dispatch(*operation, name, properties, action.properties);
    if (error.empty() && done_)
      append_file(instance_.mgr() / "actions.log",
                  name.empty() ? action.operation + "\n" : action.operation + " " + name + "\n",
                  Append::create);
    done_ = false;
    return error;
  }

 private:
  std::string dispatch(const Operation& operation, const std::string& name,
                       const Properties& properties, const std::string& text) {
    const std::string_view kind = operation.kind;
    if (operation.verb == Verb::execute) return execute(properties);
    if (kind == "Database") return database(operation.verb, upper(name), properties);
    if (kind == "DatabaseFile") return database_file(operation.verb, properties);
    if (kind == "Namespace") return name_space(operation.verb, upper(name), properties);
    if (kind == "User") return user(operation.verb, name, properties);
    for (const std::string_view section :
         {"Startup", "Config", "Journal", "Logging", "ECP", "Miscellaneous", "Monitor", "SQL"})
      if (kind == section) return parameters(section, properties);
    return object(operation, name, text);
  }

  std::string execute(const Properties& properties) {
    const std::string where = upper(properties.find("Namespace").value_or("%SYS"));
    if (!cpf_.get("Namespaces", where)) return failure("NAMESPACE", "Execute+5^Config.Actions.1");
    done_ = true;
    return {};
  }

  std::string database(Verb verb, const std::string& name, const Properties& properties) {
    const bool there = cpf_.get("Databases", name).has_value();
    if (name.empty() || there == (verb == Verb::create)) return {};
    done_ = true;
    if (verb == Verb::remove) {
      cpf_.erase("Databases", name);
      return {};
    }
    const std::string directory = properties.get("Directory");
    const std::string server = properties.get("Server");
    if (directory.empty()) {
      done_ = verb == Verb::create;
      return done_ ? failure("UNDEFINED", "Create+3^Config.Databases.1 *Directory") : std::string{};
    }
    const bool remote = !server.empty() || properties.get("LogicalOnly") == "1";
    if (verb == Verb::create && !remote && !create_database_file(directory))
      return failure("DIRECTORY", "Create+7^SYS.Database.1 *" + directory);
    cpf_.set("Databases", name, server.empty() ? directory : directory + "," + server);
    return {};
  }

  /// One that is there keeps what it holds.
  static bool create_database_file(const fs::path& directory) {
    std::error_code error;
    fs::create_directories(directory, error);
    return !error && (fs::exists(directory / "IRIS.DAT", error) || create_database(directory));
  }

  std::string database_file(Verb verb, const Properties& properties) {
    const fs::path directory = properties.get("Directory");
    std::error_code error;
    if (directory.empty() || fs::exists(directory / "IRIS.DAT", error) == (verb == Verb::create))
      return {};
    done_ = true;
    if (verb == Verb::remove) fs::remove(directory / "IRIS.DAT", error);
    if (verb == Verb::create && !create_database_file(directory))
      return failure("DIRECTORY", "Create+7^SYS.Database.1 *" + directory.string());
    return {};
  }

  std::string name_space(Verb verb, const std::string& name, const Properties& properties) {
    const auto before = cpf_.get("Namespaces", name);
    if (name.empty() || before.has_value() == (verb == Verb::create)) return {};
    done_ = true;
    if (verb == Verb::remove) {
      cpf_.erase("Namespaces", name);
      return {};
    }
    const std::string globals = upper(properties.get("Globals"));
    const std::string routines = upper(properties.get("Routines"));
    if (globals.empty() && verb == Verb::modify) return {};
    for (const std::string& database : {globals, routines.empty() ? globals : routines})
      if (!cpf_.get("Databases", database))
        return failure("DATABASE", "Create+9^Config.Namespaces.1 *" + database);
    cpf_.set("Namespaces", name,
             routines.empty() || routines == globals ? globals : globals + "," + routines);
    return {};
  }

  std::string user(Verb verb, const std::string& name, const Properties& properties) {
    if (name.empty() || all_.users.contains(name) == (verb == Verb::create)) return {};
    done_ = true;
    if (verb == Verb::remove) {
      all_.users.erase(name);
      return {};
    }
    const auto hash = properties.find("PasswordHash");
    if (hash && !hash->empty() && !is_password_hash(*hash))
      return failure("ILLEGAL VALUE", "Import+4^Security.Users.1 *PasswordHash");
    all_.users.put(
        name,
        {.hash = hash, .roles = properties.find("Roles"), .enabled = properties.find("Enabled")});
    return {};
  }

  std::string parameters(std::string_view section, const Properties& properties) {
    for (const auto& [key, value] : properties.all())
      if (!key.empty() && cpf_.get(section, key) != value) {
        cpf_.set(section, key, value);
        done_ = true;
      }
    return {};
  }

  std::string object(const Operation& operation, const std::string& name, const std::string& text) {
    // Services and the system itself are part of every instance.
    const bool there = operation.kind == "Service" || operation.kind == "System" ||
                       all_.objects.contains(operation.kind, name);
    if (operation.verb == Verb::create && there) return {};
    if ((operation.verb == Verb::modify || operation.verb == Verb::remove) && !there) return {};
    done_ = true;
    if (operation.verb == Verb::remove || operation.verb == Verb::revoke)
      all_.objects.erase(operation.kind, name);
    else
      done_ = all_.objects.put(operation.kind, name, text);
    return {};
  }

  const Instance& instance_;
  Cpf& cpf_;
  Configuration& all_;
  bool done_ = false;  ///< the action changed something
};

}  // namespace

std::string invalid_action(const std::vector<Action>& actions) {
  for (const Action& action : actions)
    if (!parse_operation(action.operation))
      return "ERROR #416: Invalid operation '" + action.operation + "' in [Actions] section";
  return {};
}

std::string perform_actions(const Instance& instance, const std::vector<Action>& actions,
                            Configuration& configuration) {
  Performer performer{instance, configuration};
  for (const Action& action : in_order(actions))
    if (std::string error = performer.perform(action); !error.empty()) return error;
  return {};
}

}  // namespace standin
