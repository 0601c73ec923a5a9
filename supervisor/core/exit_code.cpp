#include "supervisor/core/exit_code.h"

namespace sup {
namespace {

// The layout of a wait status is the kernel's ABI: the low 7 bits are the signal, the next byte the
// code.
constexpr int signal_of(int wait_status) {
  return wait_status & 0x7f;
}
constexpr int code_of(int wait_status) {
  return (wait_status >> 8) & 0xff;
}

}  // namespace

int exit_code_of(int wait_status) {
  return signal_of(wait_status) != 0 ? 128 + signal_of(wait_status) : code_of(wait_status);
}

bool killed_by_signal(int wait_status) {
  return signal_of(wait_status) != 0;
}

FixedText<64> describe_end(int wait_status) {
  FixedText<64> out;
  if (signal_of(wait_status) != 0)
    return out.append("was killed by signal ").append_number(signal_of(wait_status));
  return out.append("exited with code ").append_number(code_of(wait_status));
}

}  // namespace sup
