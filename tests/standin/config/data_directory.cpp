// Rules of the durable directory, and what a new one holds.
#include "config/data_directory.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/profile.h"
#include "base/switches.h"
#include "base/text.h"
#include "config/factory.h"
#include "config/users.h"
#include "daemons/recovery.h"
#include "daemons/store.h"
#include "instance/messages.h"

namespace standin {
namespace {

// Lies in the data directory while it is being filled.
constexpr const char* unfinished = "clone.incomplete";

fs::path build_file(const Instance& instance) {
  return instance.data / "dist" / "install" / "misc" / "buildver";
}

std::string cannot_clone(const Instance& instance) {
  const std::string mgr = "/mgr/";
  return "Error while moving data directories ERROR #5001: Cannot create target: " +
         instance.data.string() +
         "/\nAn error was encountered while initializing the system. Please see the clone.log and "
         "messages.log files in " +
         instance.install.string() + mgr + " and " + instance.data.string() + "/mgr.\n";
}

bool create_directories(const Instance& instance) {
  for (const fs::path& directory :
       {instance.mgr() / "user", instance.mgr() / "irissecurity", instance.mgr() / "irislocaldata",
        instance.mgr() / "iristemp", instance.mgr() / "journal",
        build_file(instance).parent_path()}) {
    std::error_code error;
    fs::create_directories(directory, error);
    if (error) return false;
  }
  return true;
}

/// The directory that holds the data directory is the volume's; where no volume is mounted there is
/// nothing to create the data directory in.
bool has_room(const Instance& instance) {
  std::error_code error;
  const fs::path volume = instance.data.parent_path();
  if (!fs::is_directory(volume, error)) return false;
  const auto space = fs::space(volume, error);
  return !error &&
         space.available >= static_cast<std::uintmax_t>(switch_number("clone_free_bytes"));
}

bool fill(const Instance& instance) {
  std::error_code error;
  if (instance.durable && !has_room(instance)) return false;
  fs::create_directories(instance.data, error);
  if (error || !write_file(instance.data / unfinished, "")) return false;
  if (!create_directories(instance)) return false;
  sleep_ms(switch_ms("clone_ms"));
  for (const char* const name : {"", "user", "irissecurity", "irislocaldata", "iristemp"})
    if (!create_database(instance.mgr() / name)) return false;
  const bool filled = write_file(instance.cpf_file(), factory_cpf(instance.data.string()).text()) &&
                      write_file(build_file(instance), std::string{profile().version} + "\n") &&
                      append_file(instance.messages_log(), "", Append::create) &&
                      Users::factory().write(instance) && set_wij_state(instance, WijState::clean);
  return filled && fs::remove(instance.data / unfinished, error);
}

/// Data of another version. Empty, or why they cannot be upgraded.
std::string upgrade(const Instance& instance) {
  const auto build = read_file(build_file(instance));
  if (!instance.durable || !build || trim(*build) == profile().version) return {};
  if (needs_recovery(instance))
    return "Error during Upgrade,ERROR #5001: " + instance.data.string() + ", version " +
           std::string{trim(*build)} + ", was not shut down cleanly\n";
  sleep_ms(switch_ms("upgrade_ms"));
  if (!write_file(build_file(instance), std::string{profile().version} + "\n"))
    return "Error during Upgrade,ERROR #5001: Cannot write " + build_file(instance).string() + "\n";
  log_message(
      instance, Severity::info, "Utility.Event",
      "Upgraded from " + std::string{trim(*build)} + " to " + std::string{profile().version});
  return {};
}

void empty(const fs::path& directory) {
  std::error_code error;
  for (fs::directory_iterator at{directory, error}, end; at != end && !error; at.increment(error)) {
    std::error_code ignored;
    fs::remove_all(at->path(), ignored);
  }
}

}  // namespace

std::string prepare_data(const Instance& instance) {
  std::error_code error;
  if (fs::exists(instance.data / unfinished, error)) empty(instance.data);
  if (fs::is_directory(instance.mgr(), error)) return upgrade(instance);
  const bool present = fs::exists(instance.data, error);
  if (instance.durable && present && !fs::is_empty(instance.data, error) && !error)
    return "Error: " + instance.data.string() +
           " is not empty and holds no mgr directory; it cannot be used as ISC_DATA_DIRECTORY\n";
  return fill(instance) ? std::string{} : cannot_clone(instance);
}

}  // namespace standin
