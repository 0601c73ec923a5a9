#pragma once
// The effective merge file: what may not cost a start, what must, and the file that IRIS gets.
#include "cpfmerge/cli/prepare_settings.h"

namespace cpf::cli {

/// Writes RUN_DIR/merge.cpf and merge.json. `merge_file`: there is one, and IRIS shall get it. A
/// refused source ends a first start; on a later one it is left out, loudly (MERGE STRICT: ends).
Step write_effective_file(const PrepareInput& input, bool& merge_file);

}  // namespace cpf::cli
