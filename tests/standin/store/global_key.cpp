// Names and subscripts between NULs.
#include "store/global_key.h"

#include "base/text.h"

namespace standin {

std::string global_key(std::string_view name, const std::vector<std::string>& subscripts) {
  std::string key{name};
  for (const std::string& subscript : subscripts)
    key.append(1, '\0').append(subscript);
  return key;
}

std::string global_text(std::string_view key) {
  const auto parts = split(key, '\0');
  std::string text = "^" + std::string{parts.front()};
  for (std::size_t i = 1; i < parts.size(); ++i) {
    text.append(i == 1 ? "(" : ",");
    if (to_number(parts[i]))
      text.append(parts[i]);
    else
      text.append("\"" + replace_all(std::string{parts[i]}, "\"", "\"\"") + "\"");
  }
  return parts.size() > 1 ? text + ")" : text;
}

bool lies_below(std::string_view key, std::string_view above) {
  return key.size() > above.size() && key.starts_with(above) && key[above.size()] == '\0';
}

std::vector<std::string_view> keys_above(std::string_view key) {
  std::vector<std::string_view> above;
  for (std::size_t at = key.find('\0'); at != std::string_view::npos; at = key.find('\0', at + 1))
    above.push_back(key.substr(0, at));
  return above;
}

}  // namespace standin
