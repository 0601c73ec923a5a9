#pragma once
// The lines of `iris qlist`, `iris list` and `iris qall`.
#include <string>

#include "instance/state.h"

namespace standin {

/// 14 fields between carets; 13 where the profile has no list of ports.
std::string qlist_line(const Instance& instance, const State& state);
std::string list_block(const Instance& instance, const State& state);
std::string qall_line(const Instance& instance, const State& state);

int iris_qlist(const std::string& name);  ///< "": the one instance there is
int iris_list(const std::string& name);
int iris_qall();
/// What /irisHealth.sh of the image does: exit status 0 or 1.
int health_script();

}  // namespace standin
