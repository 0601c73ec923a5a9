#pragma once
// iris start, stop, force, restart. Exit statuses.
#include "instance/instance.h"

namespace standin {

/// Keeps other starts and stops away, for as long as this process lives. False when one is under
/// way and the switch `busy` does not make this one wait.
bool begin_change(const Instance& instance);

int iris_start(const Instance& instance);
int iris_stop(const Instance& instance, bool quietly);
int iris_force(const Instance& instance);

}  // namespace standin
