#include "cpfmerge/names.h"

#include <algorithm>

#include "supervisor/base/text.h"

namespace cpf {
namespace {

constexpr std::string_view map_prefix = "map.";

}  // namespace

bool case_matters_in(std::string_view section) {
  return section.size() > map_prefix.size() &&
         sup::equal_ignoring_case(section.substr(0, map_prefix.size()), map_prefix);
}

std::string section_id(std::string_view section) {
  return sup::to_lower(section);
}

std::string key_id(std::string_view section, std::string_view key) {
  return case_matters_in(section) ? std::string{key} : sup::to_lower(key);
}

bool is_actions(std::string_view section) {
  return sup::equal_ignoring_case(section, "Actions");
}

bool may_be_ordered(std::string_view section) {
  return !case_matters_in(section) && !sup::equal_ignoring_case(section, "Databases");
}

bool is_password_hash(std::string_view section, std::string_view key) {
  return sup::equal_ignoring_case(section, "Startup") &&
         sup::equal_ignoring_case(key, "PasswordHash");
}

std::string printable(std::string_view text) {
  constexpr std::size_t longest = 80;
  std::string out{text.substr(0, longest)};
  std::replace_if(
      out.begin(), out.end(),
      [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, '?');
  if (text.size() > longest) out += "…";
  return out;
}

}  // namespace cpf
