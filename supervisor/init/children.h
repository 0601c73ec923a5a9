#pragma once
// Children: how PID 1 starts its four kinds of programs. It starts; whether and when is decided
// elsewhere.
#include "supervisor/base/errno_or.h"
#include "supervisor/base/fixed_text.h"
#include "supervisor/base/unique_fd.h"
#include "supervisor/core/init_options.h"
#include "supervisor/init/child_environment.h"
#include "supervisor/link/snapshot.h"
#include "supervisor/os/signals.h"

namespace sup {

/// A child that was started with a SOCK_SEQPACKET pair; `socket` is our end.
struct LinkedChild {
  pid_t pid = 0;
  UniqueFd socket;
};

class Children {
 public:
  /// False when there is no memory for the environments.
  bool prepare(const InitOptions& options, const char* const* environment,
               const CallersSignals& callers);

  /// `listener` (-1: none) is the socket of the probes, from the last agent.
  ErrnoOr<LinkedChild> start_agent(bool safe_mode, int listener);
  ErrnoOr<LinkedChild> start_cpfmerge();
  ErrnoOr<pid_t> start_main();
  ErrnoOr<pid_t> start_command(Command command);

  /// From now on iris-main and the iris commands get RUN_DIR/merge.cpf as ISC_CPF_MERGE_FILE.
  void use_effective_merge_file();

 private:
  bool prepare_iris(const char* const* environment);
  ErrnoOr<LinkedChild> start_linked(const char* file, const char* const* argv,
                                    const char* const* environment, int also_passed);

  const InitOptions* options_ = nullptr;
  const char* const* given_ = nullptr;  ///< the environment that was given to us
  CallersSignals callers_;
  ChildEnvironment main_;  ///< for iris-main and what it would run
  FixedText<512> merge_assignment_;
  FixedText<256> instance_;
  FixedText<256> run_dir_;
  FixedText<512> directory_;  ///< where iris-init lies, with a '/' at the end; empty: not known
};

}  // namespace sup
