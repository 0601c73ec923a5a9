// Rules of the durable directory, and what a new one holds.
#include "data_directory.h"

#include <unistd.h>

#include "clock.h"
#include "messages.h"
#include "store.h"
#include "switches.h"
#include "users.h"

namespace standin {
namespace {

// Lies in the data directory while it is being filled.
constexpr const char* unfinished = "clone.incomplete";

std::string cannot_clone(const Instance& instance) {
  const std::string mgr = "/mgr/";
  return "Error while moving data directories ERROR #5001: Cannot create target: " +
         instance.data.string() +
         "/\nAn error was encountered while initializing the system. Please see the clone.log and "
         "messages.log files in " +
         instance.install.string() + mgr + " and " + instance.data.string() + "/mgr.\n";
}

bool create_directories(const Instance& instance) {
  for (const char* const name :
       {"", "user", "irissecurity", "irislocaldata", "iristemp", "journal"}) {
    std::error_code error;
    fs::create_directories(instance.mgr() / name, error);
    if (error) return false;
  }
  return true;
}

bool fill(const Instance& instance) {
  std::error_code error;
  fs::create_directories(instance.data, error);
  if (error || !write_file(instance.data / unfinished, "")) return false;
  if (!create_directories(instance)) return false;
  sleep_ms(switch_ms("clone_ms"));
  for (const char* const name : {"", "user", "irissecurity", "irislocaldata", "iristemp"})
    if (!create_database(instance.mgr() / name)) return false;
  const bool filled = write_file(instance.cpf_file(), factory_cpf(instance.data.string()).text()) &&
                      append_file(instance.messages_log(), "", Append::create) &&
                      Users::factory().write(instance) && set_wij_state(instance, WijState::clean);
  return filled && fs::remove(instance.data / unfinished, error);
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
  if (fs::is_directory(instance.mgr(), error)) return {};
  const bool present = fs::exists(instance.data, error);
  if (instance.durable && present && !fs::is_empty(instance.data, error) && !error)
    return "Error: " + instance.data.string() +
           " is not empty and holds no mgr directory; it cannot be used as ISC_DATA_DIRECTORY\n";
  return fill(instance) ? std::string{} : cannot_clone(instance);
}

}  // namespace standin
