#pragma once
// iris-main: starts IRIS, looks after merge file, key and log, stops IRIS on SIGTERM or SIGINT. It
// does not notice when IRIS dies.
#include <string>
#include <vector>

namespace standin {

int iris_main_main(const std::vector<std::string>& arguments);

}  // namespace standin
