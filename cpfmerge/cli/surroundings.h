#pragma once
// What IRIS would start in, though not as one would wish: each is a warning with its remedy.
#include <string>
#include <string_view>

#include "cpfmerge/cli/prepare_settings.h"

namespace cpf::cli {

/// The mount that holds `path`, from the text of /proc/self/mountinfo: no volume is touched.
struct Mount {
  std::string point;
  std::string type;
};
Mount mount_of(std::string_view mountinfo, std::string_view path);

/// Variables of the image, the volume, the registry, cores, IRIS's own CPF.
void warn_of_surroundings(const PrepareInput& input);

}  // namespace cpf::cli
