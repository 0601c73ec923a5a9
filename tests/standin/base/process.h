#pragma once
// Processes: this program again under another name, shell commands, and what /proc says of others.
#include <signal.h>
#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"

namespace standin {

using Words = std::vector<std::string>;

struct Outcome {
  int wait_status = 0;  ///< raw, as waitpid gives it
  std::string output;
  std::string errors;  ///< empty when both went to one pipe
};

enum class Streams { together, apart };

/// This program as `words[0]`, to its end.
Outcome run_self(const Words& words);
/// The same, but nothing as soon as one of `signals`, which are blocked, is pending. The child goes
/// on, and what it says is lost.
std::optional<Outcome> run_self_until(const Words& words, const sigset_t& signals);
/// A shell command line, to its end; without /bin/sh its words are taken as they are.
Outcome run_command(const std::string& command, Streams streams);

/// After fork: become this program again as `words[0]`. Returns only when that fails.
void exec_self(const Words& words);
/// A child of the caller with its standard descriptors. -1 when fork fails.
pid_t spawn_self(const Words& words);
/// The same, as a child of nobody: of PID 1 or the nearest subreaper.
pid_t spawn_orphan(const Words& words);
/// A process of no one: in a session of its own, standard output and error at the end of `log`, cwd
/// `directory`. The descriptor is readable when it wrote to 3, at its end when it is gone.
UniqueFd spawn_daemon(const Words& words, const fs::path& log, const fs::path& directory);

/// Waits for one child. Its raw status.
int await(pid_t child);
/// Alive, no zombie, and `word` is an argument of it.
bool runs_with_argument(pid_t pid, std::string_view word);
void set_process_name(const std::string& name);

}  // namespace standin
