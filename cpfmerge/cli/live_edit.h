#pragma once
// A live edit: the sources have changed while IRIS runs. What passes is composed anew with the
// parameters and the new or changed actions only; what does not pass never reaches IRIS.
#include "cpfmerge/cli/prepare_settings.h"
#include "supervisor/base/result.h"

namespace cpf::cli {

enum class EditOutcome : std::uint8_t {
  composed,  ///< the effective file is another one now
  same,      ///< nothing in it that IRIS does not have
  held,      ///< a source that IRIS has was refused or has gone: nothing is given to IRIS
};
std::string_view name_of(EditOutcome outcome);

/// Writes RUN_DIR/merge.json in any case, and RUN_DIR/merge.cpf when it is `composed`. `print` is
/// the fingerprint of the sources as they were found changed.
sup::Result<EditOutcome> take_edit(const PrepareInput& input, const std::string& print);

}  // namespace cpf::cli
