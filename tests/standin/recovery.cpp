// Recovery of the databases in a start after an unclean stop.
#include "recovery.h"

#include <ctime>

#include "clock.h"
#include "messages.h"
#include "store.h"
#include "switches.h"

namespace standin {

bool needs_recovery(const Instance& instance) {
  return !read_wij(instance).value_or(Wij{}).clean;
}

void recover(const Instance& instance) {
  const std::string wij = instance.wij().string();
  append_file(instance.messages_log(),
              "\n*** Recovery started at " + ctime_text(std::time(nullptr)) +
                  "\n     WIJ file spec: " + wij + "\nStarting WIJ recovery for '" + wij + "'.\n",
              Append::existing);
  sleep_ms(switch_ms("recovery_ms"));
  const std::int64_t records = apply_journal(instance);
  append_file(instance.messages_log(),
              "  " + std::to_string(records) +
                  " journal records pending\nExiting with status 3 (Success)\n",
              Append::existing);
  log_message(instance, Severity::severe, "Generic.Event",
              "Previous system shutdown was abnormal, IRIS forced down or crashed");
}

}  // namespace standin
