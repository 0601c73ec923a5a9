#pragma once
// Reading a password: asked for without echo on a terminal, else from standard input or a file.
#include <string>

#include "supervisor/base/result.h"

namespace cpf::cli {

constexpr std::size_t longest_password = 1024;

/// `twice`: on a terminal, ask again and compare.
sup::Result<std::string> read_password(bool twice);

/// Takes one line end off; an error for what IRIS cannot have as a password. `what` names the
/// source.
sup::Result<std::string> as_password(std::string text, const std::string& what);

}  // namespace cpf::cli
