#pragma once
// `irisctl wait`: asks the agent again and again until it is so.
#include "supervisor/irisctl/client.h"
#include "supervisor/irisctl/options.h"

namespace sup {

/// The last answer, with code `done`, `timed_out`, or what makes further asking useless.
Answer wait_until(const Options& options);

}  // namespace sup
