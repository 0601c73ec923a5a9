#pragma once
// irisdb --verify: what a data directory, or a copy of one, is worth. Changes nothing.
#include <string>
#include <vector>

namespace standin {

/// `--verify DIR [--acknowledged FILE] [--journal DIR] [--wij FILE]`. Exit status: 0 consistent, 1
/// recoverable, 2 torn, 64 not to be answered.
int verify_main(const std::vector<std::string>& arguments);

}  // namespace standin
