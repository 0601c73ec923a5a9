#pragma once
// Commands that iris-main runs, its hooks among them, and how it speaks of them.
#include <string>

#include "base/process.h"
#include "main/main_log.h"

namespace standin {

/// `Command "X" exited with status N`, N as waitpid gives it.
std::string line_of(const Outcome& outcome, const std::string& command);

/// A hook. True when there is none, or it was fine.
bool run_hook(MainLog& log, const std::string& command);

/// The hook --after, whose output on standard error may count as a failure (a switch).
bool run_after(MainLog& log, const std::string& command);

}  // namespace standin
