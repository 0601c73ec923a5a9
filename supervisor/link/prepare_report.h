#pragma once
// PrepareReport: what the start-up step (cpfmerge prepare) tells PID 1 over a SOCK_SEQPACKET pair,
// and how the lock on the data directory changes hands (SCM_RIGHTS). No heap: PID 1 reads it.
#include <cstdint>

#include "supervisor/base/errno_or.h"
#include "supervisor/base/unique_fd.h"

namespace sup {

enum class PrepareStage : std::uint32_t {
  started = 0,
  waiting_for_data = 1,  ///< another container holds the data directory
  locked = 2,            ///< the message carries the locked descriptor; PID 1 keeps it to the end
  done = 3,              ///< last message; `merge_file` counts
};

struct PrepareReport {
  static constexpr std::uint32_t current_version = 1;
  std::uint32_t version = current_version;
  PrepareStage stage = PrepareStage::started;
  /// With `done`: RUN_DIR/merge.cpf was written and iris-main shall get it as ISC_CPF_MERGE_FILE.
  std::uint32_t merge_file = 0;
  /// With `done`: so many segments of shared memory of a killed predecessor have been removed.
  std::uint32_t swept = 0;
};

/// Blocks until the other side took it. `passed_fd` is sent along unless it is -1; it stays open
/// here.
ErrnoOr<bool> send_report(int socket, const PrepareReport& report, int passed_fd = -1);

struct ReceivedReport {
  PrepareReport report;
  UniqueFd passed;
  bool open = true;  ///< false: the other side closed its end
};
/// Never blocks; EAGAIN when there is nothing. A message of another size or version is EPROTO.
ErrnoOr<ReceivedReport> receive_report(int socket);

}  // namespace sup
