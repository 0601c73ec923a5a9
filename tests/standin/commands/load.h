#pragma once
// Load on an instance, for tests that want writes to go on while something happens.
#include <string>
#include <vector>

#include "instance/instance.h"

namespace standin {

/// `SECONDS SESSIONS [--acknowledged FILE] [--namespace NS] [--hang SECONDS]`: so many sessions set
/// nodes of ^k8stest so long (by the clock of the wall), and append a line to the file for each
/// change that was acknowledged. Exit status 0, 1 when one of them met an error.
int load_main(const Instance& instance, const std::vector<std::string>& arguments);

}  // namespace standin
