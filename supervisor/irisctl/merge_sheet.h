#pragma once
// The merge as `status` shows it, a few lines, and as `merge` shows it, all of it.
#include "supervisor/irisctl/fields.h"
#include "supervisor/irisctl/sheet.h"

namespace sup {

/// Sources with what is wrong in them, live edits, and parameters in numbers; of more than
/// `most_lines` it says how many there are.
void show_merge(Sheet& sheet, const Json& merge, std::size_t most_lines);

}  // namespace sup
