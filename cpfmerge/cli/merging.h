#pragma once
// Merging: what `merge` and `diff` have in common: merge files into a CPF, all of them checked.
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cpfmerge/document.h"
#include "cpfmerge/merge.h"

namespace cpf::cli {

struct Merged {
  Document before;
  Document after;
  std::vector<Change> changes;
};

/// The first file is the CPF, the others are merged into it. What is wrong with them is told on
/// standard error; nullopt when one of them has an error.
std::optional<Merged> merge_files(std::span<const std::string> files);

}  // namespace cpf::cli
