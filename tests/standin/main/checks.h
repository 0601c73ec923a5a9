#pragma once
// What iris-main looks at before it starts anything.
#include "instance/instance.h"
#include "main/main_log.h"

namespace standin {

/// As PID 1 it says that nobody reaps.
void warn_without_init(MainLog& log);
/// The Linux capabilities that IRIS needs.
bool has_capabilities(MainLog& log);
/// The registry directory belongs to the user who starts. Whether another owner's is a reason not
/// to start is a switch.
bool owns_registry(MainLog& log);
/// messages.log of an instance that is there can be read.
bool has_messages_log(MainLog& log, const Instance& instance);

/// $IRISSYS.
fs::path registry_directory();

}  // namespace standin
