#pragma once
// Two more helpers: what a file system may be stuck on, so that the agent does not do it itself.
#include "cpfmerge/cli/commands.h"

namespace cpf::cli {

/// `DIR`: prints `free=N size=N write=done|full|read_only|failed|untried`. The write goes to a file
/// without a name and is waited for until it is on the disk. On a file system that is stuck this
/// never returns: that is the answer, and whoever asks has a deadline.
int disk_helper(Words arguments);

/// `FILE FROM`: prints the file's size on a line, then what it holds from FROM on, 64 KiB at most.
int tail_helper(Words arguments);

}  // namespace cpf::cli
