#pragma once
// Advice: what IRIS starts with as it is, and users are later surprised by. Of each fact the source
// is named where it is used; the texts have the remedy. Pure.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cpfmerge/document.h"

namespace cpf {

/// Of the settings that IRIS will have: those of the merge before those of its own CPF.
std::vector<std::string> advice_on_settings(const Document& merge, const Document& active);

/// `meminfo` is /proc/meminfo's text, `capabilities` the bounding set. "" when there is nothing to
/// say.
std::string advice_on_huge_pages(std::string_view meminfo, std::uint64_t capabilities);

}  // namespace cpf
