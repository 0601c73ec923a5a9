#pragma once
// Replacing whole files, on the data volume too. Reading them: supervisor/os/files.h.
#include <sys/types.h>

#include <string>
#include <string_view>

#include "supervisor/base/result.h"

namespace cpf::cli {

constexpr std::size_t largest_cpf = std::size_t{4} << 20U;

/// "." when it has none.
std::string directory_of(const std::string& path);

/// Tells one version of a file from the next: replace_file() makes another each time. "" when it
/// cannot be looked at.
std::string version_of(const std::string& path);

enum class Durable { no, yes };

/// Other programs see the old file or the new one, never a part. `mode` is exactly the file's mode.
sup::Status replace_file(const std::string& path, std::string_view text, mode_t mode,
                         Durable durable);

}  // namespace cpf::cli
