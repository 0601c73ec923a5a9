#pragma once
// unified_diff: what a merge changes, in the form of diff -u. Passwords and their hashes are
// hidden: a diff ends up in tickets and logs.
#include <string>
#include <string_view>

#include "cpfmerge/document.h"

namespace cpf {

struct DiffNames {
  std::string_view before;
  std::string_view after;
};

/// `after` is `before` with lines changed and added, none taken away, as set() leaves it. Empty
/// when nothing differs.
std::string unified_diff(const Document& before, const Document& after, const DiffNames& names,
                         bool coloured);

/// The line with everything behind `…password…=` replaced.
std::string without_secrets(std::string_view line);

}  // namespace cpf
