#pragma once
// The text of -l.
#include <string_view>

namespace sup {

std::string_view licence_text();

}  // namespace sup
