#pragma once
// merge: a merge file into a CPF without IRIS, as IRIS does it: a parameter replaces the one of its
// name, a new one goes where its section's order wants it, nothing is ever deleted.
#include <string>
#include <vector>

#include "cpfmerge/document.h"

namespace cpf {

struct Change {
  Edit edit = Edit::unchanged;
  std::string section;
  std::string key;
};

/// Puts every parameter of `overlay` into `base`; returns what changed, without values. [Actions]
/// is left out: in an active CPF it makes IRIS's start fail. Doing it twice changes nothing more.
std::vector<Change> merge(Document& base, const Document& overlay);

}  // namespace cpf
