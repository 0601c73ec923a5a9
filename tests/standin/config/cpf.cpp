// Parsing, changing and writing a configuration parameter file.
#include "config/cpf.h"

#include <algorithm>

#include "base/switches.h"
#include "base/text.h"

namespace standin {
namespace {

constexpr std::size_t size_limit = std::size_t{4} << 20U;

/// Without a comment. A marker counts at the start of the line or, if at all, after a blank:
/// factory values contain `;` and `#`.
std::string_view without_comment(std::string_view line) {
  const bool ends_values = switch_is("comment_after_value", "ends");
  for (std::size_t i = 0; i < line.size(); ++i) {
    const std::string_view rest = line.substr(i);
    const bool marker = rest.starts_with(';') || rest.starts_with('#') || rest.starts_with("//") ||
                        rest.starts_with("/*");
    const bool after_blank = i > 0 && (line[i - 1] == ' ' || line[i - 1] == '\t');
    if (marker && (i == 0 || (ends_values && after_blank))) return line.substr(0, i);
  }
  return line;
}

bool is_in_order(std::string_view section) {
  return !same_name(section, "Databases") && !lower(section).starts_with("map.");
}

std::vector<Cpf::Parameter>::iterator find(std::vector<Cpf::Parameter>& parameters,
                                           std::string_view key) {
  return std::find_if(parameters.begin(), parameters.end(),
                      [&](const Cpf::Parameter& p) { return same_name(p.key, key); });
}

}  // namespace

std::variant<Cpf, std::string> Cpf::parse(std::string_view text, Repeated repeated) {
  Cpf cpf;
  std::string current;
  std::size_t number = 0;
  for (const std::string_view raw : lines_of(text.substr(0, size_limit))) {
    const std::string at = "line " + std::to_string(++number) + ": ";
    const std::string_view line = trim(without_comment(trim(raw)));
    if (line.empty()) continue;
    if (line.starts_with('[')) {
      if (!line.ends_with(']') || line.size() < 3) return at + "section header is not closed";
      current = trim(line.substr(1, line.size() - 2));
      if (!same_name(current, "Actions")) cpf.section(current);
      continue;
    }
    if (current.empty()) return at + "parameter outside of a section";
    const bool action = same_name(current, "Actions");
    const std::size_t middle = line.find(action ? ':' : '=');
    if (middle == std::string_view::npos || middle == 0)
      return at + (action ? "no operation" : "no parameter");
    const std::string key{trim(line.substr(0, middle))};
    const std::string value{trim(line.substr(middle + 1))};
    if (action) {
      cpf.actions_.push_back({key, value});
      continue;
    }
    auto& parameters = cpf.section(current).parameters;
    const auto before = find(parameters, key);
    const bool quoted_empty = value == "\"\"";
    const std::string plain = quoted_empty ? "" : value;
    if (before == parameters.end())
      parameters.push_back({key, plain, quoted_empty});
    else if (repeated == Repeated::last)
      *before = {before->key, plain, quoted_empty};
  }
  return cpf;
}

Cpf::Section& Cpf::section(std::string_view name) {
  const auto at = std::find_if(sections_.begin(), sections_.end(),
                               [&](const Section& s) { return same_name(s.name, name); });
  if (at != sections_.end()) return *at;
  return sections_.emplace_back(Section{std::string{name}, {}});
}

std::optional<std::string> Cpf::get(std::string_view section_name, std::string_view key) const {
  for (const Section& s : sections_)
    if (same_name(s.name, section_name))
      for (const Parameter& p : s.parameters)
        if (same_name(p.key, key)) return p.value;
  return std::nullopt;
}

std::string Cpf::get_or(std::string_view section_name, std::string_view key,
                        std::string_view fallback) const {
  const auto value = get(section_name, key);
  return value && !value->empty() ? *value : std::string{fallback};
}

void Cpf::set(std::string_view section_name, std::string_view key, std::string_view value) {
  auto& parameters = section(section_name).parameters;
  if (const auto at = find(parameters, key); at != parameters.end()) {
    at->value = value;
    return;
  }
  const auto place = is_in_order(section_name)
                         ? std::find_if(parameters.begin(), parameters.end(),
                                        [&](const Parameter& p) { return p.key > key; })
                         : parameters.end();
  parameters.insert(place, {std::string{key}, std::string{value}, false});
}

void Cpf::erase(std::string_view section_name, std::string_view key) {
  auto& parameters = section(section_name).parameters;
  if (const auto at = find(parameters, key); at != parameters.end()) parameters.erase(at);
}

std::string Cpf::text() const {
  std::string out;
  for (const Section& s : sections_) {
    out.append(out.empty() ? "[" : "\n[").append(s.name).append("]\n");
    for (const Parameter& p : s.parameters)
      out.append(p.key).append("=").append(p.value).append("\n");
  }
  if (!actions_.empty()) out.append("\n[Actions]\n");
  for (const Action& a : actions_)
    out.append(a.operation).append(":").append(a.properties).append("\n");
  return out;
}

}  // namespace standin
