// Taking properties apart.
#include "config/properties.h"

#include <algorithm>

#include "base/text.h"

namespace standin {
namespace {

std::string unquoted(std::string_view text) {
  if (text.size() < 2 || !text.starts_with('"') || !text.ends_with('"')) return std::string{text};
  return replace_all(std::string{text.substr(1, text.size() - 2)}, "\"\"", "\"");
}

/// The pieces between commas that stand outside of quotes.
std::vector<std::string> pieces_of(std::string_view text) {
  std::vector<std::string> pieces(1);
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (c == ',' && !quoted)
      pieces.emplace_back();
    else
      pieces.back().push_back(c);
  }
  return pieces;
}

}  // namespace

Properties::Properties(std::string_view text) {
  for (const std::string& piece : pieces_of(text)) {
    const std::size_t equals = piece.find('=');
    if (equals != std::string::npos && piece.find_first_of(" \"(") > equals)
      properties_.push_back({std::string{trim(piece.substr(0, equals))},
                             unquoted(trim(std::string_view{piece}.substr(equals + 1)))});
    else if (properties_.empty())
      properties_.push_back({"", unquoted(trim(piece))});
    else
      properties_.back().value += "," + piece;
  }
}

std::optional<std::string> Properties::find(std::string_view name) const {
  const auto at = std::find_if(properties_.begin(), properties_.end(),
                               [&](const Property& p) { return same_name(p.name, name); });
  return at == properties_.end() ? std::nullopt : std::optional{at->value};
}

std::string Properties::name() const {
  if (auto named = find("Name")) return *named;
  return find("").value_or("");
}

}  // namespace standin
