#pragma once
// `irisctl with-freeze`: freeze, run COMMAND, thaw whatever happens.
#include "supervisor/irisctl/options.h"

namespace sup {

/// What irisctl exits with. Says what it does on standard error.
int with_freeze(const Options& options);

}  // namespace sup
