#include "cpfmerge/cli/leftovers.h"

#include <dirent.h>

#include <cstring>

#include "supervisor/base/log.h"
#include "supervisor/base/units.h"
#include "supervisor/os/process_table.h"
#include "supervisor/os/sysv.h"

namespace cpf::cli {
namespace {

/// The pid of any living irisdb that we can see, ours or a neighbour's; 0: none.
pid_t living_irisdb() {
  DIR* const directory = ::opendir("/proc");
  if (directory == nullptr) return 0;
  pid_t found = 0;
  while (const dirent* entry = found == 0 ? ::readdir(directory) : nullptr) {
    const auto pid = sup::parse_number(entry->d_name);
    sup::ProcessInfo process;
    if (pid && sup::read_process(static_cast<pid_t>(*pid), process) &&
        process.name.view() == "irisdb" && process.state != 'Z')
      found = process.pid;
  }
  ::closedir(directory);
  return found;
}

}  // namespace

std::uint32_t clear_leftovers(const PrepareInput& input) {
  if (const pid_t pid = living_irisdb(); pid != 0) {
    sup::log::warning("prepare.irisdb_alive",
                      "process {} is an irisdb: leaving shared memory as it is", pid);
    return 0;
  }
  const bool remove = input.settings.text(sup::setting::merge_ipc_cleanup) == "on";
  const auto sweep = sup::sweep_orphaned_shared_memory(remove);
  if (!sweep) {
    sup::log::warning("prepare.sweep_failed",
                      "cannot look for left-over shared memory: {}, ignoring",
                      std::strerror(sweep.error()));
    return 0;
  }
  if (sweep->found > 0)
    sup::log::warning(
        "prepare.swept",
        "a killed predecessor left {} segment(s) of shared memory, {} bytes; removed {}",
        sweep->found, sweep->bytes, sweep->removed);
  return static_cast<std::uint32_t>(sweep->removed);
}

}  // namespace cpf::cli
