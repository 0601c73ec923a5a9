#pragma once
// How iris-main starts and stops IRIS, and what it says meanwhile.
#include <signal.h>

#include "instance/instance.h"
#include "main/main_log.h"

namespace standin {

enum class StartResult { started, failed, interrupted };

/// `iris start`. Interrupted: one of `stop_signals`, which stays pending, came meanwhile and takes
/// effect at once (a switch); the start is not waited for any more.
StartResult start_iris(MainLog& log, const Instance& instance, bool nostu,
                       const sigset_t& stop_signals);

/// `iris stop`. The exit status of iris-main.
int stop_iris(MainLog& log, const Instance& instance);

}  // namespace standin
