#pragma once
// Recovery: what a start does first when the stop before was none, write image journal and journal
// into the databases, told in messages.log.
#include "instance.h"

namespace standin {

/// Whether the last stop left databases that need it.
bool needs_recovery(const Instance& instance);
void recover(const Instance& instance);

}  // namespace standin
