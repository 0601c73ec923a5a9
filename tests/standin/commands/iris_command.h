#pragma once
// The iris command: verbs and their arguments.
#include <string>
#include <vector>

namespace standin {

int iris_command_main(const std::vector<std::string>& arguments);

}  // namespace standin
