#pragma once
// The view as Prometheus text (exposition format 0.0.4). Every name begins with iris_init_; times
// are seconds, sizes bytes, counters end in _total.
#include <string>

#include "probes/view.h"

namespace probes {

std::string render_metrics(const View& view);

}  // namespace probes
