#pragma once
// iris start, stop, force, restart. Exit statuses.
#include "instance.h"

namespace standin {

int iris_start(const Instance& instance);
int iris_stop(const Instance& instance, bool quietly);
int iris_force(const Instance& instance);

}  // namespace standin
