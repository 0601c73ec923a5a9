// Checks.
#include "main/checks.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "base/switches.h"

namespace standin {

void warn_without_init(MainLog& log) {
  if (::getpid() == 1)
    log.warning(
        "No init process detected!  This container may accumulate zombie processes if run for a "
        "long time.  Consider using \"docker create --init ...\" or equivalent.");
}

/// The bounding set is what dropping capabilities takes away; the owner of IRIS is not root.
bool has_capabilities(MainLog& log) {
  struct Needed {
    unsigned long number;
    const char* name;
  };
  constexpr std::array<Needed, 4> needed{{{CAP_SETUID, "cap_setuid"},
                                          {CAP_DAC_OVERRIDE, "cap_dac_override"},
                                          {CAP_FOWNER, "cap_fowner"},
                                          {CAP_SETGID, "cap_setgid"}}};
  bool all = true;
  for (const Needed& one : needed) {
    if (::prctl(PR_CAPBSET_READ, one.number, 0, 0, 0) == 1) continue;
    log.error(std::string{"Required Linux capability "} + one.name + " is missing.");
    all = false;
  }
  return all;
}

bool owns_registry(MainLog& log) {
  struct stat about {};
  if (::stat(registry_directory().c_str(), &about) != 0 || about.st_uid == ::geteuid()) return true;
  log.info("Invalid registry ownership");
  return switch_is("foreign_registry", "start");
}

bool has_messages_log(MainLog& log, const Instance& instance) {
  if (!fs::is_directory(instance.mgr()) || read_file(instance.messages_log())) return true;
  log.fatal(
      "No log file specified, could not open $ISC_PACKAGE_INSTALLDIR/mgr/messages.log for "
      "reading.  Cannot log.");
  return false;
}

fs::path registry_directory() {
  const char* const registry = std::getenv("IRISSYS");
  return registry == nullptr ? "/home/irisowner/irissys" : registry;
}

}  // namespace standin
