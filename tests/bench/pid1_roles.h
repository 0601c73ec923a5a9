#pragma once
// What pid1_bench becomes when it is called by itself, below the init that is measured.
#include <string_view>

namespace bench {

/// `echo`: answers each SIGUSR1 with a byte. `orphans N`: N orphans that wait for a line on
/// standard input. `floor PROGRAM…`: PID 1 that leaves all reaping to the kernel (SIGCHLD ignored).
bool is_role(std::string_view word);
int play_role(char** words);

}  // namespace bench
