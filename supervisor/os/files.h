#pragma once
// Whole small files, read and replaced. Never used on the data volume by PID 1 or the agent.
#include <string>
#include <string_view>

#include "supervisor/base/result.h"

namespace sup {

/// The contents; an Error (with its errno) when it cannot be read or is longer than `limit` bytes.
Result<std::string> read_file(const std::string& path, std::size_t limit);

/// Writes beside `path` and renames: readers see the old or the new contents, never a part.
Status replace_file(const std::string& path, std::string_view contents, unsigned mode);

/// Makes the directory (not its parents) with this mode, whatever the umask; there already is fine.
Status make_directory(const std::string& path, unsigned mode);

/// The path of a program that is installed beside this one; its bare name, for PATH, when it is
/// not.
std::string beside_own_program(const std::string& name);

}  // namespace sup
