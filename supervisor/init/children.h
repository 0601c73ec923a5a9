#pragma once
// Children: how PID 1 starts its four kinds of programs. It starts; whether and when is decided
// elsewhere.
#include <signal.h>

#include <array>

#include "supervisor/base/errno_or.h"
#include "supervisor/base/fixed_text.h"
#include "supervisor/base/unique_fd.h"
#include "supervisor/core/init_options.h"
#include "supervisor/init/child_environment.h"
#include "supervisor/link/snapshot.h"

namespace sup {

/// A child that was started with a SOCK_SEQPACKET pair; `socket` is our end.
struct LinkedChild {
  pid_t pid = 0;
  UniqueFd socket;
};

class Children {
 public:
  /// False when there is no memory for the environments.
  bool prepare(const InitOptions& options, const char* const* environment, const sigset_t& mask);

  ErrnoOr<LinkedChild> start_agent(bool safe_mode);
  ErrnoOr<LinkedChild> start_cpfmerge();
  ErrnoOr<pid_t> start_main();
  ErrnoOr<pid_t> start_command(Command command);

  /// From now on iris-main and the iris commands get RUN_DIR/merge.cpf as ISC_CPF_MERGE_FILE.
  void use_effective_merge_file();

 private:
  ErrnoOr<LinkedChild> start_linked(const char* file, const char* const* argv);

  const InitOptions* options_ = nullptr;
  sigset_t mask_{};
  ChildEnvironment own_;       ///< for agent and cpfmerge: as it was given to us
  ChildEnvironment main_;      ///< for iris-main and what it would run
  FixedText<4096> directory_;  ///< where iris-init lies, with a '/' at the end
  FixedText<512> merge_assignment_;
  FixedText<256> instance_;
  FixedText<256> run_dir_;
};

/// "iris stop IRIS quietly", for the log.
std::string_view name_of(Command command);

}  // namespace sup
