#pragma once
// The durable directory: used, upgraded, filled for a first start, or refused.
#include <string>

#include "instance/instance.h"

namespace standin {

/// Empty when the directory can be used now; else why not, for people. A directory that holds
/// mgr/ is used, and upgraded when it is another version's that was shut down cleanly; an absent or
/// empty one filled, one whose filling was cut off emptied and filled
/// again, any other one refused.
std::string prepare_data(const Instance& instance);

}  // namespace standin
