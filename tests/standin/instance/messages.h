#pragma once
// messages.log: `MM/DD/YY-HH:MM:SS:mmm (pid) severity [Category] text`. Lines after the first of a
// text have no prefix.
#include <string>
#include <string_view>

#include "instance/instance.h"

namespace standin {

enum class Severity { info = 0, warning = 1, severe = 2, fatal = 3 };

/// Writes one entry, if the log is there, and returns it, without its LF.
std::string log_message(const Instance& instance, Severity severity, std::string_view category,
                        std::string_view text);

}  // namespace standin
