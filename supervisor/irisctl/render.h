#pragma once
// What irisctl prints: the agent's replies as text for people, or their data as JSON. Pure.
// Whatever a reply leaves out is left out here, too; control characters never reach a terminal.
#include <string>
#include <string_view>

#include "supervisor/core/control_protocol.h"

namespace sup {

/// The data of `status`, which is that of /status. Several lines.
std::string status_text(std::string_view data_text);

/// The data of `merge`. Several lines.
std::string merge_text(std::string_view data_text);

/// A freeze that succeeded; the token has a line of its own.
std::string freeze_text(const control::Reply& reply);

/// A thaw: whether the freeze held.
std::string thaw_text(const control::Reply& reply);

/// One printable line, ending in a newline.
std::string line_text(std::string_view text);

/// The data, indented.
std::string json_text(std::string_view data);

/// Fields of a reply's data that decide something; "" or false when they are missing.
std::string token_in(std::string_view data);
/// `status`: the last qlist tells that IRIS is down.
bool is_down(std::string_view data);

}  // namespace sup
