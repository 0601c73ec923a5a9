#pragma once
// What irisctl is told of freezes and thaws: exit code, a line for people, and data for programs.
#include <string>

#include "supervisor/core/control_protocol.h"
#include "supervisor/core/freeze.h"

namespace sup {

control::Reply frozen_reply(const Lease& lease, bool already);
control::Reply thawed_reply(const EndedFreeze& ended, bool already);
/// `code` says why: refused, failed or timed_out. The data: frozen or thawed false, and the reason.
control::Reply no_freeze_reply(int code, const std::string& why);
control::Reply no_thaw_reply(int code, const std::string& why);

}  // namespace sup
